"""Rows of a person's file find the film they mean, or ask, or say that it is not here; and each is counted once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.exports import Export, ExportRow
from recommender.data.exports.rows import KINDS, MATINEE, RATING, SkippedRow
from recommender.data.matching import (
    ASKED,
    BY_CHOICE,
    BY_ID,
    BY_IMDB,
    BY_SPELLING,
    BY_SUBTITLE,
    BY_TITLE,
    BY_TITLE_ALONE,
    BY_TMDB,
    BY_TYPING,
    MATCHED,
    MOST_CANDIDATES,
    NOT_LOOKED_AT,
    UNKNOWN,
    Match,
    Matcher,
    row_key,
)  # fmt: skip
from recommender.data.matching.slips import slips_between
from recommender.data.movielens import read_data_set
from recommender.data.sample import sample_data_set
from recommender.domain import ASIDE, HIDDEN, SEEN, WATCHLIST, Movie, MovieId
from tests.conftest import TEST_DATA
from tests.recommender.data.exports.variants import row_of, rows_about

FILMS = [
    ("The Matrix", 1999, 133093, 603),
    ("Amélie", 2001, 211915, 194),
    ("Rocky II", 1979, None, None),
    ("Rocky III", 1982, None, None),
    ("Solaris", 1972, None, None),
    ("Solaris", 2002, None, None),
    ("Crash", 2004, None, None),
    ("Crash", 2005, None, None),
    ("Dr. Strangelove", 1964, None, None),
    ("Star Wars: Episode IV - A New Hope", 1977, None, None),
    ("Beauty and the Beast", 1991, None, None),
    ("I, Robot", 2004, None, None),
    ("Manic", 2001, None, None),
    ("Casablanca", 1942, None, None),
    ("Nowhere", None, None, None),
    ("Dune: Part Two", 2024, None, None),
    ("Three Colors: Red", 1994, 111495, None),
    ("Three Colors: Blue", 1993, None, None),
]
AKA = {"Amélie": ("Le Fabuleux destin d'Amélie Poulain",), "Dr. Strangelove": ("How I Learned to Stop Worrying and Love the Bomb",)}


def catalogue_of(films: list[tuple[str, int | None, int | None, int | None]] = FILMS) -> Catalogue:
    return Catalogue.of(
        CatalogueEntry(Movie(MovieId(number), title, year, (), imdb_id, tmdb_id), AKA.get(title, ()))
        for number, (title, year, imdb_id, tmdb_id) in enumerate(films, start=1)
    )


MATCHER = Matcher(catalogue_of(), numbers_are_movielens=True)


def titles_of(match: Match) -> list[tuple[str, int | None]]:
    return [FILMS[movie_id - 1][:2] for movie_id in match.candidates]


@pytest.mark.parametrize(
    ("title", "year", "film", "how"),
    [
        ("The Matrix", 1999, "The Matrix", BY_TITLE),
        ("Matrix, The (1999)", None, "The Matrix", BY_TITLE),
        ("MATRIX", 2000, "The Matrix", BY_TITLE),  # premieres differ by a year
        ("Amelie", 2001, "Amélie", BY_TITLE),
        ("Le fabuleux destin d’Amelie Poulain", 2001, "Amélie", BY_TITLE),
        ("Rocky 2", 1979, "Rocky II", BY_SPELLING),
        ("Dune - Part 2", 2024, "Dune: Part Two", BY_SPELLING),
        ("Beauty & the Beast", 1991, "Beauty and the Beast", BY_TITLE),
        ("Solaris", 1972, "Solaris", BY_TITLE),
        ("Crash", 2004, "Crash", BY_TITLE),  # the very year counts more than the one beside
        ("Star Wars", 1977, "Star Wars: Episode IV - A New Hope", BY_SUBTITLE),
        ("Teh Matrix", 1999, "The Matrix", BY_TYPING),
        ("Cassablanca", 1942, "Casablanca", BY_TYPING),
        ("Casabalnca", 1943, "Casablanca", BY_TYPING),
        ("Casablanca", None, "Casablanca", BY_TITLE_ALONE),
        ("Nowhere", 1997, "Nowhere", BY_TITLE),  # the catalogue knows no year of it
    ],
)
def test_a_title_and_its_year_find_the_film(title: str, year: int | None, film: str, how: str) -> None:
    match = MATCHER.match(row_of(title, year))

    assert (match.outcome, match.how) == (MATCHED, how)
    assert titles_of(match)[0][0] == film


@pytest.mark.parametrize(
    ("title", "year", "candidates"),
    [
        ("Solaris", None, [("Solaris", 1972), ("Solaris", 2002)]),
        ("Solaris", 1990, [("Solaris", 2002), ("Solaris", 1972)]),  # the nearer year first
        ("Crash", 2006, None),
        ("Casablanca", 1960, [("Casablanca", 1942)]),
        ("Panic", 2000, [("Manic", 2001)]),  # as likely another film as a typing slip
        ("Three Colors", None, [("Three Colors: Red", 1994), ("Three Colors: Blue", 1993)]),
        ("Casablanca: The Return", 1942, [("Casablanca", 1942)]),
    ],
)
def test_in_doubt_the_person_is_asked(title: str, year: int | None, candidates: list[tuple[str, int]] | None) -> None:
    match = MATCHER.match(row_of(title, year))

    if candidates is None:  # one film is within a year, the other two years away
        assert match.outcome == MATCHED
        assert titles_of(match) == [("Crash", 2005)]
    else:
        assert (match.outcome, titles_of(match)) == (ASKED, candidates)


@pytest.mark.parametrize(
    ("title", "year"), [("Rocky 4", 1985), ("Rocky 4", 1982), ("Robot", 2004), ("Alien", 1979), ("Jaws", None), ("★", 1999), ("Red", 1950)]
)
def test_what_is_not_here_is_said_to_be_unknown_or_asked_never_taken_for_another(title: str, year: int | None) -> None:
    assert MATCHER.match(row_of(title, year)).outcome != MATCHED


def test_numbers_count_more_than_titles() -> None:
    assert MATCHER.match(row_of("Whatever", 1950, imdb_id=133093)).how == BY_IMDB
    assert MATCHER.match(row_of("Whatever", 1950, tmdb_id=194)).how == BY_TMDB
    assert titles_of(MATCHER.match(row_of("Amélie", 2001, imdb_id=133093, tmdb_id=194))) == [("The Matrix", 1999)]
    assert MATCHER.match(row_of("Casablanca", 1942, imdb_id=999)).how == BY_TITLE


def test_a_films_own_number_counts_where_it_is_of_this_catalogue_and_the_title_agrees() -> None:
    assert MATCHER.match(row_of("", None, movie_id=2, movie_id_of="movielens")).how == BY_ID
    assert MATCHER.match(row_of("Matrix", 1999, movie_id=1, movie_id_of="matinee")).how == BY_ID
    assert titles_of(MATCHER.match(row_of("Casablanca", 1942, movie_id=1, movie_id_of="matinee"))) == [("Casablanca", 1942)]
    assert Matcher(catalogue_of()).match(row_of("", None, movie_id=2, movie_id_of="movielens")).outcome == UNKNOWN


def test_two_films_of_one_number_are_told_apart_by_title() -> None:
    matcher = Matcher(catalogue_of([("Heat", 1995, 7, None), ("Ran", 1985, 7, None)]))

    assert matcher.match(row_of("Ran", 1985, imdb_id=7)).candidates == (2,)
    assert matcher.match(row_of("Up", 2009, imdb_id=7)).outcome == ASKED


def test_the_better_known_film_is_proposed_first() -> None:
    popularity = np.zeros(len(FILMS))
    popularity[5] = 9

    assert titles_of(Matcher(catalogue_of(), popularity=popularity).match(row_of("Solaris", None)))[0] == ("Solaris", 2002)


def test_a_choice_made_before_asks_no_more() -> None:
    rows = (row_of("Solaris", None), row_of("solaris", None), row_of("Solaris", 1990), row_of("Three Colors", None))
    remembered = {row_key(rows[0]): MovieId(6), row_key(rows[3]): None}

    matches = MATCHER.match_all(Export("x", (), rows, ()), remembered=remembered).matches

    assert [(match.outcome, match.candidates) for match in matches] == [(MATCHED, (6,)), (MATCHED, (6,)), (ASKED, (6, 5)), (UNKNOWN, ())]
    assert matches[0].how == BY_CHOICE
    assert matches[3].how == "You said before that it is none of the films here."


def test_a_number_counts_more_than_a_choice_made_before() -> None:
    row = row_of("Amélie", 2001, imdb_id=133093)

    assert MATCHER.match_all(Export("x", (), (row,), ()), remembered={row_key(row): MovieId(2)}).matches[0].candidates == (1,)


def test_of_two_films_with_one_number_matinees_own_file_names_its_film() -> None:
    twins = Matcher(catalogue_of([("Heat", 1995, 7, None), ("Heat", 1995, 7, None)]))

    assert twins.match(row_of("Heat", 1995, imdb_id=7, movie_id=2, movie_id_of=MATINEE)).candidates == (2,)
    assert twins.match(row_of("Heat", 1995, imdb_id=7)).outcome == ASKED


def test_of_several_rows_a_rating_counts_most_then_the_latest_date_then_the_later_row() -> None:
    rows = (
        replace(row_of("Casablanca", 1942), stars=2.0, at=200, line=1),
        replace(row_of("Casablanca", 1942), stars=5.0, at=100, line=2),
        replace(row_of("Casablanca", 1942), kind=SEEN, stars=None, at=900, line=3),
        replace(row_of("Manic", 2001), kind=WATCHLIST, stars=None, at=900, line=4),
        replace(row_of("Manic", 2001), kind=SEEN, stars=None, at=None, line=5),
        replace(row_of("The Matrix", 1999), stars=1.0, at=7, line=6),
        replace(row_of("The Matrix", 1999), stars=3.0, at=7, line=7),
        replace(row_of("The Matrix", 1999), stars=4.0, at=None, line=8),
    )
    films = MATCHER.match_all(Export("x", (), rows, ())).films()

    assert [(film.movie_id, film.kind, film.stars, film.row.line) for film in films] == [
        (1, "rating", 3.0, 7), (13, SEEN, None, 5), (14, "rating", 2.0, 1),
    ]  # fmt: skip


def test_of_a_long_file_only_some_titles_are_looked_at_for_slips_and_the_others_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recommender.data.matching.MOST_SLIPPED", 1)
    rows = (row_of("Cassablanca", 1942), row_of("Amelei", 2001), row_of("Cassablanca", 1942), row_of("The Matrix", 1999))

    matches = MATCHER.match_all(Export("x", (), rows, ())).matches

    assert [match.outcome for match in matches] == [MATCHED, UNKNOWN, MATCHED, MATCHED]
    assert matches[1].how == NOT_LOOKED_AT


def test_matinees_own_file_is_taken_as_it_is_written() -> None:
    said = ((RATING, 2.0), (SEEN, None), (WATCHLIST, None), (HIDDEN, None), (ASIDE, None))
    rows = tuple(replace(row_of("Casablanca", 1942), kind=kind, stars=stars, movie_id_of=MATINEE) for kind, stars in said)
    of_another = tuple(replace(row, movie_id_of="") for row in rows[:3])

    assert {film.kind for film in MATCHER.match_all(Export("x", (), rows, ())).films()} == {kind for kind, _ in said}
    assert [film.kind for film in MATCHER.match_all(Export("x", (), of_another, ())).films()] == [RATING]


def test_a_choice_decides_what_was_asked_and_may_leave_out_what_was_matched() -> None:
    matching = MATCHER.match_all(Export("x", (), (row_of("Solaris", None), row_of("Casablanca", 1942)), ()))

    assert [film.movie_id for film in matching.films()] == [14]
    assert [film.movie_id for film in matching.films({0: MovieId(5), 1: None})] == [5]


anything = st.builds(
    lambda kind, title, year, imdb_id: ExportRow(
        "f", 1, title, kind, title, year, imdb_id=imdb_id, stars=3.0 if kind == "rating" else None
    ),
    st.sampled_from(KINDS),
    st.text(max_size=20) | st.sampled_from([film[0] for film in FILMS]) | st.sampled_from([film[0][1:] for film in FILMS]),
    st.none() | st.integers(1970, 2005),
    st.none() | st.sampled_from([133093, 211915, 5]),
)


@given(st.lists(anything, max_size=12), st.integers(0, 3))
def test_matched_asked_unknown_and_skipped_are_all_rows(rows: list[ExportRow], n_skipped: int) -> None:
    export = Export("x", (), tuple(rows), (SkippedRow("f", 2, "", "No."),) * n_skipped)
    matching = MATCHER.match_all(export)

    assert sum(matching.counts().values()) == export.n_rows
    assert tuple(match.row for match in matching.matches) == export.rows
    for match in matching.matches:
        assert {MATCHED: 1, UNKNOWN: 0}.get(match.outcome, len(match.candidates)) == len(match.candidates) <= MOST_CANDIDATES
        assert len(set(match.candidates)) == len(match.candidates)
        assert match.candidates or match.outcome == UNKNOWN
    assert matching == Matcher(catalogue_of(), numbers_are_movielens=True).match_all(export)


@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_slips_are_counted_as_the_whole_table_counts_them(one: str, other: str) -> None:
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (one[i - 1] != other[j - 1]))
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)

    assert slips_between(one, other, 2) == min(3, table[len(one), len(other)])


def _quality(matcher: Matcher, catalogue: Catalogue, n: int, rng: np.random.Generator) -> Counter[str]:
    """How many rows were matched right and wrong, asked about and unknown."""
    found: Counter[str] = Counter()
    for _, row, film in rows_about(catalogue, n, rng):
        match = matcher.match(row)
        right = match.candidates == (film.movie_id,)
        found[match.outcome if match.outcome != MATCHED else "right" if right else "wrong"] += 1
    return found


_NO_DATA = pytest.mark.skipif(not TEST_DATA, reason="MATINEE_TEST_DATA names no folder with MovieLens data")
CATALOGUES = ["sample", pytest.param("ml-latest-small", marks=[pytest.mark.data, _NO_DATA])]


def _catalogue(name: str) -> Catalogue:
    return sample_data_set().catalogue if name == "sample" else read_data_set(Path(TEST_DATA) / name).catalogue


@pytest.mark.parametrize("name", CATALOGUES)
def test_99_of_100_rows_are_matched_right_and_one_of_a_thousand_wrong_at_most(name: str, rng: np.random.Generator) -> None:
    catalogue = _catalogue(name)
    found = _quality(Matcher(catalogue), catalogue, 4_000, rng)

    print(f"{name}: of 4,000 rows {found['right']} right, {found['wrong']} wrong, {found[ASKED]} asked, {found[UNKNOWN]} unknown")
    assert found["right"] >= 0.99 * 4_000
    assert found["wrong"] <= 0.001 * 4_000


@pytest.mark.parametrize("name", CATALOGUES)
def test_of_films_that_are_not_here_hardly_any_is_taken_for_another(name: str, rng: np.random.Generator) -> None:
    catalogue = _catalogue(name)
    there = [column for column in range(len(catalogue)) if column % 2]
    half = Catalogue.of(CatalogueEntry(catalogue.movie(column), catalogue.also_known_as(column)) for column in there)
    found = _quality(Matcher(half), catalogue, 4_000, rng)

    print(f"{name}, half of it left out: of 4,000 rows {found['wrong']} wrong, {found[ASKED]} asked, {found[UNKNOWN]} unknown")
    assert found["wrong"] <= 0.004 * 4_000


def test_a_matcher_that_takes_the_next_film_would_be_noticed(rng: np.random.Generator) -> None:
    catalogue = _catalogue("sample")

    class NextFilm(Matcher):
        def match(self, row: ExportRow) -> Match:
            match = super().match(row)
            return replace(match, candidates=tuple(MovieId(movie_id + 1) for movie_id in match.candidates))

    assert _quality(NextFilm(catalogue), catalogue, 300, rng)["wrong"] > 0.9 * 300


def test_a_matcher_without_slips_or_years_beside_would_be_noticed(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = _catalogue("sample")

    monkeypatch.setattr(Matcher, "_slipped", lambda *_: {})
    assert _quality(Matcher(catalogue), catalogue, 500, rng)["right"] < 0.99 * 500
    monkeypatch.undo()
    monkeypatch.setattr("recommender.data.matching.YEARS_APART", 0)
    assert _quality(Matcher(catalogue), catalogue, 500, rng)["right"] < 0.99 * 500
