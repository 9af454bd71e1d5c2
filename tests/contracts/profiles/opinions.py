"""What is put into stores and taken out again: ratings, lists, and numbers of people who are there, or are not."""

from __future__ import annotations

import hashlib

from recommender.domain import (
    FIRST_OWN_USER_ID,
    PERSONAL,
    SEEN,
    FilmMark,
    ListRecord,
    Movie,
    MovieId,
    Rating,
    Reason,
    RecommendedMovie,
    UserId,
)

ALICE_TOKEN = hashlib.sha256(b"alice").hexdigest()
VIEWER = UserId(580)  # of a data set
NEVER_GIVEN = UserId(FIRST_OWN_USER_ID + 1000)
BEYOND_ALL_NUMBERS = UserId(10**30)
HEAT, ALIEN, RAN = MovieId(6), MovieId(1214), MovieId(1217)


def rating(user_id: UserId, movie_id: MovieId = HEAT, stars: float = 4.0, rated_at: int = 100) -> Rating:
    return Rating(user_id, movie_id, stars, rated_at)


def mark(user_id: UserId, movie_id: MovieId = HEAT, kind: str = SEEN, marked_at: int = 100) -> FilmMark:
    return FilmMark(user_id, movie_id, kind, marked_at)


def a_list(user_id: UserId, rev: int, *, generation: int = 1, title: str = "Heat", model: str = "v1") -> ListRecord:
    heat = RecommendedMovie(
        Movie(HEAT, title, 1995, ("Action", "Crime"), 113277, 949),
        score=0.1 + 0.2,  # a number that only comes back as it is if nothing rounds it
        match=93,
        predicted_stars=4.37,
        reasons=(Reason("people", "three of the people most like you gave it 5"), Reason("films", "you gave Ran 4.5 ★")),
    )
    bare = RecommendedMovie(Movie(RAN, 'Ran "乱" \\ \u2028'), score=0.25)
    return ListRecord(user_id, rev, (heat, bare), generation, model, 1_700_000_000.25, PERSONAL)
