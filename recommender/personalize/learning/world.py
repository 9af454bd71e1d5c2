"""A data set group as our recipes see it: users and items by position, ratings, a catalogue, and everything that happened."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.data.titles import read_title
from recommender.domain import Movie, MovieId
from recommender.personalize.columns import Column, Columns, Ids, TextColumn, in_order_of_ids
from recommender.personalize.liking import Happened, Rule, counted, liked
from recommender.personalize.trained import Interactions

TITLES = ("TITLE", "NAME", "ITEM_NAME", "MOVIE_TITLE", "PRODUCT_NAME")  # columns that may hold a title, the best first
YEARS = ("YEAR", "RELEASE_YEAR")
GENRES = ("GENRES", "GENRE", "CATEGORY_L1", "CATEGORY_L2", "CATEGORY_L3", "CATEGORY")
CREATED = "CREATION_TIMESTAMP"
FIRST_YEAR, LAST_YEAR = 1800, 2200  # outside of which a number is no year
MOST_TAGS = 20  # of an item
LAST_SECOND = 100_000_000_000  # in the year 5138: what a client puts behind it counts as that, so that days can be counted


@dataclass(frozen=True)
class Held:
    """What a group holds, each part in the order in which it came; of the same user or item the last row counts.

    categories: the columns of items whose values are apart by `|`. excluded: columns of items that are not to be learned from.
    """

    interactions: Sequence[Columns]
    users: Sequence[Columns] = ()
    items: Sequence[Columns] = ()
    categories: Collection[str] = ()
    excluded: Collection[str] = ()


@dataclass(frozen=True)
class World:
    """The same by position: user u is user u + 1 of the ratings, item c is movie c + 1.

    ratings: of the events that count. interactions: of all events, the same event once. n_counted: how many of them count.
    """

    users: Ids
    items: Ids
    ratings: RatingTable
    catalogue: Catalogue
    interactions: Interactions
    user_fields: Columns
    item_fields: Columns
    n_counted: int

    def matrix(self) -> RatingMatrix:
        """Of all ratings."""
        return RatingMatrix.of(self.ratings, self.catalogue.movie_ids)


def world_of(held: Held, rule: Rule, *, before: tuple[Sequence[str], Sequence[str]] = ((), ())) -> World:
    """rule: which events count. before: users and items of an older version, whose positions stay; new ones follow."""
    users = _ids("users", [*_words(held.interactions, "USER_ID"), *_words(held.users, "USER_ID")], before[0])
    items = _ids("items", [*_words(held.interactions, "ITEM_ID"), *_words(held.items, "ITEM_ID")], before[1])
    happened = _once(_happened(held.interactions, users, items))
    known = liked(happened, rule)
    ratings = RatingTable(
        (known.users + 1).astype(np.int32),
        (known.items + 1).astype(np.int32),
        known.half_stars,
        np.maximum(known.times, 0).astype(np.int64),
    )
    item_fields = merged(held.items, "ITEM_ID", items)
    user_fields = merged(held.users, "USER_ID", users)
    learned = [name for name in item_fields.names if name not in held.excluded]
    return World(
        Ids.of(users, "users"),
        Ids.of(items, "items"),
        ratings,
        _catalogue(items, item_fields, learned, held.categories),
        _interactions(happened, len(users)),
        user_fields,
        item_fields,
        len(counted(happened, rule)),
    )


def merged(parts: Sequence[Columns], key: str, ids: Sequence[str]) -> Columns:
    """One row for each id, from the last row that any part has of it; null where none has."""
    place = {text: at for at, text in enumerate(ids)}
    names = dict.fromkeys(name for part in parts for name in part.names if name != key)
    rows = [_positions(part[key], place) for part in parts]
    return Columns({name: _column(parts, rows, name, len(ids)) for name in names}, len(ids))


def _column(parts: Sequence[Columns], rows: Sequence[NDArray[np.int64]], name: str, n: int) -> Column:
    with_it = [(part[name], at) for part, at in zip(parts, rows, strict=True) if name in part]
    if isinstance(with_it[0][0], TextColumn):
        vocabulary: dict[str, int] = {}
        codes = np.full(n, -1, dtype=np.int32)
        for column, at in with_it:
            codes[at[at >= 0]] = _recoded(column, vocabulary)[at >= 0]
        return TextColumn.of_codes(codes, list(vocabulary))
    numbers = np.full(n, np.nan)
    for column, at in with_it:
        numbers[at[at >= 0]] = np.nan if isinstance(column, TextColumn) else column[at >= 0]
    return numbers


def _recoded(column: Column, vocabulary: dict[str, int]) -> NDArray[np.int32]:
    """Codes into a vocabulary that takes in what it lacks; numbers are written as texts."""
    if not isinstance(column, TextColumn):
        column = TextColumn.of([None if np.isnan(number) else f"{number:g}" for number in column.tolist()])
    mapped = np.array([vocabulary.setdefault(word, len(vocabulary)) for word in column.vocabulary] + [-1], dtype=np.int32)
    return np.asarray(mapped[column.codes])


def _words(parts: Iterable[Columns], key: str) -> Iterable[str]:
    for part in parts:
        column = part[key]
        if isinstance(column, TextColumn):
            yield from (column.vocabulary[code] for code in np.unique(column.codes[column.codes >= 0]).tolist())


def _ids(name: str, texts: Sequence[str], before: Sequence[str]) -> list[str]:
    known = set(before)
    return [*before, *in_order_of_ids(text for text in texts if text not in known)]


def _positions(column: Column, place: Mapping[str, int]) -> NDArray[np.int64]:
    assert isinstance(column, TextColumn)  # noqa: S101  ids are strings by every schema
    mapped = np.array([place.get(word, -1) for word in column.vocabulary] + [-1], dtype=np.int64)
    return np.asarray(mapped[column.codes])


def _happened(parts: Sequence[Columns], users: Sequence[str], items: Sequence[str]) -> Happened:
    """Every event of every part, in their order."""
    user_at, item_at = ({text: at for at, text in enumerate(texts)} for texts in (users, items))
    names: dict[str, int] = {}
    found: list[list[NDArray[Any]]] = [[] for _ in range(5)]
    for part in parts:
        n = part.n_rows
        kinds = _recoded(part["EVENT_TYPE"], names).astype(np.int64) if "EVENT_TYPE" in part else np.full(n, -1)
        values = part["EVENT_VALUE"] if "EVENT_VALUE" in part else np.full(n, np.nan)
        times = part["TIMESTAMP"]
        assert not isinstance(times, TextColumn)  # noqa: S101  a number by every schema
        row = (
            _positions(part["USER_ID"], user_at),
            _positions(part["ITEM_ID"], item_at),
            kinds,
            np.full(n, np.nan) if isinstance(values, TextColumn) else np.asarray(values, dtype=np.float64),
            np.clip(np.nan_to_num(np.asarray(times, dtype=np.float64)), 0, LAST_SECOND).astype(np.int64),
        )
        for arrays, array in zip(found, row, strict=True):
            arrays.append(array)
    users_, items_, kinds_, times_ = (_joined(found[place]).astype(np.int64) for place in (0, 1, 2, 4))
    return Happened(users_, items_, kinds_, _joined(found[3]).astype(np.float64), times_, list(names))


def _joined(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.zeros(0)


def _once(events: Happened) -> Happened:
    """The first of those that agree in user, item, kind and second; by user, then time, then their order."""
    known = events.where((events.users >= 0) & (events.items >= 0))
    if not len(known):
        return known
    order = np.lexsort((np.arange(len(known)), known.times, known.kinds, known.items, known.users))
    grouped = known.where(order)
    firsts = np.ones(len(known), dtype=np.bool_)
    firsts[1:] = np.any([np.diff(part) != 0 for part in (grouped.users, grouped.items, grouped.kinds, grouped.times)], axis=0)
    kept = np.sort(order[firsts])
    return known.where(kept[np.lexsort((kept, known.times[kept], known.users[kept]))])


def _interactions(events: Happened, n_users: int) -> Interactions:
    starts = np.searchsorted(events.users, np.arange(n_users + 1)).astype(np.int64)
    return Interactions(starts, events.items.astype(np.int32), events.kinds.astype(np.int32), events.times, tuple(events.names))


def _catalogue(items: Sequence[str], fields: Columns, learned: Sequence[str], categories: Collection[str]) -> Catalogue:
    """What of the items' fields our recipes can learn from: titles, years, genres, and other categories as tags."""
    titles = next((name for name in TITLES if name in learned), "")
    years = next((name for name in YEARS if name in learned), "")
    genres = [name for name in GENRES if name in learned]
    others = [name for name in learned if name in categories and name not in genres]
    created = CREATED if CREATED in learned else ""

    def entry(column: int, item: str) -> CatalogueEntry:
        written = _text(fields, titles, column) or item
        title = read_title(written) if titles else None
        year = _year(fields, years, column) or (title.year if title else None) or _year_of_time(fields, created, column)
        movie = Movie(
            MovieId(column + 1), title.title if title else written, year, tuple(sorted(set(_apart(fields, genres, column)))), None, None
        )
        return CatalogueEntry(movie, title.also_known_as if title else (), tuple(dict.fromkeys(_apart(fields, others, column)))[:MOST_TAGS])

    return Catalogue.of(entry(column, item) for column, item in enumerate(items))


def _text(fields: Columns, name: str, row: int) -> str:
    value = fields.value(name, row) if name else None
    return value.strip() if isinstance(value, str) else ""


def _apart(fields: Columns, names: Sequence[str], row: int) -> Iterable[str]:
    for name in names:
        for value in _text(fields, name, row).split("|"):
            if value.strip() and value.strip() != "(no genres listed)":
                yield value.strip()


def _year(fields: Columns, name: str, row: int) -> int | None:
    value = fields.value(name, row) if name else None
    text = f"{value:g}" if isinstance(value, float) else (value or "").strip()
    return int(text) if text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR else None


def _year_of_time(fields: Columns, name: str, row: int) -> int | None:
    value = fields.value(name, row) if name else None
    if not isinstance(value, float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC).year
    except (ValueError, OverflowError, OSError):
        return None
