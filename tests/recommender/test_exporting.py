"""What a person takes out comes back as it was, here and in another Matinee; other sites get what they have a word for."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.cli.exports import FORMS as FORMS_OF_THE_COMMAND
from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.exports import read_export
from recommender.data.matching import Matcher
from recommender.domain import (
    ASIDE,
    FILM_MARKS,
    HIDDEN,
    SEEN,
    STRANGER,
    WATCHLIST,
    Asker,
    Change,
    FilmMark,
    Movie,
    MovieId,
    Opinions,
    Rating,
    UserId,
)
from recommender.errors import InvalidInputError, NotAllowedError, ReadOnlyError
from recommender.exporting import FORMS, LETTERBOXD, LETTERBOXD_WATCHLIST, rows_of
from recommender.importing.effect import effect_of, still_to_put
from recommender.serving import Recommender
from recommender.storage.profiles import Profiles
from tests.recommender.importing.files import new_person, taken_over, themself

ADA = UserId(1_000_001)
FILMS = [
    Movie(MovieId(1), "The Matrix", 1999, (), 133093, 603),
    Movie(MovieId(2), "=HYPERLINK(\"http://example.com\")", 2001, (), None, None),
    Movie(MovieId(3), "-30-", 1959, (), 53562, None),
    Movie(MovieId(4), "@Suicide Room", 2011, (), None, 60311),
    Movie(MovieId(5), "+1", 2013, (), None, None),
    Movie(MovieId(6), "'=1", 1980, (), None, None),
    Movie(MovieId(7), "Emma", 1996, (), 116191, None),
    Movie(MovieId(8), "Emma", 1996, (), 116191, None),  # MovieLens has a few films twice
    Movie(MovieId(9), "<script>alert(1)</script>", None, (), None, None),
    Movie(MovieId(10), "Ｙ, \"quoted\";\ttabbed", 1987, (), None, None),
    Movie(MovieId(11), "★", None, (), None, None),
    Movie(MovieId(1_000_000_001), "Added by Somebody", 2026, (), None, None),
]  # fmt: skip
CATALOGUE = Catalogue.of(CatalogueEntry(movie) for movie in FILMS)
MATCHER = Matcher(CATALOGUE)
BY_ID = {movie.movie_id: movie for movie in FILMS}
movie_ids = st.sampled_from(sorted(BY_ID))
times = st.integers(0, 1_795_000_000)


@st.composite
def opinions(draw: st.DrawFn) -> Opinions:
    ratings = draw(st.dictionaries(movie_ids, st.tuples(st.integers(1, 10), times)))
    marks = draw(st.dictionaries(st.tuples(movie_ids, st.sampled_from(FILM_MARKS)), times))
    return Opinions(
        ADA,
        1,
        tuple(Rating(ADA, movie_id, half / 2, at) for movie_id, (half, at) in sorted(ratings.items())),
        tuple(FilmMark(ADA, movie_id, kind, at) for (movie_id, kind), at in sorted(marks.items())),
    )


@given(opinions(), st.sampled_from(["json", "csv"]))
def test_what_is_taken_out_and_brought_to_a_new_person_is_the_same_to_the_byte(said: Opinions, form: str) -> None:
    content = FORMS[form].write(rows_of(said, BY_ID.__getitem__))

    matching = MATCHER.match_all(read_export(FORMS[form].name, content))
    assert not said.ratings + said.marks or matching.counts()["matched"] == len(said.ratings) + len(said.marks)
    nobody = Opinions(ADA, 0)
    put = still_to_put(effect_of(matching.films(), nobody, now=1_795_000_000).films, nobody)

    assert repr(put.ratings) == repr(said.ratings)
    assert sorted(put.marks, key=lambda mark: (mark.movie_id, mark.kind)) == list(said.marks)


@given(opinions())
def test_no_cell_for_a_spreadsheet_is_a_formula(said: Opinions) -> None:
    for form in ("csv", "letterboxd", "letterboxd-watchlist"):
        text = FORMS[form].write(rows_of(said, BY_ID.__getitem__)).decode("utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@given(opinions())
def test_what_letterboxd_and_trakt_get_brings_back_stars_and_what_was_seen(said: Opinions) -> None:
    rows = rows_of(said, BY_ID.__getitem__)
    stars = {rating.movie_id: rating.stars for rating in said.ratings}
    for form in ("letterboxd", "trakt"):
        if not rows:
            continue
        matching = MATCHER.match_all(read_export(FORMS[form].name, FORMS[form].write(rows)))
        # Films of one number cannot be told apart elsewhere, and what is in brackets is read as another title.
        found = {film.movie_id: film.stars for film in matching.films() if film.kind == "rating"}
        assert found.items() <= stars.items()
        assert {movie_id for movie_id in stars if movie_id not in (2, 7, 8)} <= found.keys()


def test_letterboxd_gets_the_columns_it_reads() -> None:
    said = Opinions(
        ADA,
        1,
        (Rating(ADA, MovieId(1), 4.5, 1_704_153_600),),
        (FilmMark(ADA, MovieId(1), SEEN, 0), FilmMark(ADA, MovieId(3), SEEN, 1_704_240_000), FilmMark(ADA, MovieId(4), WATCHLIST, 0)),
    )
    rows = rows_of(said, BY_ID.__getitem__)

    assert FORMS["letterboxd"].write(rows).decode().splitlines() == [
        ",".join(LETTERBOXD),
        "tt0133093,603,The Matrix,1999,4.5,2024-01-02",
        "tt0053562,,'-30-,1959,,2024-01-03",
    ]
    assert FORMS["letterboxd-watchlist"].write(rows).decode().splitlines() == [
        ",".join(LETTERBOXD_WATCHLIST),
        ",60311,'@Suicide Room,2011",
    ]


def test_trakt_gets_its_three_lists() -> None:
    marks = (FilmMark(ADA, MovieId(4), WATCHLIST, 0), FilmMark(ADA, MovieId(7), HIDDEN, 0), FilmMark(ADA, MovieId(1), ASIDE, 0))
    rows = rows_of(Opinions(ADA, 1, (Rating(ADA, MovieId(1), 4.5, 1_704_153_600),), marks), BY_ID.__getitem__)

    with zipfile.ZipFile(io.BytesIO(FORMS["trakt"].write(rows))) as archive:
        files = {name: json.loads(archive.read(name)) for name in archive.namelist()}

    matrix = {"title": "The Matrix", "year": 1999, "ids": {"imdb": "tt0133093", "tmdb": 603}}
    assert files == {
        "ratings-movies.json": [{"rated_at": "2024-01-02T00:00:00.000Z", "rating": 9, "type": "movie", "movie": matrix}],
        "watched-movies.json": [{"plays": 1, "last_watched_at": "2024-01-02T00:00:00.000Z", "movie": matrix}],
        "watchlist.json": [
            {
                "rank": 1,
                "listed_at": "1970-01-01T00:00:00.000Z",
                "type": "movie",
                "movie": {"title": "@Suicide Room", "year": 2011, "ids": {"tmdb": 60311}},
            }
        ],
    }


@pytest.mark.parametrize("form", ["json", "csv"])
def test_taken_out_deleted_and_brought_back_ratings_and_list_are_the_same(recommender: Recommender, profiles: Profiles, form: str) -> None:
    ada = new_person(profiles)
    ratings = tuple(Rating(ada, MovieId(k), 5.0 if k % 2 else 1.5, 1_700_000_000 + k) for k in range(1, 16))
    marks = tuple(FilmMark(ada, MovieId(k), kind, 1_600_000_000 + k) for k, kind in [(17, HIDDEN), (19, SEEN), (18, WATCHLIST), (3, ASIDE)])
    added = profiles.add_film(Movie(MovieId(0), "=Added", 2026), "", by=ada, now=5).movie
    profiles.change(ada, Change(ratings=(*ratings, Rating(ada, added.movie_id, 4.0, 1_700_000_000)), marks=marks))
    list_of_ada = recommender.list_for(ada, asker=themself(ada)).movies
    taken = recommender.exports.take_out(ada, form, asker=themself(ada))
    profiles.forget_person(ada)

    bob = new_person(profiles)
    taken_over(recommender.imports, bob, taken.name, taken.content)

    again = recommender.exports.take_out(bob, form, asker=themself(bob))
    assert again.content == taken.content
    assert recommender.list_for(bob, asker=themself(bob)).movies == list_of_ada


class TestWho:
    @pytest.mark.parametrize("asker", [STRANGER, Asker(member=UserId(1_000_009))])
    def test_only_their_owner_takes_films_out(self, recommender: Recommender, profiles: Profiles, asker: Asker) -> None:
        ada = new_person(profiles)

        with pytest.raises(NotAllowedError):
            recommender.exports.take_out(ada, "json", asker=asker)
        with pytest.raises(ReadOnlyError):
            recommender.exports.take_out(3, "json", asker=Asker(member=UserId(3)))

    def test_a_form_that_there_is_not_is_refused(self, recommender: Recommender, profiles: Profiles) -> None:
        ada = new_person(profiles)

        with pytest.raises(InvalidInputError, match="format must be one of json, csv"):
            recommender.exports.take_out(ada, "xlsx", asker=themself(ada))

    def test_the_command_knows_every_form(self) -> None:
        assert tuple(FORMS) == FORMS_OF_THE_COMMAND


def test_an_export_that_loses_a_mark_would_be_noticed() -> None:
    check: Callable[..., None] = test_what_is_taken_out_and_brought_to_a_new_person_is_the_same_to_the_byte.hypothesis.inner_test  # type: ignore[attr-defined]
    said = Opinions(ADA, 1, (), (FilmMark(ADA, MovieId(1), HIDDEN, 5),))
    check(said, "json")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recommender.exporting.as_json", lambda rows: '{"matinee": 1, "entries": []}')
        with pytest.raises(AssertionError):
            check(said, "json")
