"""Ways back: addresses that came from outside, of which only pages of this site are followed."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, RequestRedirect

HOME = "/"
LONGEST = 1000  # characters


def own_path(text: str | None) -> str:
    """The path and query of a page of this site; Home for anything else, and for what would only be sent to.

    Browsers read "//", "/\\" and blanks in addresses as they like, so all of them lead Home.
    """
    if not text or len(text) > LONGEST or not text.startswith("/") or text[1:2] in ("/", "\\") or not text.isprintable() or "\\" in text:
        return HOME
    return text if is_page(text.partition("?")[0].partition("#")[0]) else HOME


def is_page(path: str) -> bool:
    """Whether there is a page of this site at the path, with its slash at the end; it may still say that there is no such film."""
    return _is_of(current_app.url_map, path)


@lru_cache(maxsize=256)
def _is_of(pages: Map, path: str) -> bool:
    """Remembered, since every page of somebody who is signed in asks for the same few."""
    try:
        return bool(pages.bind("").match(path, method="GET")[0] != "static")
    except (HTTPException, RequestRedirect):
        return False


def came_from() -> str:
    """The page of ours that the visitor was on before; Home where it was another site, or nobody says."""
    try:
        before = urlsplit(request.referrer or "")
    except ValueError:  # no address at all, such as "http://[::1"
        return HOME
    if before.netloc != request.host:
        return HOME
    return own_path(before.path + (f"?{before.query}" if before.query else ""))
