"""The notebook that repeats the papers is what its source says, and runs from its first cell to its last."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from bench.notebook import NOTEBOOK, as_text, notebook

ROOT = Path(__file__).parents[1]


def test_the_notebook_is_the_one_that_its_source_makes() -> None:
    assert NOTEBOOK.read_text() == as_text(notebook()), "make papers writes it"


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """On the built-in sample, since nobody's settings reach a test; in a process of its own, as `make papers` does it."""
    place = tmp_path_factory.mktemp("papers")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MATINEE_")}
    environment |= {"PYTHONPATH": str(ROOT), "IPYTHONDIR": str(place), "JUPYTER_RUNTIME_DIR": str(place), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "bench.notebook", "--only-run", "--run", str(place / "papers.ipynb")]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return nbformat.read(place / "papers.ipynb", as_version=4)


def test_every_cell_was_executed_and_complains_of_nothing(executed: Any) -> None:
    for cell in executed.cells:
        if cell.cell_type == "code":
            assert cell.execution_count, cell.source
            complaints = [out.text for out in cell.outputs if out.output_type == "stream" and out.name == "stderr"]
            assert complaints == [], cell.source


@pytest.mark.parametrize(
    "said",
    [
        "held-out ratings are learned from as well",  # the leak, refused
        "mean_reciprocal_rank_at_25",
        "to Ghostbusters 4.1231",
        "<td>Marcos</td><td>Jonas</td><td>0.9949</td>",
        "<td>none: a classifier</td>",
        "<td>always the commoner answer</td>",
        " labelled 1. The first five:",
        "Viewer 580, exploration weight 0.9",
        "<svg ",
    ],
)
def test_what_the_papers_do_is_there(executed: Any, said: str) -> None:
    printed = [
        "".join(out.get("text", "")) + "".join("".join(text) for text in out.get("data", {}).values())
        for cell in executed.cells
        if cell.cell_type == "code"
        for out in cell.outputs
    ]

    assert any(said in text for text in printed)
