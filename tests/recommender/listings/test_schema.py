"""One schema for all recipes: three forms, and nothing written that is no list."""

from __future__ import annotations

import json
import math

import pytest

from recommender.errors import ModelError
from recommender.listings.schema import FILMS, FLAT, FORMS, NESTED, PEOPLE, ROWS, SUBJECTS, Listing, Schema

LISTING = Listing(7, (30, 10), (4.5, 4.25), (4.123456, 3.0))


def text(subject: str, form: str, listing: Listing = LISTING) -> str:
    schema = Schema(subject, form, 2, "ease")
    return schema.head() + schema.text([listing])


@pytest.mark.parametrize(
    ("subject", "form", "written"),
    [
        (PEOPLE, ROWS, "user_id,movie_id,rank,score\n7,30,1,4.5\n7,10,2,4.25\n"),
        (FILMS, ROWS, "user_id,movie_id,rank,score\n30,7,1,4.5\n10,7,2,4.25\n"),
        (PEOPLE, FLAT, "userId,movieId,predicted_rating\n7,30,4.1235\n7,10,3.0\n"),
        (FILMS, FLAT, "userId,movieId,predicted_rating\n30,7,4.1235\n10,7,3.0\n"),
    ],
)
def test_a_person_and_a_film_stand_in_the_same_columns_whosever_list_it_is(subject: str, form: str, written: str) -> None:
    assert text(subject, form) == written


@pytest.mark.parametrize(("subject", "owner", "other"), [(PEOPLE, "userId", "movieId"), (FILMS, "movieId", "userId")])
def test_a_nested_file_has_an_object_a_line_with_the_whole_list(subject: str, owner: str, other: str) -> None:
    assert json.loads(text(subject, NESTED)) == {
        owner: 7,
        "recommendations": [
            {other: 30, "score": 4.5, "predicted_rating": 4.1235},
            {other: 10, "score": 4.25, "predicted_rating": 3.0},
        ],
    }


def test_scores_are_written_to_the_last_bit() -> None:
    score = 0.1 + 0.2
    assert float(text(PEOPLE, ROWS, Listing(1, (2,), (score,))).splitlines()[1].split(",")[3]) == score


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize(
    ("listing", "what"),
    [
        (Listing(7, (1, 2, 3), (3.0, 2.0, 1.0), (1.0, 1.0, 1.0)), "has 3 entries that do not fit"),
        (Listing(7, (1, 1), (3.0, 2.0), (1.0, 1.0)), "has 2 entries that do not fit"),
        (Listing(7, (1, 2), (3.0,), (1.0, 1.0)), "has 2 entries that do not fit"),
        (Listing(7, (1, 2), (3.0, 2.0), (1.0,)), "has 2 entries that do not fit"),
        (Listing(7, (1, 2), (2.0, 3.0), (1.0, 1.0)), "is not best first"),
        (Listing(7, (1, 2), (3.0, math.nan), (1.0, 1.0)), "is one that is no number"),
        (Listing(7, (1, 2), (math.inf, 2.0), (1.0, 1.0)), "is one that is no number"),
        (Listing(7, (1, 2), (3.0, 2.0), (1.0, math.nan)), "is one that is no number"),
    ],
)
def test_what_is_no_list_is_refused_with_the_recipe_that_made_it(subject: str, form: str, listing: Listing, what: str) -> None:
    with pytest.raises(ModelError, match=what) as refused:
        text(subject, form, listing)
    assert "ease" in str(refused.value)
    assert f"{'viewer' if subject == PEOPLE else 'film'} 7" in str(refused.value)
