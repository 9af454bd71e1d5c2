"""Drafts and receipts as bytes, and back."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any, TypeVar

from recommender.data.exports import Export, ExportRow, SkippedRow
from recommender.data.matching import Match, Matching
from recommender.domain import MovieId
from recommender.errors import StorageError
from recommender.importing.draft import Begun, Draft
from recommender.importing.effect import FilmChange
from recommender.importing.finding import Found
from recommender.importing.receipt import Receipt

FORMAT = 1

_ROW = tuple(field.name for field in fields(ExportRow))
_SKIPPED = tuple(field.name for field in fields(SkippedRow))
_Read = TypeVar("_Read")
_GARBLED = (ValueError, KeyError, TypeError, AttributeError, EOFError, OSError, zlib.error, RecursionError)


def of_draft(draft: Draft) -> bytes:
    """Without its choices, which change."""
    export = draft.found.export
    return _packed(
        {
            **{name: getattr(draft, name) for name in ("import_id", "user_id", "name", "made_at", "scale", "profile")},
            **{name: getattr(export, name) for name in ("site", "files", "scales", "notes", "profiles")},
            "skipped": [[getattr(row, name) for name in _SKIPPED] for row in export.skipped],
            "rows": [
                [*(getattr(match.row, name) for name in _ROW), match.outcome, match.how, match.candidates]
                for match in draft.found.matching.matches
            ],
        }
    )


def draft_of(data: bytes, choices: Mapping[int, MovieId | None]) -> Draft:
    """StorageError when it cannot be understood."""

    def read(said: Mapping[str, Any]) -> Draft:
        matches = []
        for *row, outcome, how, candidates in said["rows"]:
            facts = dict(zip(_ROW, row, strict=True))
            facts["other_titles"] = tuple(facts["other_titles"])
            matches.append(Match(ExportRow(**facts), outcome, how, tuple(candidates)))
        skipped = tuple(SkippedRow(*row) for row in said["skipped"])
        lists = {name: tuple(said[name]) for name in ("files", "scales", "notes", "profiles")}
        export = Export(said["site"], rows=tuple(match.row for match in matches), skipped=skipped, **lists)
        found = Found(export, Matching(tuple(matches), skipped))
        about = {name: said[name] for name in ("import_id", "user_id", "name", "made_at", "scale", "profile")}
        return Draft(found=found, choices=choices, **about)

    return _understood(data, read)


def of_begun(begun: Begun) -> bytes:
    return _plain(asdict(begun))


def begun_of(data: bytes) -> Begun:
    """StorageError when it cannot be understood."""
    return _understood(data, lambda said: Begun(**{field.name: said[field.name] for field in fields(Begun)}))


def of_choices(choices: Mapping[int, MovieId | None]) -> bytes:
    return _plain({"choices": list(choices.items())})


def choices_of(data: bytes) -> dict[int, MovieId | None]:
    """StorageError when they cannot be understood."""
    return _understood(data, lambda said: {int(number): movie_id for number, movie_id in said["choices"]})


def of_receipt(receipt: Receipt) -> bytes:
    return _plain(asdict(receipt))


def receipt_of(data: bytes) -> Receipt:
    """StorageError when it cannot be understood."""
    return _understood(data, lambda said: Receipt(**{field.name: said[field.name] for field in fields(Receipt)}))


def of_films(films: Iterable[FilmChange]) -> bytes:
    return _packed({"films": [[film.movie_id, film.before, film.after, film.marks] for film in films]})


def films_of(data: bytes) -> tuple[FilmChange, ...]:
    """StorageError when they cannot be understood."""

    def given(value: Any) -> tuple[float, int] | None:
        return None if value is None else (float(value[0]), int(value[1]))

    return _understood(
        data,
        lambda said: tuple(
            FilmChange(movie_id, given(before), given(after), tuple((kind, int(at)) for kind, at in marks))
            for movie_id, before, after, marks in said["films"]
        ),
    )


def of_fixes(fixes: Mapping[str, MovieId | None]) -> bytes:
    return _plain({"fixes": dict(fixes)})


def fixes_of(data: bytes) -> dict[str, MovieId | None]:
    """What cannot be understood counts as none: the person is asked once more, and that is all."""
    try:
        return _understood(data, lambda said: dict(said["fixes"]))
    except StorageError:
        return {}


def _plain(said: Mapping[str, Any]) -> bytes:
    return json.dumps({"format": FORMAT, **said}, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _packed(said: Mapping[str, Any]) -> bytes:
    return gzip.compress(_plain(said), compresslevel=1, mtime=0)


def _understood(data: bytes, read: Callable[[Mapping[str, Any]], _Read]) -> _Read:
    try:
        said = json.loads(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data)
        if said["format"] != FORMAT:
            raise ValueError(f"its format is {said['format']!r}, this version reads {FORMAT}")
        return read(said)
    except _GARBLED as error:
        raise StorageError(f"What was kept of an import cannot be understood: {error}.", kind="garbled") from error
