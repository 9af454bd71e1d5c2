"""Mistakes planted into a site's processes, to show that a proof would see them."""

from __future__ import annotations

import textwrap


def sitecustomize(mistake: str) -> str:
    """The file that Python runs at its start: it plants the mistake, lines that replace parts of ours, in this process and its children.

    In children anew, since gunicorn's workers are given our modules fresh (deploy/gunicorn.conf.py).
    """
    if not mistake:
        return ""
    return f"import os\ndef plant():\n{textwrap.indent(mistake, '    ')}\nplant()\nos.register_at_fork(after_in_child=plant)\n"
