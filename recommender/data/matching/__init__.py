"""Which film of the catalogue a row of a person's file means: by number, else by title and year; in doubt the person is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.data.exports.rows import MATINEE, MOVIELENS, RATING, Export, ExportRow, SkippedRow
from recommender.data.matching.slips import (
    LONGEST_FOR_SLIPS,
    SHORTEST_FOR_ONE_SLIP,
    SHORTEST_FOR_TWO_SLIPS,
    Slips,
    digits,
    is_plain_slip,
    slips_between,
)  # fmt: skip
from recommender.data.matching.spellings import canonical, forms_of, parts_of, slippable, squeezed_forms
from recommender.data.titles import read_title, squeezed
from recommender.domain import ASIDE, HIDDEN, SEEN, WATCHLIST, MovieId

MATCHED, ASKED, UNKNOWN = "matched", "asked", "unknown"

BY_CHOICE = "as chosen before"
NONE_CHOSEN = "You said before that it is none of the films here."
BY_IMDB = "by its number at IMDb"
BY_TMDB = "by its number at TMDB"
BY_ID = "by its number"
BY_TITLE = "by title and year"
BY_TITLE_ALONE = "by title, the only film of that name"
BY_SPELLING = "by title and year, written another way"
BY_SUBTITLE = "by title and year, with or without its subtitle"
BY_TYPING = "by title and year, allowing for a typing slip"

NO_SUCH_TITLE = "No film here has this title."
NOT_LOOKED_AT = "No film here has this title, and the file has too many such for each to be looked at for a typing slip."

MOST_CANDIDATES = 5
MOST_SLIPPED = 5_000  # titles of one export that are looked at for typing slips, which takes a tenth of a second a hundred
YEARS_APART = 1  # countries have their premieres in different years


@dataclass(frozen=True, slots=True)
class Match:
    """What became of one row. outcome: MATCHED, ASKED or UNKNOWN. how: a BY_ text for MATCHED, else a sentence that says why not.

    candidates: the film itself for MATCHED; for ASKED at most MOST_CANDIDATES, most likely first; else none.
    """

    row: ExportRow
    outcome: str
    how: str
    candidates: tuple[MovieId, ...] = ()

    def film(self, place: int, choices: Mapping[int, MovieId | None] | None = None) -> MovieId | None:
        """The film that the row means, after the person's choice for the match at this place; None for none."""
        known = self.candidates[0] if self.outcome == MATCHED else None
        return (choices or {}).get(place, known)


@dataclass(frozen=True, slots=True)
class Matching:
    """What became of every row: matched + asked + unknown + skipped = rows. matches: in the order of the export's rows."""

    matches: tuple[Match, ...]
    skipped: tuple[SkippedRow, ...]

    def counts(self) -> dict[str, int]:
        """How many rows are "matched", "asked", "unknown" and "skipped"."""
        outcomes = [match.outcome for match in self.matches]
        return {outcome: outcomes.count(outcome) for outcome in (MATCHED, ASKED, UNKNOWN)} | {"skipped": len(self.skipped)}

    def films(self, choices: Mapping[int, MovieId | None] | None = None) -> tuple[MatchedFilm, ...]:
        """What is to be written, by film and kind, each once. choices: for the match at that place the film chosen, None for none.

        Of several rows of one film and kind the latest date counts, no date being the earliest; then the later row. A film rated is not
        said to be seen as well, nor is one rated or seen wished for, unless Matinee itself wrote the file.
        """
        best: dict[tuple[MovieId, str], tuple[tuple[int, int], ExportRow]] = {}
        for place, match in enumerate(self.matches):
            movie_id = match.film(place, choices)
            if movie_id is None:
                continue
            at = match.row.at
            key, weight = (movie_id, match.row.kind), (-1 << 62 if at is None else at, place)
            if key not in best or weight > best[key][0]:
                best[key] = (weight, match.row)
        return tuple(
            MatchedFilm(movie_id, kind, row.stars, row.at, row)
            for (movie_id, kind), (_, row) in sorted(best.items())
            if row.movie_id_of == MATINEE or not any((movie_id, more) in best for more in _SAYS_MORE[kind])
        )


