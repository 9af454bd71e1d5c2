"""Which names a bucket may have, and the one sentence about those it may not."""

from __future__ import annotations

import pytest

from recommender.errors import InvalidInputError
from recommender.policies import buckets


@pytest.mark.parametrize("name", ["movierecom", "my-movie-recommender-data", "films.of.2026", "a1b", "7" * 63])
def test_what_aws_takes_is_taken(name: str) -> None:
    assert buckets.checked(name) == name


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("ab", "3 to 63 characters long"),
        ("a" * 64, "3 to 63 characters long"),
        ("MovieRecom", "without capitals"),
        ("movie recom", "without spaces"),
        ("movie_recom", "of small letters, digits, points and dashes alone"),
        ("filme-für-alle", "of small letters, digits, points and dashes alone"),
        ("-movies", "begun and ended by a small letter or a digit"),
        ("movies.", "begun and ended by a small letter or a digit"),
        ("my..movies", "without two points in a row"),
        ("192.0.2.17", "something other than an IP address"),
        ("xn--movies", "begun by something other than xn--, sthree- or amzn-s3-demo-, which AWS keeps"),
        ("movies-s3alias", "ended by something other than -s3alias, --ol-s3, .mrap, --x-s3 or --table-s3, which AWS keeps"),
    ],
)
def test_what_it_refuses_is_told_in_one_sentence(name: str, wrong: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        buckets.checked(name)

    assert str(refused.value).startswith(f"the name of a bucket must be {wrong}, not ")
