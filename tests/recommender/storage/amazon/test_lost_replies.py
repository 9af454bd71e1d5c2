"""Done, but the answer got lost: what is tried again must neither be done twice nor be told as refused."""

from __future__ import annotations

import pytest

from recommender.domain import ListRecord, Movie, MovieId, Opinions, Rating, RecommendedMovie, UserId
from recommender.storage.blobs.s3 import S3Blobs
from recommender.storage.profiles.dynamodb import DynamoProfiles
from tests.faults.flaky_amazon import FlakyAmazon

HEAT = RecommendedMovie(Movie(MovieId(6), "Heat", 1995), score=1.0)


def person(profiles: DynamoProfiles) -> UserId:
    return profiles.new_person("digest", shared=False, now=0)


def test_a_new_key_whose_reply_was_lost_is_known_to_be_ours(amazon: FlakyAmazon, blobs: S3Blobs) -> None:
    amazon.turn("reply lost", "s3", only="PUT", times=1)

    assert blobs.create("lock", b"ours")

    assert amazon.calls()["PUT"] == 2
    assert not blobs.create("lock", b"ours")  # from now on it is taken


def test_the_same_bytes_by_somebody_else_are_not_ours(amazon: FlakyAmazon, blobs: S3Blobs) -> None:
    there = blobs.create("lock", b"the same")
    amazon.turn("throttled", "s3", only="PUT", times=1)  # what is tried again finds the key taken

    assert there
    assert not blobs.create("lock", b"the same")


def test_a_set_whose_reply_was_lost_has_been_made_and_the_next_reader_sees_it(amazon: FlakyAmazon, blobs: S3Blobs) -> None:
    blobs.write("current.json", b"one")
    one = blobs.read("current.json")
    assert one is not None
    amazon.turn("reply lost", "s3", only="PUT", times=1)

    assert blobs.compare_and_set("current.json", b"two", expected=one.tag)

    two = blobs.read("current.json")
    assert two is not None
    assert two.data == b"two"
    assert not blobs.compare_and_set("current.json", b"three", expected=one.tag)


def test_a_list_whose_reply_was_lost_is_kept_and_said_to_be(amazon: FlakyAmazon, profiles: DynamoProfiles) -> None:
    user_id = person(profiles)
    rev = profiles.rate(Rating(user_id, MovieId(1), 4.0, 10))
    made = ListRecord(user_id, rev, (HEAT,), 1, "v1", 1.0)
    profiles.keep_list(made)
    amazon.turn("reply lost", "dynamodb", only="UpdateItem", times=1)

    assert profiles.keep_list(made)
    assert profiles.list_of(user_id) == made


def test_a_new_sample_viewers_list_whose_reply_was_lost_is_kept_and_said_to_be(
    amazon: FlakyAmazon, profiles: DynamoProfiles, numbers: range
) -> None:
    made = ListRecord(UserId(numbers[0] % 1_000_000), 0, (HEAT,), 1, "v1", 1.0)
    amazon.turn("reply lost", "dynamodb", only="TransactWriteItems", times=1)

    assert profiles.keep_list(made)
    assert profiles.list_of(made.user_id) == made


@pytest.mark.parametrize("n_lost", [1, 2], ids=["of the rating", "of the rating and of the revision"])
def test_a_rating_whose_reply_was_lost_moves_the_revision_again_and_loses_nothing(
    n_lost: int, amazon: FlakyAmazon, profiles: DynamoProfiles
) -> None:
    user_id = person(profiles)
    rev = profiles.rate(Rating(user_id, MovieId(1), 4.0, 10))
    profiles.keep_list(ListRecord(user_id, rev, (HEAT,), 1, "v1", 1.0))
    amazon.turn("reply lost", "dynamodb", only="UpdateItem", times=1)

    moved = profiles.rate(Rating(user_id, MovieId(2), 5.0, 20))
    if n_lost == 2:
        amazon.turn("reply lost", "dynamodb", only="UpdateItem", times=1)
        assert profiles._void(user_id) == moved + 2  # counted by the try whose reply was lost, and by the next
        moved += 2

    assert profiles.opinions(user_id) == Opinions(
        user_id, moved, (Rating(user_id, MovieId(1), 4.0, 10), Rating(user_id, MovieId(2), 5.0, 20))
    )
    record = profiles.list_of(user_id)
    assert record is not None
    assert record.movies is None
    assert moved > rev


def test_an_added_film_whose_reply_was_lost_is_there_once(amazon: FlakyAmazon, profiles: DynamoProfiles) -> None:
    user_id = person(profiles)
    amazon.turn("reply lost", "dynamodb", only="TransactWriteItems", times=1)

    added = profiles.add_film(HEAT.movie, "", by=user_id, now=7)

    assert (added.movie.title, added.added_by, added.added_at) == ("Heat", user_id, 7)
    assert added in profiles.added_films()
    assert profiles.add_film(HEAT.movie, "", by=user_id, now=8) == added


def test_a_number_whose_reply_was_lost_is_given_to_nobody(amazon: FlakyAmazon, profiles: DynamoProfiles) -> None:
    before = person(profiles)
    amazon.turn("reply lost", "dynamodb", only="UpdateItem", times=1)

    after = person(profiles)

    assert after == before + 2
    assert not profiles.has_person(UserId(before + 1))
