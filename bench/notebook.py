"""python -m bench.notebook [--run FILE [--only-run]]: writes docs/papers.ipynb from docs/papers.py, and executes it into FILE.

The source is in percent format: cells begin with `# %%`, those of text with `# %% [markdown]`. The notebook is kept without what its cells
print, so that a change of it is a change of its source.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

SOURCE = Path(__file__).parents[1] / "docs" / "papers.py"
NOTEBOOK = SOURCE.with_suffix(".ipynb")
TEXT = "[markdown]"
SECONDS = 3600  # that a cell may take


def main(arguments: Sequence[str]) -> int:
    """Writes the notebook, and executes it where that is asked for; nbclient's CellExecutionError tells of a cell that fails."""
    parser = argparse.ArgumentParser(prog="make papers", description=__doc__)
    parser.add_argument("--run", type=Path, help="where the executed notebook goes")
    parser.add_argument("--only-run", action="store_true", help="leave docs/papers.ipynb as it is")
    asked = parser.parse_args(arguments)
    if not asked.only_run:
        NOTEBOOK.write_text(as_text(notebook()))
    if asked.run:
        asked.run.parent.mkdir(parents=True, exist_ok=True)
        asked.run.write_text(as_text(executed(notebook())))
    return 0


def notebook() -> Any:
    """The notebook that the source is, with no cell executed."""
    cells = []
    for number, part in enumerate(SOURCE.read_text().split("# %%")[1:]):
        kind, _, text = part.partition("\n")
        text = text.strip("\n")
        if kind.strip() == TEXT:
            cell = nbformat.v4.new_markdown_cell("\n".join(line.removeprefix("#").removeprefix(" ") for line in text.splitlines()))
        else:
            cell = nbformat.v4.new_code_cell(text)
        cell["id"] = f"cell-{number}"  # nbformat's own ids are drawn at random
        cells.append(cell)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def executed(made: Any) -> Any:
    """The notebook with what its cells print, run from the first to the last by this very Python."""
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # else the kernel's debugger talks of frozen modules
    client = NotebookClient(made, timeout=SECONDS, resources={"metadata": {"path": str(SOURCE.parents[1])}})
    client.create_kernel_manager().transport = "ipc"  # nobody else on this machine can listen
    client.execute()
    return made


def as_text(made: Any) -> str:
    nbformat.validate(made)
    return f"{nbformat.writes(made, version=4).rstrip()}\n"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
