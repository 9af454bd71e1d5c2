"""What every place for profiles owes."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule, run_state_machine_as_test

from recommender.domain import (
    FIRST_OWN_USER_ID,
    PERSONAL,
    POPULAR,
    Account,
    ListRecord,
    Marks,
    Movie,
    MovieId,
    Opinions,
    Rating,
    Reason,
    RecommendedMovie,
    UserId,
)
from recommender.errors import RecommenderError, StorageError, UnknownUserError
from recommender.storage.profiles import Contents, Profiles, open_profiles
from tests.contracts.neighbours import come_in, rate_many, side_by_side
from tests.contracts.places import PROFILES, Place, stood_in_for

ALICE_TOKEN = hashlib.sha256(b"alice").hexdigest()
VIEWER = UserId(580)  # of a data set
NEVER_GIVEN = UserId(FIRST_OWN_USER_ID + 1000)
BEYOND_ALL_NUMBERS = UserId(10**30)
HEAT, ALIEN, RAN = MovieId(6), MovieId(1214), MovieId(1217)


@pytest.fixture(params=list(PROFILES.values()), ids=list(PROFILES))
def place(request: pytest.FixtureRequest) -> Place:
    return stood_in_for(request.param, request)


@pytest.fixture
def url(place: Place, tmp_path: Path) -> str:
    return place.empty(tmp_path)


@pytest.fixture
def profiles(url: str) -> Iterator[Profiles]:
    profiles = open_profiles(url, patient=True)
    yield profiles
    profiles.close()


@pytest.fixture
def alice(profiles: Profiles) -> UserId:
    return profiles.new_person(ALICE_TOKEN, shared=False, now=1_700_000_000)


def rating(user_id: UserId, movie_id: MovieId = HEAT, stars: float = 4.0, rated_at: int = 100) -> Rating:
    return Rating(user_id, movie_id, stars, rated_at)


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


# People


def test_the_first_person_gets_the_first_own_number_and_the_next_the_next(profiles: Profiles) -> None:
    assert [profiles.new_person("digest", shared=False, now=0) for _ in range(3)] == [FIRST_OWN_USER_ID + i for i in range(3)]


def test_a_number_is_never_given_twice_even_if_its_person_has_left(profiles: Profiles, url: str) -> None:
    numbers = [profiles.new_person("digest", shared=False, now=0) for _ in range(2)]
    for number in numbers:
        profiles.forget_person(number)
    profiles.close()
    again = open_profiles(url, patient=True)

    assert again.new_person("digest", shared=False, now=0) == FIRST_OWN_USER_ID + 2

    again.close()


@pytest.mark.races
def test_processes_never_give_the_same_number(url: str) -> None:
    numbers = [number for some in side_by_side(come_in, *[(url, 10)] * 3) for number in some]

    assert sorted(numbers) == [FIRST_OWN_USER_ID + i for i in range(30)]


@pytest.mark.parametrize("stranger", [VIEWER, NEVER_GIVEN, UserId(0), UserId(-5), BEYOND_ALL_NUMBERS])
def test_a_number_that_was_not_given_has_no_person_no_ratings_and_no_list(profiles: Profiles, alice: UserId, stranger: UserId) -> None:
    assert not profiles.has_person(stranger)
    assert not profiles.token_fits(stranger, ALICE_TOKEN)
    assert not profiles.is_shared(stranger)
    assert profiles.opinions(stranger) == Opinions(stranger, 0, ())
    assert profiles.list_of(stranger) is None


@pytest.mark.parametrize("stranger", [VIEWER, NEVER_GIVEN, BEYOND_ALL_NUMBERS])
def test_a_stranger_can_neither_rate_nor_share(profiles: Profiles, alice: UserId, stranger: UserId) -> None:
    for attempt in (
        lambda: profiles.rate(rating(stranger)),
        lambda: profiles.unrate(stranger, HEAT),
        lambda: profiles.share(stranger, True),
    ):
        with pytest.raises(UnknownUserError):
            attempt()
    profiles.forget_person(stranger)

    assert profiles.counts() == {"people": 1, "ratings": 0, "lists": 0}
    assert profiles.list_of(stranger) is None


def test_only_the_own_token_fits(profiles: Profiles, alice: UserId) -> None:
    bob_token = hashlib.sha256(b"bob").hexdigest()
    bob = profiles.new_person(bob_token, shared=False, now=0)

    assert profiles.token_fits(alice, ALICE_TOKEN)
    assert profiles.token_fits(bob, bob_token)
    assert not profiles.token_fits(alice, bob_token)
    assert not profiles.token_fits(alice, "")


def test_a_list_is_shared_only_as_long_as_its_owner_says_so(profiles: Profiles, alice: UserId) -> None:
    assert not profiles.is_shared(alice)
    profiles.share(alice, True)
    assert profiles.is_shared(alice)
    profiles.share(alice, False)
    assert not profiles.is_shared(alice)
    assert profiles.is_shared(profiles.new_person("digest", shared=True, now=0))


def test_who_leaves_takes_ratings_and_list_along_and_the_number_stays_taken(profiles: Profiles, alice: UserId) -> None:
    bob = profiles.new_person("digest", shared=True, now=0)
    rev = profiles.rate(rating(bob))
    profiles.rate(rating(alice))
    assert profiles.keep_list(a_list(bob, rev))

    profiles.forget_person(bob)

    assert not profiles.has_person(bob)
    assert not profiles.token_fits(bob, "digest")
    assert not profiles.is_shared(bob)
    assert profiles.opinions(bob) == Opinions(bob, rev + 1, ())
    record = profiles.list_of(bob)
    assert record is not None
    assert (record.rev, record.movies, record.model) == (rev + 1, None, "")
    assert [kept.user_id for kept in profiles.all_ratings()] == [alice]
    assert list(profiles.people()) == [alice]
    with pytest.raises(UnknownUserError):
        profiles.rate(rating(bob))
    with pytest.raises(UnknownUserError):
        profiles.unrate(bob, HEAT)
    with pytest.raises(UnknownUserError):
        profiles.share(bob, True)


def test_no_builder_brings_the_list_of_one_who_left_back(profiles: Profiles, alice: UserId) -> None:
    profiles.forget_person(alice)
    rev = profiles.opinions(alice).rev

    assert [profiles.keep_list(a_list(alice, old, generation=9)) for old in range(rev + 2)] == [False] * (rev + 2)
    assert profiles.counts()["lists"] == 0


def test_leaving_twice_is_leaving_once(profiles: Profiles, alice: UserId) -> None:
    profiles.forget_person(alice)
    rev = profiles.opinions(alice).rev
    profiles.forget_person(alice)

    assert profiles.opinions(alice).rev == rev


# Ratings


@pytest.mark.parametrize("stars", [half / 2 for half in range(1, 11)])
def test_every_step_of_the_scale_comes_back_as_it_was_put(profiles: Profiles, alice: UserId, stars: float) -> None:
    profiles.rate(rating(alice, stars=stars))

    assert profiles.opinions(alice).ratings == (rating(alice, stars=stars),)


@pytest.mark.parametrize("stars", [0.0, 0.25, 4.4, 5.5, -1.0, float("nan"), float("inf")])
def test_stars_off_the_scale_are_refused_and_change_nothing(profiles: Profiles, alice: UserId, stars: float) -> None:
    with pytest.raises(RecommenderError, match=r"rating must be 0\.5 to 5 stars in half steps, not"):
        profiles.rate(rating(alice, stars=stars))

    assert profiles.opinions(alice) == Opinions(alice, 0, ())


def test_ratings_come_in_order_of_their_films(profiles: Profiles, alice: UserId) -> None:
    for movie_id in (RAN, HEAT, ALIEN):
        profiles.rate(rating(alice, movie_id))

    assert [one.movie_id for one in profiles.opinions(alice).ratings] == [HEAT, ALIEN, RAN]


def test_every_change_raises_the_revision_by_one(profiles: Profiles, alice: UserId) -> None:
    revs = [profiles.rate(rating(alice)), profiles.rate(rating(alice, RAN)), profiles.unrate(alice, HEAT)]

    assert revs == [1, 2, 3]
    assert profiles.opinions(alice).rev == 3


def test_other_stars_take_the_place_of_the_old_ones_with_their_own_time(profiles: Profiles, alice: UserId) -> None:
    profiles.rate(rating(alice, stars=4.0, rated_at=100))
    profiles.rate(rating(alice, stars=2.0, rated_at=200))

    assert profiles.opinions(alice) == Opinions(alice, 2, (rating(alice, stars=2.0, rated_at=200),))


def test_the_same_stars_put_again_keep_their_time_and_still_raise_the_revision(profiles: Profiles, alice: UserId) -> None:
    profiles.rate(rating(alice, rated_at=100))

    assert profiles.rate(rating(alice, rated_at=200)) == 2
    assert profiles.opinions(alice).ratings == (rating(alice, rated_at=100),)


def test_a_rating_taken_away_is_gone(profiles: Profiles, alice: UserId) -> None:
    profiles.rate(rating(alice))
    profiles.rate(rating(alice, RAN))
    profiles.unrate(alice, HEAT)

    assert profiles.opinions(alice).ratings == (rating(alice, RAN),)


@pytest.mark.parametrize("movie_id", [HEAT, 10**30])
def test_taking_away_what_was_never_rated_still_raises_the_revision(profiles: Profiles, alice: UserId, movie_id: int) -> None:
    assert profiles.unrate(alice, movie_id) == 1
    assert profiles.opinions(alice) == Opinions(alice, 1, ())


def test_all_ratings_come_by_user_and_film(profiles: Profiles, alice: UserId) -> None:
    bob = profiles.new_person("digest", shared=False, now=0)
    for user_id, movie_id in ((bob, HEAT), (alice, RAN), (bob, ALIEN), (alice, HEAT)):
        profiles.rate(rating(user_id, movie_id))

    assert [(one.user_id, one.movie_id) for one in profiles.all_ratings()] == [(alice, HEAT), (alice, RAN), (bob, HEAT), (bob, ALIEN)]


def test_all_ratings_are_those_of_one_moment(profiles: Profiles, place: Place, alice: UserId) -> None:
    n_ratings = place.tries(500)
    for movie_id in range(1, n_ratings + 1):
        profiles.rate(rating(alice, MovieId(movie_id)))

    reading = profiles.all_ratings()
    first = next(reading)
    profiles.rate(rating(alice, MovieId(n_ratings + 1)))
    profiles.unrate(alice, n_ratings)

    assert [one.movie_id for one in (first, *reading)] == list(range(1, n_ratings + 1))


def test_counts_are_of_what_is_kept(profiles: Profiles, alice: UserId) -> None:
    assert profiles.counts() == {"people": 1, "ratings": 0, "lists": 0}

    profiles.keep_list(a_list(alice, profiles.rate(rating(alice))))
    profiles.keep_list(a_list(VIEWER, 0))
    assert profiles.counts() == {"people": 1, "ratings": 1, "lists": 2}

    profiles.rate(rating(alice, RAN))
    assert profiles.counts() == {"people": 1, "ratings": 2, "lists": 1}


# Lists


def test_a_kept_list_is_read_as_it_was_made(profiles: Profiles, alice: UserId) -> None:
    made = a_list(alice, profiles.rate(rating(alice)))

    assert profiles.keep_list(made)
    assert profiles.list_of(alice) == made


def test_a_list_may_be_short_empty_and_the_same_for_everyone(profiles: Profiles) -> None:
    made = replace(a_list(VIEWER, 0), movies=(), basis=POPULAR)

    assert profiles.keep_list(made)
    assert profiles.list_of(VIEWER) == made


def test_a_void_list_cannot_be_kept(profiles: Profiles) -> None:
    with pytest.raises(RecommenderError):
        profiles.keep_list(replace(a_list(VIEWER, 0), movies=None))


@pytest.mark.parametrize("change", ["rate", "the same stars again", "unrate", "unrate nothing"])
def test_every_change_voids_the_list(profiles: Profiles, alice: UserId, change: str) -> None:
    rev = profiles.rate(rating(alice))
    assert profiles.keep_list(a_list(alice, rev, generation=7))

    match change:
        case "rate":
            profiles.rate(rating(alice, RAN))
        case "the same stars again":
            profiles.rate(rating(alice))
        case "unrate":
            profiles.unrate(alice, HEAT)
        case _:
            profiles.unrate(alice, RAN)

    record = profiles.list_of(alice)
    assert record is not None
    assert (record.rev, record.movies, record.generation) == (rev + 1, None, 7)


def test_a_list_begun_before_the_last_rating_is_not_kept(profiles: Profiles, alice: UserId) -> None:
    seen = profiles.opinions(alice)
    rev = profiles.rate(rating(alice))

    assert not profiles.keep_list(a_list(alice, seen.rev))
    assert profiles.list_of(alice) == ListRecord(alice, rev)


def test_a_list_of_a_revision_yet_to_come_is_not_kept(profiles: Profiles, alice: UserId) -> None:
    assert not profiles.keep_list(a_list(alice, 1))
    assert not profiles.keep_list(a_list(VIEWER, 3))
    assert profiles.list_of(alice) is None
    assert profiles.list_of(VIEWER) is None


def test_a_late_builder_on_older_arrays_cannot_overwrite_a_newer_list(profiles: Profiles) -> None:
    newer = a_list(VIEWER, 0, generation=2, title="Newer")
    assert profiles.keep_list(newer)

    assert not profiles.keep_list(a_list(VIEWER, 0, generation=1))
    assert profiles.list_of(VIEWER) == newer


def test_the_generation_is_remembered_when_the_list_is_void(profiles: Profiles, alice: UserId) -> None:
    assert profiles.keep_list(a_list(alice, 0, generation=2))
    rev = profiles.rate(rating(alice))

    assert not profiles.keep_list(a_list(alice, rev, generation=1))
    assert profiles.keep_list(a_list(alice, rev, generation=2))


def test_keeping_a_list_again_after_a_lost_reply_succeeds(profiles: Profiles, alice: UserId) -> None:
    made = a_list(alice, profiles.rate(rating(alice)))

    assert [profiles.keep_list(made), profiles.keep_list(made)] == [True, True]
    assert profiles.list_of(alice) == made


def test_a_newer_publication_takes_the_place_of_the_list(profiles: Profiles, alice: UserId) -> None:
    rev = profiles.rate(rating(alice))
    assert profiles.keep_list(a_list(alice, rev, generation=1))
    newer = a_list(alice, rev, generation=2, title="Heat again", model="v2")

    assert profiles.keep_list(newer)
    assert profiles.list_of(alice) == newer


def test_the_same_list_of_a_newer_publication_is_of_that_publication(profiles: Profiles, alice: UserId) -> None:
    rev = profiles.rate(rating(alice))
    assert profiles.keep_list(a_list(alice, rev, generation=1))

    assert profiles.keep_list(a_list(alice, rev, generation=2, model="v2"))
    record = profiles.list_of(alice)
    assert record is not None
    assert (record.generation, record.model, record.movies) == (2, "v2", a_list(alice, rev).movies)


# Publications


def test_a_publication_keeps_every_list_but_those_with_something_newer(profiles: Profiles, place: Place, alice: UserId) -> None:
    bob = profiles.new_person("digest", shared=False, now=0)
    profiles.rate(rating(bob))
    n_lists = place.tries(1000)  # some chunks
    viewers = [UserId(number) for number in range(1, n_lists + 1)]
    assert profiles.keep_list(a_list(viewers[10], 0, generation=3, title="Newer"))

    n_kept = profiles.keep_lists(a_list(user_id, 0, generation=2) for user_id in (*viewers, alice, bob))

    assert n_kept == n_lists
    assert profiles.counts()["lists"] == n_lists + 1
    assert profiles.list_of(viewers[-1]) == a_list(viewers[-1], 0, generation=2)
    assert profiles.list_of(viewers[10]) == a_list(viewers[10], 0, generation=3, title="Newer")
    assert profiles.list_of(bob) == ListRecord(bob, 1)


def test_a_publication_of_nothing_keeps_nothing(profiles: Profiles) -> None:
    assert profiles.keep_lists([]) == 0


def test_people_rate_while_a_publication_runs(profiles: Profiles, place: Place, alice: UserId) -> None:
    """A rating from within the lists being made would wait for ever if the publication held the store."""
    n_lists = place.tries(800)

    def made() -> Iterator[ListRecord]:
        for number in range(1, n_lists + 1):
            if number % (n_lists // 3) == 0:
                profiles.rate(rating(alice, MovieId(number)))
            yield a_list(UserId(number), 0)

    assert profiles.keep_lists(made()) == n_lists
    assert profiles.opinions(alice).rev == 3


def test_a_publication_that_breaks_off_leaves_only_whole_lists(profiles: Profiles, place: Place) -> None:
    n_lists = place.tries(500)

    def made() -> Iterator[ListRecord]:
        yield from (a_list(UserId(number), 0) for number in range(1, n_lists + 1))
        raise StorageError("The lists broke off.")

    with pytest.raises(StorageError, match=r"The lists broke off\."):
        profiles.keep_lists(made())

    assert profiles.counts()["lists"] <= n_lists
    records = [record for number in range(1, n_lists + 1) if (record := profiles.list_of(UserId(number)))]
    assert records == [a_list(record.user_id, 0) for record in records]


def test_clearing_voids_the_lists_of_all_sample_viewers_and_of_nobody_else(profiles: Profiles, place: Place, alice: UserId) -> None:
    viewers = [UserId(number) for number in (*range(1, place.tries(400) + 1), FIRST_OWN_USER_ID - 1)]
    profiles.keep_lists(a_list(user_id, 0) for user_id in (*viewers, alice))

    profiles.clear_sample_lists(generation=2)

    assert profiles.counts()["lists"] == 1
    assert profiles.list_of(alice) == a_list(alice, 0)
    records = [profiles.list_of(viewer) for viewer in viewers]
    assert [(record.rev, record.movies, record.generation) for record in records if record] == [(0, None, 2)] * len(viewers)


def test_no_older_builder_refills_what_was_cleared(profiles: Profiles) -> None:
    assert profiles.keep_list(a_list(VIEWER, 0, generation=1))
    profiles.clear_sample_lists(generation=2)

    assert not profiles.keep_list(a_list(VIEWER, 0, generation=1))
    assert profiles.keep_lists([a_list(VIEWER, 0, generation=1)]) == 0
    assert profiles.keep_list(a_list(VIEWER, 0, generation=2))


def test_no_older_builder_fills_in_a_viewer_who_had_no_list_when_all_were_cleared(profiles: Profiles, alice: UserId) -> None:
    """Else the next data set's viewer 580 would be shown the last one's."""
    profiles.clear_sample_lists(generation=2)

    assert not profiles.keep_list(a_list(VIEWER, 0, generation=1))
    assert profiles.list_of(VIEWER) is None
    assert profiles.keep_list(a_list(alice, 0, generation=1))  # whose ratings are still what they were
    assert profiles.keep_list(a_list(VIEWER, 0, generation=2))


def test_a_late_clearing_spares_the_lists_of_a_newer_publication(profiles: Profiles) -> None:
    assert profiles.keep_list(a_list(VIEWER, 0, generation=3))
    profiles.clear_sample_lists(generation=2)

    assert profiles.list_of(VIEWER) == a_list(VIEWER, 0, generation=3)


def test_the_highest_generation_is_that_of_any_list_or_clearing(profiles: Profiles, alice: UserId) -> None:
    found = [profiles.highest_generation()]
    assert profiles.keep_list(a_list(VIEWER, 0, generation=3))
    found.append(profiles.highest_generation())
    profiles.clear_sample_lists(generation=5)
    found.append(profiles.highest_generation())
    assert profiles.keep_list(a_list(alice, 0, generation=7))
    profiles.unrate(alice, 1)  # the list is void, and its generation known
    found.append(profiles.highest_generation())

    assert found == [0, 3, 5, 7]


# Moving house


@pytest.fixture(params=["sqlite", "the same kind"])
def elsewhere(request: pytest.FixtureRequest, place: Place, tmp_path: Path) -> Iterator[Profiles]:
    """An empty place."""
    other = place if request.param == "the same kind" else PROFILES["sqlite"]
    elsewhere = open_profiles(other.empty(tmp_path / "elsewhere"), patient=True)
    yield elsewhere
    elsewhere.close()


def much_happens(profiles: Profiles) -> list[UserId]:
    """Of everything that a store can hold, something; the numbers it is about."""
    alice, bob, carol, dave, eve = (profiles.new_person(f"digest of {i}", shared=i % 2 == 1, now=1_700_000_000 + i) for i in range(5))
    for movie_id, stars in ((HEAT, 4.0), (RAN, 0.5), (ALIEN, 5.0)):
        profiles.rate(rating(alice, movie_id, stars, rated_at=1_700_000_000 + movie_id))
        profiles.rate(rating(bob, movie_id, stars))
        profiles.rate(rating(carol, movie_id, stars))
    assert profiles.keep_list(a_list(alice, 3, generation=2))
    assert profiles.keep_list(replace(a_list(bob, 3, generation=2), basis=POPULAR))
    profiles.unrate(bob, HEAT)  # so that the list is void
    assert profiles.keep_list(a_list(carol, 3, generation=2))
    profiles.forget_person(carol)
    profiles.forget_person(eve)  # who had the last number and no ratings
    profiles.keep_lists(a_list(UserId(number), 0, generation=2) for number in range(1, 61))
    profiles.clear_sample_lists(generation=3)
    assert profiles.keep_list(replace(a_list(VIEWER, 0, generation=4), movies=(), basis=POPULAR))
    return [UserId(1), VIEWER, alice, bob, carol, dave, eve, NEVER_GIVEN]


def all_that_can_be_asked(profiles: Profiles, numbers: list[UserId]) -> list[object]:
    one_by_one = [
        (
            profiles.has_person(number),
            [i for i in range(5) if profiles.token_fits(number, f"digest of {i}")],
            profiles.is_shared(number),
            profiles.opinions(number),
            profiles.list_of(number),
        )
        for number in numbers
    ]
    return [*one_by_one, list(profiles.people()), list(profiles.all_ratings()), profiles.counts(), profiles.highest_generation()]


def all_that_is_there(profiles: Profiles) -> tuple[Marks, list[Account], list[Rating], list[ListRecord]]:
    with profiles.contents() as contents:
        return contents.marks, list(contents.accounts), list(contents.ratings), list(contents.records)


def test_an_empty_place_has_no_contents(profiles: Profiles) -> None:
    assert all_that_is_there(profiles) == (Marks(FIRST_OWN_USER_ID - 1, 0, 0), [], [], [])


def test_the_contents_are_everything_that_is_kept(profiles: Profiles) -> None:
    _, _, alice, bob, carol, dave, eve, _ = much_happens(profiles)

    marks, accounts, ratings, records = all_that_is_there(profiles)

    assert marks == Marks(eve, cleared_by=3, highest_generation=4)
    assert accounts == [
        Account(alice, "digest of 0", False, 1_700_000_000),
        Account(bob, "digest of 1", True, 1_700_000_001),
        Account(dave, "digest of 3", True, 1_700_000_003),
    ]
    assert ratings == list(profiles.all_ratings())
    assert len(ratings) == 3 + 2
    assert [record.user_id for record in records] == [*range(1, 61), VIEWER, alice, bob, carol, eve]
    assert records == [profiles.list_of(record.user_id) for record in records]
    assert [record.user_id for record in records if record.deleted] == [carol, eve]
    assert [record.user_id for record in records if record.movies is not None] == [VIEWER, alice]


def test_the_record_of_one_who_left_says_so(profiles: Profiles, alice: UserId) -> None:
    assert profiles.keep_list(replace(a_list(alice, 0), basis=POPULAR))
    profiles.forget_person(alice)

    assert profiles.list_of(alice) == ListRecord(alice, 1, deleted=True)


def test_who_moves_house_finds_everything_as_it_was(profiles: Profiles, elsewhere: Profiles) -> None:
    numbers = much_happens(profiles)

    with profiles.contents() as contents:
        elsewhere.adopt(contents)

    assert all_that_can_be_asked(elsewhere, numbers) == all_that_can_be_asked(profiles, numbers)
    assert all_that_is_there(elsewhere) == all_that_is_there(profiles)


def test_life_goes_on_after_the_move(profiles: Profiles, elsewhere: Profiles) -> None:
    _, _, alice, _, carol, _, eve, _ = much_happens(profiles)
    with profiles.contents() as contents:
        elsewhere.adopt(contents)

    assert elsewhere.new_person("digest", shared=False, now=0) == eve + 1
    assert elsewhere.rate(rating(alice, MovieId(7))) == 4
    assert elsewhere.keep_list(a_list(alice, 4, generation=2))
    assert not elsewhere.keep_list(a_list(UserId(61), 0, generation=2))  # cleared by 3
    assert not elsewhere.keep_list(a_list(carol, 4, generation=9))
    with pytest.raises(UnknownUserError):
        elsewhere.rate(rating(carol))


def test_an_empty_place_moves_too(profiles: Profiles, elsewhere: Profiles) -> None:
    with profiles.contents() as contents:
        elsewhere.adopt(contents)

    assert elsewhere.new_person("digest", shared=False, now=0) == FIRST_OWN_USER_ID


def test_a_generation_above_that_of_every_record_is_remembered(profiles: Profiles) -> None:
    profiles.adopt(Contents(Marks(FIRST_OWN_USER_ID - 1, 3, 7), [], [], []))

    assert profiles.highest_generation() == 7
    assert all_that_is_there(profiles)[0] == Marks(FIRST_OWN_USER_ID - 1, 3, 7)


@pytest.mark.parametrize("there", ["a person", "one who left", "a list"])
def test_only_an_empty_place_can_take_over(profiles: Profiles, elsewhere: Profiles, there: str) -> None:
    much_happens(profiles)
    if there == "a list":
        assert elsewhere.keep_list(a_list(VIEWER, 0))
    else:
        bob = elsewhere.new_person("digest", shared=False, now=0)
        if there == "one who left":
            elsewhere.forget_person(bob)
    before = all_that_is_there(elsewhere)

    with profiles.contents() as contents, pytest.raises(StorageError, match=r"already holds \w+; only an empty store can take over"):
        elsewhere.adopt(contents)

    assert all_that_is_there(elsewhere) == before


@pytest.mark.parametrize("at", ["accounts", "ratings", "records"])
def test_a_move_that_broke_off_can_be_repeated(profiles: Profiles, elsewhere: Profiles, at: str) -> None:
    numbers = much_happens(profiles)
    marks, *parts = all_that_is_there(profiles)

    def broken_off(part: list[Any]) -> Iterator[Any]:
        yield from part[: len(part) // 2]
        raise StorageError("The reading broke off.")

    names = ("accounts", "ratings", "records")
    broken = {name: broken_off(part) if name == at else part for name, part in zip(names, parts, strict=True)}
    with pytest.raises(StorageError, match=r"The reading broke off\."):
        elsewhere.adopt(Contents(marks, **broken))

    with profiles.contents() as contents:
        elsewhere.adopt(contents)
    assert all_that_can_be_asked(elsewhere, numbers) == all_that_can_be_asked(profiles, numbers)
    assert all_that_is_there(elsewhere) == all_that_is_there(profiles)


def test_a_place_in_order_passes_its_check_and_a_closed_one_does_not(profiles: Profiles) -> None:
    profiles.check()
    profiles.close()

    with pytest.raises(StorageError, match=r"has been closed\."):
        profiles.check()


# Side by side


@pytest.mark.races
def test_threads_that_rate_at_once_lose_nothing_and_each_gets_a_revision_of_its_own(profiles: Profiles, alice: UserId) -> None:
    revs: list[int] = []

    def rate_some(first: int) -> None:
        for movie_id in range(first, first + 25):
            revs.append(profiles.rate(rating(alice, MovieId(movie_id))))

    threads = [threading.Thread(target=rate_some, args=(1 + 25 * number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(revs) == list(range(1, 201))
    assert [one.movie_id for one in profiles.opinions(alice).ratings] == list(range(1, 201))


@pytest.mark.races
def test_processes_that_rate_at_once_lose_nothing_and_each_gets_a_revision_of_its_own(profiles: Profiles, url: str, alice: UserId) -> None:
    revs = side_by_side(rate_many, *[(url, alice, range(first, first + 40)) for first in (1, 41, 81)])

    assert sorted(rev for some in revs for rev in some) == list(range(1, 121))
    assert profiles.opinions(alice).rev == 120
    assert [one.movie_id for one in profiles.opinions(alice).ratings] == list(range(1, 121))


@pytest.mark.races
def test_a_rating_refused_beside_others_does_not_undo_them(profiles: Profiles, alice: UserId) -> None:
    refused: list[str] = []

    def rate_some(user_id: UserId) -> None:
        for movie_id in range(1, 51):
            try:
                profiles.rate(rating(user_id, MovieId(movie_id)))
            except UnknownUserError as error:
                refused.append(str(error))

    threads = [threading.Thread(target=rate_some, args=(user_id,)) for user_id in (alice, NEVER_GIVEN) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 150
    assert profiles.opinions(alice).rev == 150
    assert profiles.counts() == {"people": 1, "ratings": 50, "lists": 0}


@pytest.mark.races
def test_no_revision_is_told_without_its_ratings_however_fast_they_change(profiles: Profiles, alice: UserId) -> None:
    """Every rating here is of a new film, so there are never fewer of them than the revision says: else a kept list would lack one."""
    done = threading.Event()

    def rate_on() -> None:
        for movie_id in range(1, 301):
            profiles.rate(rating(alice, MovieId(movie_id)))
        done.set()

    rater = threading.Thread(target=rate_on)
    rater.start()
    torn = [
        seen.rev for seen in iter(lambda: profiles.opinions(alice) if not done.is_set() else None, None) if len(seen.ratings) < seen.rev
    ]
    rater.join()

    assert torn == []


def test_what_was_acknowledged_is_there_for_whoever_opens_the_store_next(profiles: Profiles, url: str, alice: UserId) -> None:
    made = a_list(alice, profiles.rate(rating(alice)))
    assert profiles.keep_list(made)
    profiles.close()

    again = open_profiles(url, patient=True)

    assert again.opinions(alice) == Opinions(alice, 1, (rating(alice),))
    assert again.list_of(alice) == made
    assert again.token_fits(alice, ALICE_TOKEN)
    again.close()


def test_a_store_can_be_closed_twice_and_then_says_that_it_is_closed(profiles: Profiles, alice: UserId) -> None:
    profiles.close()
    profiles.close()

    with pytest.raises(StorageError, match=r"has been closed\."):
        profiles.rate(rating(alice))
    with pytest.raises(StorageError, match=r"has been closed\."):
        profiles.list_of(alice)


# Against a twin that is a plain dictionary


def test_the_store_and_a_plain_dictionary_agree_whatever_is_done_to_them(place: Place, tmp_path: Path) -> None:
    runs = iter(range(10**6))

    class BesideADictionary(RuleBasedStateMachine):
        people = Bundle("people")
        gone = Bundle("gone")

        def __init__(self) -> None:
            super().__init__()
            self.profiles = open_profiles(place.empty(tmp_path / str(next(runs))), patient=True)
            self.ratings: dict[UserId, dict[int, Rating]] = {}
            self.revs: dict[UserId, int] = {}
            self.lists: dict[UserId, ListRecord] = {}
            self.generations: dict[UserId, int] = {}
            self.cleared_by = 0

        @initialize(target=people)
        def the_first_person(self) -> UserId:
            return self.somebody_comes()

        @rule(target=people)
        def somebody_comes(self) -> UserId:
            number = self.profiles.new_person("digest", shared=False, now=0)
            assert number == FIRST_OWN_USER_ID + len(self.ratings)
            self.ratings[number] = {}
            return number

        @rule(who=consumes(people), target=gone)
        def somebody_leaves(self, who: UserId) -> UserId:
            self.profiles.forget_person(who)
            self.ratings[who] = {}
            self._void(who)
            return who

        @rule(who=gone, movie_id=st.integers(1, 3))
        def somebody_who_left_is_refused(self, who: UserId, movie_id: int) -> None:
            with pytest.raises(UnknownUserError):
                self.profiles.rate(rating(who, MovieId(movie_id)))

        @rule(who=people, movie_id=st.integers(1, 3), half_stars=st.integers(1, 10), rated_at=st.integers(0, 2**40))
        def somebody_rates(self, who: UserId, movie_id: int, half_stars: int, rated_at: int) -> None:
            put = Rating(who, MovieId(movie_id), half_stars / 2, rated_at)
            before = self.ratings[who].get(movie_id)
            self.ratings[who][movie_id] = before if before and before.stars == put.stars else put
            assert self.profiles.rate(put) == self._void(who)

        @rule(who=people, movie_id=st.integers(1, 3))
        def somebody_unrates(self, who: UserId, movie_id: int) -> None:
            self.ratings[who].pop(movie_id, None)
            assert self.profiles.unrate(who, movie_id) == self._void(who)

        @rule(who=st.one_of(people, gone, st.sampled_from([UserId(1), VIEWER])), behind=st.integers(-1, 1), generation=st.integers(0, 4))
        def a_builder_is_done(self, who: UserId, behind: int, generation: int) -> None:
            made = a_list(who, self.revs.get(who, 0) - behind, generation=generation, title=f"From {generation}")
            left = who >= FIRST_OWN_USER_ID and not self.profiles.has_person(who)
            too_old = generation < self.generations.get(who, self.cleared_by if who < FIRST_OWN_USER_ID else 0)
            keeps = behind == 0 and not left and not too_old
            assert self.profiles.keep_list(made) == keeps
            if keeps:
                self.lists[who], self.generations[who] = made, generation
                self.revs.setdefault(who, 0)

        @rule(generation=st.integers(0, 4))
        def the_sample_viewers_are_cleared(self, generation: int) -> None:
            self.profiles.clear_sample_lists(generation=generation)
            self.cleared_by = max(self.cleared_by, generation)
            for who in [who for who in self.revs if who < FIRST_OWN_USER_ID and self.generations[who] <= generation]:
                self.lists.pop(who, None)
                self.generations[who] = generation

        @invariant()
        def they_agree(self) -> None:
            for who in (*self.ratings, UserId(1), VIEWER):
                mine = tuple(one for _, one in sorted(self.ratings.get(who, {}).items()))
                assert self.profiles.opinions(who) == Opinions(who, self.revs.get(who, 0), mine)
                record = self.profiles.list_of(who)
                assert (record is None) == (who not in self.revs)
                assert (record.movies if record else None) == (self.lists[who].movies if who in self.lists else None)
            ratings = [one for who in sorted(self.ratings) for _, one in sorted(self.ratings[who].items())]
            assert list(self.profiles.all_ratings()) == ratings
            assert (self.profiles.counts()["ratings"], self.profiles.counts()["lists"]) == (len(ratings), len(self.lists))

        def teardown(self) -> None:
            self.profiles.close()

        def _void(self, who: UserId) -> int:
            self.lists.pop(who, None)
            self.revs[who] = self.revs.get(who, 0) + 1
            return self.revs[who]

    few = settings(max_examples=place.tries(40), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(BesideADictionary, settings=few)
