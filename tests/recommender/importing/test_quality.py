"""Generated exports with titles as people type them: nearly every row finds its film, hardly any another, and all are accounted for."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from recommender.data.catalogue import Catalogue
from recommender.data.exports.rows import ExportRow
from recommender.data.movielens import read_data_set
from recommender.data.sample import sample_data_set
from recommender.importing.finding import Finder
from tests.conftest import TEST_DATA
from tests.recommender.data.exports.variants import rows_about

N_ROWS = 3_000

Cells = Callable[[ExportRow], dict[str, object]]
SITES: dict[str, Cells] = {
    "ratings.csv": lambda row: {"Date": "2024-01-02", "Name": row.title, "Year": row.year, "Letterboxd URI": "x", "Rating": 4},
    "imdb.csv": lambda row: {
        "Const": "", "Your Rating": 8, "Date Rated": "2024-01-02", "Title": row.title, "Original Title": row.title, "URL": "",
        "Title Type": "Movie", "Year": row.year,
    },
    "criticker.csv": lambda row: {"Score": 80, "Film ID": 1, "Film Name": f"{row.title} ({row.year})", "Date Rated": "2 January 2024"},
    "films.csv": lambda row: {"title": row.title, "year": row.year, "my rating": "8/10"},
}  # fmt: skip


def exports_about(catalogue: Catalogue, rng: np.random.Generator) -> Iterator[tuple[str, bytes, list[int]]]:
    """A file of each site: its name, its content, and the film that each of its lines means."""
    rows = list(rows_about(catalogue, N_ROWS, rng))
    for number, (name, cells) in enumerate(SITES.items()):
        part = rows[number :: len(SITES)]
        out = io.StringIO()
        table = csv.DictWriter(out, list(cells(part[0][1])))
        table.writeheader()
        table.writerows([cells(row) for _, row, _ in part])
        yield name, out.getvalue().encode(), [film.movie_id for _, _, film in part]


def outcomes(catalogue: Catalogue, rng: np.random.Generator) -> Counter[str]:
    """How many rows are right, wrong, asked, unknown and skipped."""
    facts = {"credit": "MovieLens"}
    published: Any = SimpleNamespace(
        catalogue=catalogue, facts=facts, generation=1, version="one", matrix=SimpleNamespace(raters=np.zeros(len(catalogue)))
    )
    finder, found = Finder(lambda: published), Counter[str]()
    for name, content, meant in exports_about(catalogue, rng):
        made = finder.find(name, content)
        assert sum(made.matching.counts().values()) == content.count(b"\n") - 1
        found["skipped"] += len(made.matching.skipped)
        for match in made.matching.matches:
            is_right = match.candidates[:1] == (meant[match.row.line - 2],)
            found[match.outcome if match.outcome != "matched" else "right" if is_right else "wrong"] += 1
    return found


@pytest.mark.parametrize(
    "name",
    [
        "sample",
        pytest.param("ml-latest-small", marks=[pytest.mark.data, pytest.mark.skipif(not TEST_DATA, reason="no MATINEE_TEST_DATA")]),
    ],
)
def test_99_of_100_rows_of_generated_exports_are_right_and_one_of_a_thousand_wrong_at_most(name: str, rng: np.random.Generator) -> None:
    catalogue = sample_data_set().catalogue if name == "sample" else read_data_set(Path(TEST_DATA) / name).catalogue
    found = outcomes(catalogue, rng)

    print(f"{name}: {dict(found)}")
    assert found.total() == N_ROWS
    assert found["right"] >= 0.99 * N_ROWS
    assert found["wrong"] <= 0.001 * N_ROWS
