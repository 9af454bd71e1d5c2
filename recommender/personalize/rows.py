"""The rows of a data set: immutable folders, one for each import, that the data set names in the order in which they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.data.texts import Texts
from recommender.errors import ModelError
from recommender.models import files
from recommender.personalize.columns import Column, Columns, TextColumn
from recommender.personalize.resources import Resource
from recommender.personalize.schemas import Schema
from recommender.storage.blobs import Blobs

FORMAT = 1
PARTS = "parts"  # of a data set's inner: [{"key", "sha256", "n_rows", "job"}, …]
_PREFIX = "column-"

Rows = Columns  # by the names of the schema's fields


def save(folder: Path, rows: Rows) -> str:
    """Write them into the empty folder; the manifest's SHA-256, to be named by the data set."""
    return files.save(folder, rows.arrays(_PREFIX), {"format": FORMAT, "names": list(rows.names), "n_rows": rows.n_rows})


def load(blobs: Blobs, part: Mapping[str, Any]) -> Rows:
    """A part, checked file by file and memory-mapped; ModelError when it is absent, torn, or of another format."""
    folder = blobs.local_copy(part["key"])
    if folder is None:
        raise ModelError(f"The rows {part['key']} are not in {blobs.url}; import them again.")
    saved = files.load(folder, sha256=part["sha256"])
    if saved.facts.get("format") != FORMAT:
        raise ModelError(f"The rows {part['key']} have format {saved.facts.get('format')!r}, this version reads {FORMAT}; import again.")
    return Columns.from_arrays(saved.arrays, _PREFIX, saved.facts["names"], saved.facts["n_rows"])


def parts_of(dataset: Resource) -> list[dict[str, Any]]:
    """What the data set consists of, the oldest first."""
    return list(dataset.inner.get(PARTS, ()))


def read(blobs: Blobs, dataset: Resource, schema: Schema) -> Rows:
    """Every row that was imported, in the order in which it came; none where nothing was. ModelError as above."""
    return joined([load(blobs, part) for part in parts_of(dataset)], schema)


def joined(parts: Sequence[Rows], schema: Schema) -> Rows:
    """One behind the other, with the schema's columns."""
    n_rows = sum(part.n_rows for part in parts)
    if len(parts) == 1:
        return parts[0]
    columns: dict[str, Column] = {}
    for field in schema.fields:
        some = [part[field.name] for part in parts]
        if field.is_number:
            numbers = [one for one in some if not isinstance(one, TextColumn)]
            columns[field.name] = np.concatenate(numbers) if numbers else np.zeros(0)
        else:
            columns[field.name] = _joined([one for one in some if isinstance(one, TextColumn)])
    return Columns(columns, n_rows)


def kept(rows: Rows, which: NDArray[np.bool_]) -> Rows:
    """Those rows alone, in their order; of texts that no row has any more nothing is left."""
    columns: dict[str, Column] = {}
    for name in rows.names:
        column = rows[name]
        columns[name] = _without_unused(column, which) if isinstance(column, TextColumn) else np.asarray(column)[which]
    return Columns(columns, int(np.count_nonzero(which)))


def _joined(parts: Sequence[TextColumn]) -> TextColumn:
    known: dict[str, int] = {}
    codes = [np.zeros(0, dtype=np.int32)]
    for part in parts:
        places = np.array([known.setdefault(word, len(known)) for word in part.vocabulary] + [-1], dtype=np.int32)
        codes.append(places[part.codes])  # -1 is the last of them
    return TextColumn(np.concatenate(codes), _words(list(known)))


def _without_unused(column: TextColumn, which: NDArray[np.bool_]) -> TextColumn:
    codes = np.asarray(column.codes)[which]
    used = np.unique(codes[codes >= 0])
    places = np.full(len(column.words) + 1, -1, dtype=np.int32)
    places[used] = np.arange(len(used), dtype=np.int32)
    return TextColumn(places[codes], _words([column.words.text(int(code)) for code in used]))


def _words(texts: Sequence[str]) -> Texts:
    return Texts(Texts.arrays_of("words", texts), "words")