@dataclass(frozen=True, slots=True)
class MatchedFilm:
    """What is to be written of one film; kind, stars and at as in ExportRow. row: the one it comes from."""

    movie_id: MovieId
    kind: str
    stars: float | None
    at: int | None
    row: ExportRow


# The kinds beside which one of a film says nothing more.
_SAYS_MORE: Mapping[str, tuple[str, ...]] = {RATING: (), SEEN: (RATING,), WATCHLIST: (RATING, SEEN), HIDDEN: (), ASIDE: ()}


def row_key(row: ExportRow) -> str:
    """What a choice is remembered under: the title and year as people write them, so that the next file asks no more."""
    return f"{squeezed(row.title) or row.title.strip()}|{row.year or ''}"  # a title may be signs alone


_Titled = tuple[str, tuple[str, ...], int | None]  # title, other titles, year
_Outcome = tuple[str, str, tuple[int, ...]]  # outcome, how or why not, columns


@dataclass(slots=True)
class _Search:
    """Through one export. known: what became of a title before, since films come up in several files. n_slipped: sought with slips."""

    known: dict[_Titled, _Outcome] = field(default_factory=dict)
    n_slipped: int = 0


class Matcher:
    """Finds films of one catalogue; what it looks them up in is made once, when first needed.

    popularity: shape (n_movies,), higher is more; the better known comes first among equal candidates. numbers_are_movielens: whether the
    catalogue's film numbers are those of MovieLens; this site's own always are.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        popularity: NDArray[np.floating[Any] | np.integer[Any]] | None = None,
        numbers_are_movielens: bool = False,
    ) -> None:
        self._catalogue = catalogue
        self._years: Sequence[int] = catalogue.years.tolist()
        self._popularity = [0.0] * len(catalogue) if popularity is None else popularity.astype(np.float64).tolist()
        self._own = {MATINEE, MOVIELENS} if numbers_are_movielens else {MATINEE}

    def match_all(self, export: Export, *, remembered: Mapping[str, MovieId | None] | None = None) -> Matching:
        """Every row of the export. remembered: films the person chose before, by row_key; None where it was none of those offered."""
        search = _Search()
        return Matching(tuple(self._match(row, search, remembered or {}) for row in export.rows), export.skipped)

    def match(self, row: ExportRow) -> Match:
        """The film that a row means."""
        return self._match(row, _Search(), {})

    def _match(self, row: ExportRow, search: _Search, remembered: Mapping[str, MovieId | None]) -> Match:
        outcome, how, columns = self._by_number(row) or self._titled((row.title, row.other_titles, row.year), search)
        movie_ids = tuple(MovieId(int(self._catalogue.movie_ids[column])) for column in columns)
        if outcome == MATCHED and how in (BY_ID, BY_IMDB, BY_TMDB):
            return Match(row, outcome, how, movie_ids)
        return self._chosen_before(row, remembered) or Match(row, outcome, how, movie_ids)

    def _chosen_before(self, row: ExportRow, remembered: Mapping[str, MovieId | None]) -> Match | None:
        if not remembered or (key := row_key(row)) not in remembered:
            return None
        chosen = remembered[key]
        if chosen is None:
            return Match(row, UNKNOWN, NONE_CHOSEN)
        return Match(row, MATCHED, BY_CHOICE, (chosen,)) if self._catalogue.column_of(chosen) is not None else None

    def _by_number(self, row: ExportRow) -> _Outcome | None:
        own = self._catalogue.column_of(row.movie_id) if row.movie_id and row.movie_id_of in self._own else None
        # Numbers of another Matinee may be of other data; the title tells.
        if own is not None and row.title and self._is_called(own, row):
            return MATCHED, BY_ID, (own,)
        for number, links, how in ((row.imdb_id, self._imdb, BY_IMDB), (row.tmdb_id, self._tmdb, BY_TMDB)):
            columns = links.get(number, ()) if number else ()
            if len(columns) > 1:
                columns = [column for column in columns if self._is_called(column, row)] or columns
            if len(columns) == 1:
                return MATCHED, how, (columns[0],)
            if columns:
                return ASKED, "Several films have this number.", self._ordered(columns, row.year)
        return (MATCHED, BY_ID, (own,)) if own is not None and not row.title else None

    def _is_called(self, column: int, row: ExportRow) -> bool:
        year = self._years[column]
        near = not (row.year and year) or abs(row.year - year) <= YEARS_APART
        names = {canonical(form) for form in self._catalogue.title_forms(column)}
        return near and not names.isdisjoint(map(canonical, forms_of(row.title, row.other_titles)))

    def _titled(self, sought: _Titled, search: _Search) -> _Outcome:
        if sought not in search.known:
            search.known[sought] = self._find(*sought, search)
        return search.known[sought]

    def _find(self, title: str, others: tuple[str, ...], year: int | None, search: _Search) -> _Outcome:
        if not squeezed(title) and not title.strip():
            return UNKNOWN, "The row has no title, and its number is of no film here.", ()
        forms = forms_of(title, others)
        if year is None:
            year = read_title(title).year
        possible: dict[int, int] = {}  # column → how near, lower is nearer; in the end, what the person is asked
        for nearness, how, found in ((0, BY_TITLE, self._exact(forms)), (1, BY_SPELLING, self._spelt(forms))):
            if (sure := self._sure(found, year, YEARS_APART)) is not None:
                return MATCHED, BY_TITLE_ALONE if year is None else how, (sure,)
            for column in found:
                possible.setdefault(column, nearness)
        if not any(self._is_near(column, year) for column in possible):
            longer = _union(self._main_titles, map(canonical, forms))
            if not possible and (sure := self._sure(longer, year, 0)) is not None:
                return MATCHED, BY_SUBTITLE, (sure,)
            search.n_slipped += 1
            slips = self._slipped(forms, year) if search.n_slipped <= MOST_SLIPPED else {}
            if not possible and (sure := self._surely_slipped(slips, year)) is not None:
                return MATCHED, BY_TYPING, (sure,)
            shorter = _union(self._spellings, (canonical(part) for form in forms for part in parts_of(form)))
            for column in [*slips, *longer, *shorter]:
                possible.setdefault(column, 2)
        if not possible:
            return UNKNOWN, NO_SUCH_TITLE if search.n_slipped <= MOST_SLIPPED else NOT_LOOKED_AT, ()
        nearest = sorted(possible, key=lambda column: (self._off(column, year), possible[column], *self._known(column)))
        years = "several years" if year is None else "this year"
        several = sum(self._is_near(column, year) for column in possible) > 1
        why = f"Several films of {years} may be meant." if several else "The title or the year is not quite that of the film."
        return ASKED, why, tuple(nearest[:MOST_CANDIDATES])

    def _sure(self, found: Iterable[int], year: int | None, most_apart: int) -> int | None:
        """The one film that is meant beyond doubt: alone in its year, or else alone within so many years, or alone without a year."""
        columns = list(found)
        if year is None:
            return columns[0] if len(columns) == 1 and most_apart else None  # a title in part says too little alone
        same = [column for column in columns if self._years[column] == year]
        near = [column for column in columns if self._years[column] and abs(self._years[column] - year) <= most_apart]
        undated = [column for column in columns if not self._years[column]]
        for chosen in (same, near, undated if most_apart else []):
            if chosen:
                return chosen[0] if len(chosen) == 1 else None
        return None

    def _apart(self, column: int, year: int | None) -> int:
        return abs(self._years[column] - year) if year and self._years[column] else 0

    def _is_near(self, column: int, year: int | None) -> bool:
        return self._apart(column, year) <= YEARS_APART

    def _off(self, column: int, year: int | None) -> int:
        """0 within a year, else how many years apart: a near year counts before a near title, a far one after it."""
        apart = self._apart(column, year)
        return 0 if apart <= YEARS_APART else apart

    def _known(self, column: int) -> tuple[float, int]:
        return -self._popularity[column], column

    def _ordered(self, columns: Iterable[int], year: int | None) -> tuple[int, ...]:
        return tuple(sorted(columns, key=lambda column: (self._apart(column, year), *self._known(column)))[:MOST_CANDIDATES])

    def _exact(self, forms: Sequence[str]) -> list[int]:
        return _union(self._titles, (name for form in forms for name in squeezed_forms(form)))

    def _spelt(self, forms: Sequence[str]) -> list[int]:
        return _union(self._spellings, map(canonical, forms))

    def _slipped(self, forms: Sequence[str], year: int | None) -> dict[int, tuple[int, bool]]:
        """Films within YEARS_APART, if a year is known, whose title is this one but for a slip or two: how many, and whether in doubt."""
        found: dict[int, tuple[int, bool]] = {}
        years = self._years

        def near(columns: Iterable[int]) -> list[int]:  # _is_near, without a call for each of a million
            return [column for column in columns if not (year and years[column]) or -YEARS_APART <= years[column] - year <= YEARS_APART]

        for sought in dict.fromkeys(name for form in forms[:2] for name in slippable(form)):
            if not SHORTEST_FOR_ONE_SLIP <= len(sought) <= LONGEST_FOR_SLIPS:
                continue
            its_digits = digits(sought)
            for name in self._slips.near(sought):
                columns = near(self._whole_titles[name])
                # One digit off is another film: part 2 is not part 3.
                if not columns or digits(name) != its_digits:
                    continue
                most = 1 if min(len(name), len(sought)) < SHORTEST_FOR_TWO_SLIPS else 2
                distance = slips_between(sought, name, most)
                if distance <= most:
                    how = (distance, not is_plain_slip(sought, name, distance))
                    for column in columns:
                        found[column] = min(how, found.get(column, how))
        return found

    def _surely_slipped(self, slips: Mapping[int, tuple[int, bool]], year: int | None) -> int | None:
        """The one film with the fewest slips, if it is of this very year where several have them, and the slip cannot be another title."""
        if year is None or not slips:
            return None
        least, doubtful = min(slips.values())
        best = [column for column, (distance, _) in slips.items() if distance == least]
        same = [column for column in best if self._years[column] == year]
        if doubtful or (least > 1 and not same):
            return None
        chosen = same or best
        return chosen[0] if len(chosen) == 1 else None

    @cached_property
    def _imdb(self) -> dict[int, list[int]]:
        return _columns_of(self._catalogue.imdb_ids)

    @cached_property
    def _tmdb(self) -> dict[int, list[int]]:
        return _columns_of(self._catalogue.tmdb_ids)

    @cached_property
    def _forms(self) -> list[tuple[str, ...]]:
        return [self._catalogue.title_forms(column) for column in range(len(self._catalogue))]

    @cached_property
    def _titles(self) -> dict[str, list[int]]:
        return self._index(squeezed_forms)

    @cached_property
    def _spellings(self) -> dict[str, list[int]]:
        return self._index(lambda form: (canonical(form),))

    @cached_property
    def _main_titles(self) -> dict[str, list[int]]:
        return self._index(lambda form: tuple(map(canonical, parts_of(form))))

    @cached_property
    def _whole_titles(self) -> dict[str, list[int]]:
        return self._index(slippable)

    @cached_property
    def _slips(self) -> Slips:
        return Slips(self._whole_titles)

    def _index(self, names_of: Callable[[str], Iterable[str]]) -> dict[str, list[int]]:
        index: dict[str, list[int]] = {}
        for column, forms in enumerate(self._forms):
            for name in dict.fromkeys(name for form in forms for name in names_of(form)):
                if name:
                    index.setdefault(name, []).append(column)
        return index


def _columns_of(links: NDArray[np.int32]) -> dict[int, list[int]]:
    columns: dict[int, list[int]] = {}
    for column in np.flatnonzero(links).tolist():
        columns.setdefault(int(links[column]), []).append(column)
    return columns


def _union(index: Mapping[str, Sequence[int]], names: Iterable[str]) -> list[int]:
    """The films of the first of the names that has any: as written counts before a title in brackets."""
    for name in names:
        if name and name in index:
            return list(index[name])
    return []
