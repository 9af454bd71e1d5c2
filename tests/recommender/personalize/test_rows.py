"""Rows of a data set: parts saved, joined and thinned, with their texts as they were."""

from pathlib import Path

import numpy as np
import pytest

from recommender.errors import ModelError
from recommender.personalize import arns, rows
from recommender.personalize.columns import Columns, TextColumn
from recommender.personalize.resources import ACTIVE, Resource
from recommender.personalize.schemas import Field, Schema
from recommender.storage.blobs import open_blobs

SCHEMA = Schema("ITEMS", (Field("ITEM_ID", "string"), Field("GENRES", "string", nullable=True), Field("YEAR", "int", nullable=True)))


def part(ids: str, genres: list[str | None], years: list[float]) -> Columns:
    return Columns(
        {"ITEM_ID": TextColumn.of(list(ids)), "GENRES": TextColumn.of(genres), "YEAR": np.array(years, dtype=np.float64)}, len(ids)
    )


def cells(found: Columns) -> list[tuple[object, ...]]:
    return [tuple(found.value(name, row) for name in found.names) for row in range(found.n_rows)]


FIRST, SECOND = part("ab", ["Drama", None], [1999, np.nan]), part("ca", ["Comedy", "Drama"], [2001, 2002])


def test_parts_are_saved_and_joined_in_their_order(tmp_path: Path) -> None:
    blobs = open_blobs(f"file://{tmp_path}/blobs")
    dataset = Resource(arns.arn_of(arns.DATASET, "films", "ITEMS"), ACTIVE, 1.0, 1.0, {}, {"parts": []})
    for number, one in enumerate((FIRST, SECOND)):
        folder = tmp_path / str(number)
        folder.mkdir()
        digest = rows.save(folder, one)
        blobs.publish(f"personalize/data/films/{number}", folder)
        dataset.inner["parts"].append({"key": f"personalize/data/films/{number}", "sha256": digest, "n_rows": 2, "job": "j"})
    assert cells(rows.read(blobs, dataset, SCHEMA)) == [
        ("a", "Drama", 1999.0),
        ("b", None, None),
        ("c", "Comedy", 2001.0),
        ("a", "Drama", 2002.0),
    ]
    dataset.inner["parts"][0]["sha256"] = "0" * 64
    with pytest.raises(ModelError):
        rows.read(blobs, dataset, SCHEMA)


def test_a_data_set_without_parts_has_its_columns_and_no_rows(tmp_path: Path) -> None:
    dataset = Resource(arns.arn_of(arns.DATASET, "films", "ITEMS"), ACTIVE, 1.0, 1.0, {})
    found = rows.read(open_blobs(f"file://{tmp_path}/blobs"), dataset, SCHEMA)
    assert (found.names, found.n_rows) == (("ITEM_ID", "GENRES", "YEAR"), 0)


def test_rows_that_are_taken_out_leave_no_text_behind() -> None:
    found = rows.kept(rows.joined([FIRST, SECOND], SCHEMA), np.array([True, True, False, False]))
    assert cells(found) == cells(FIRST)
    genres = found["GENRES"]
    assert isinstance(genres, TextColumn)
    assert genres.vocabulary == ["Drama"]
