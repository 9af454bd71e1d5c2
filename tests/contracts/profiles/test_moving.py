"""Everything read out whole, and taken over by an empty place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recommender.domain import (
    FIRST_ADDED_MOVIE_ID,
    FIRST_OWN_USER_ID,
    HIDDEN,
    POPULAR,
    SEEN,
    WATCHLIST,
    Account,
    AddedFilm,
    Change,
    FilmMark,
    ListRecord,
    Marks,
    Movie,
    MovieId,
    Opinions,
    Rating,
    UserId,
)
from recommender.errors import StorageError, UnknownUserError
from recommender.storage.profiles import Contents, Profiles, open_profiles
from tests.contracts.places import PROFILES, Place, stood_in_for
from tests.contracts.profiles.opinions import ALIEN, HEAT, NEVER_GIVEN, RAN, VIEWER, a_list, mark, rating


@pytest.fixture(params=["sqlite", "dynamodb"])
def elsewhere(request: pytest.FixtureRequest, place: Place, tmp_path: Path) -> Iterator[Profiles]:
    """An empty place: from SQLite to both, and from either of DynamoDB's stand-ins to SQLite and to another on the same."""
    other = PROFILES["sqlite"]
    if request.param == "dynamodb":
        other = place if place is not other else stood_in_for(PROFILES["dynamodb-ministack"], request)
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
    for who in (carol, alice):
        profiles.change(who, Change(marks=tuple(mark(who, HEAT, kind, 1_700_000_000) for kind in (WATCHLIST, HIDDEN))))
    assert profiles.keep_list(a_list(alice, 4, generation=2))
    assert profiles.keep_list(replace(a_list(bob, 3, generation=2), basis=POPULAR))
    for who, title in ((carol, "Carol's"), (bob, "Bob's"), (alice, "Gone")):
        profiles.add_film(Movie(MovieId(0), title, 2026, ("War",), 7, 8), "https://example.org", by=who, now=1_700_000_000)
    profiles.remove_film(FIRST_ADDED_MOVIE_ID + 2)
    profiles.unrate(bob, HEAT)  # so that the list is void
    profiles.change(bob, Change(marks=(mark(bob, RAN, WATCHLIST),)))  # which leaves the list as it is
    assert profiles.keep_list(a_list(carol, 4, generation=2))
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
    opinions = list(profiles.all_ratings()), list(profiles.all_marks())
    films = list(profiles.added_films())
    return [*one_by_one, list(profiles.people()), opinions, films, profiles.counts(), profiles.highest_generation()]


def all_that_is_there(profiles: Profiles) -> tuple[Marks, list[Account], list[Rating], list[FilmMark], list[ListRecord]]:
    with profiles.contents() as contents:
        return contents.marks, list(contents.accounts), list(contents.ratings), list(contents.film_marks), list(contents.records)


class House:
    """A place where much has happened. numbers: what it is about. asked, there: all that can be asked in it and all that is there."""

    def __init__(self, url: str) -> None:
        self.url = url
        with self.opened() as profiles:
            self.numbers = much_happens(profiles)
            self.asked, self.there = all_that_can_be_asked(profiles, self.numbers), all_that_is_there(profiles)

    @contextmanager
    def opened(self) -> Iterator[Profiles]:
        with closing(open_profiles(self.url, patient=True)) as profiles:
            yield profiles


@pytest.fixture(scope="module")
def _houses() -> dict[int, House]:
    """One of each kind of place: it takes a hundred calls until so much has happened."""
    return {}


@pytest.fixture
def house(place: Place, _houses: dict[int, House], tmp_path_factory: pytest.TempPathFactory) -> House:
    """Others move out of it too; nobody changes it."""
    if id(place) not in _houses:
        _houses[id(place)] = House(place.empty(tmp_path_factory.mktemp("house")))
    return _houses[id(place)]


def test_an_empty_place_has_no_contents(profiles: Profiles) -> None:
    assert all_that_is_there(profiles) == (Marks(FIRST_OWN_USER_ID - 1, 0, 0), [], [], [], [])


def test_the_contents_are_everything_that_is_kept(profiles: Profiles) -> None:
    _, _, alice, bob, carol, dave, eve, _ = much_happens(profiles)

    marks, accounts, ratings, film_marks, records = all_that_is_there(profiles)

    assert marks == Marks(eve, cleared_by=3, highest_generation=4, last_movie_id=FIRST_ADDED_MOVIE_ID + 2)
    assert accounts == [
        Account(alice, "digest of 0", False, 1_700_000_000),
        Account(bob, "digest of 1", True, 1_700_000_001),
        Account(dave, "digest of 3", True, 1_700_000_003),
    ]
    assert ratings == list(profiles.all_ratings())
    assert len(ratings) == 3 + 2
    assert film_marks == [mark(alice, HEAT, HIDDEN, 1_700_000_000), mark(alice, HEAT, WATCHLIST, 1_700_000_000), mark(bob, RAN, WATCHLIST)]
    with profiles.contents() as contents:
        assert list(contents.added_films) == list(profiles.added_films())
    assert [(film.movie.title, film.added_by) for film in profiles.added_films()] == [("Carol's", 0), ("Bob's", bob)]
    assert [record.user_id for record in records] == [*range(1, 61), VIEWER, alice, bob, carol, eve]
    assert records == [profiles.list_of(record.user_id) for record in records]
    assert [record.user_id for record in records if record.deleted] == [carol, eve]
    assert [record.user_id for record in records if record.movies is not None] == [VIEWER, alice]


def test_the_record_of_one_who_left_says_so(profiles: Profiles, alice: UserId) -> None:
    assert profiles.keep_list(replace(a_list(alice, 0), basis=POPULAR))
    profiles.forget_person(alice)

    assert profiles.list_of(alice) == ListRecord(alice, 1, deleted=True)


def test_who_moves_house_finds_everything_as_it_was(house: House, elsewhere: Profiles) -> None:
    with house.opened() as profiles, profiles.contents() as contents:
        elsewhere.adopt(contents)

    assert all_that_can_be_asked(elsewhere, house.numbers) == house.asked
    assert all_that_is_there(elsewhere) == house.there


def test_life_goes_on_after_the_move(house: House, elsewhere: Profiles) -> None:
    _, _, alice, _, carol, _, eve, _ = house.numbers
    with house.opened() as profiles, profiles.contents() as contents:
        elsewhere.adopt(contents)

    assert elsewhere.new_person("digest", shared=False, now=0) == eve + 1
    assert elsewhere.rate(rating(alice, MovieId(7))) == 5
    assert elsewhere.change(alice, Change(marks=(mark(alice, HEAT, HIDDEN, 9), mark(alice, RAN, SEEN, 9)))) == 6
    assert elsewhere.opinions(alice).marks == (
        mark(alice, HEAT, HIDDEN, 1_700_000_000),
        mark(alice, HEAT, WATCHLIST, 1_700_000_000),
        mark(alice, RAN, SEEN, 9),
    )
    assert elsewhere.keep_list(a_list(alice, 6, generation=2))
    assert not elsewhere.keep_list(a_list(UserId(61), 0, generation=2))  # cleared by 3
    assert not elsewhere.keep_list(a_list(carol, 5, generation=9))
    with pytest.raises(UnknownUserError):
        elsewhere.rate(rating(carol))
    assert elsewhere.add_film(Movie(MovieId(0), "BOB'S", 2026), "", by=alice, now=9).movie.movie_id == FIRST_ADDED_MOVIE_ID + 1
    assert elsewhere.add_film(Movie(MovieId(0), "New"), "", by=alice, now=9).movie.movie_id == FIRST_ADDED_MOVIE_ID + 3


def test_an_empty_place_moves_too(profiles: Profiles, elsewhere: Profiles) -> None:
    with profiles.contents() as contents:
        elsewhere.adopt(contents)

    assert elsewhere.new_person("digest", shared=False, now=0) == FIRST_OWN_USER_ID


def test_a_generation_above_that_of_every_record_is_remembered(profiles: Profiles) -> None:
    profiles.adopt(Contents(Marks(FIRST_OWN_USER_ID - 1, 3, 7), [], [], []))

    assert profiles.highest_generation() == 7
    assert all_that_is_there(profiles)[0] == Marks(FIRST_OWN_USER_ID - 1, 3, 7)


@pytest.mark.parametrize("there", ["a person", "one who left", "a list"])
def test_only_an_empty_place_can_take_over(house: House, elsewhere: Profiles, there: str) -> None:
    if there == "a list":
        assert elsewhere.keep_list(a_list(VIEWER, 0))
    else:
        bob = elsewhere.new_person("digest", shared=False, now=0)
        if there == "one who left":
            elsewhere.forget_person(bob)
    before = all_that_is_there(elsewhere)

    full = pytest.raises(StorageError, match=r"already holds \w+; only an empty store can take over")
    with house.opened() as profiles, profiles.contents() as contents, full:
        elsewhere.adopt(contents)

    assert all_that_is_there(elsewhere) == before


@pytest.mark.parametrize("at", ["accounts", "ratings", "film_marks", "records", "added_films"])
def test_a_move_that_broke_off_can_be_repeated(house: House, elsewhere: Profiles, at: str) -> None:
    marks, *parts = house.there
    with house.opened() as profiles:
        parts.append(list(profiles.added_films()))

    def broken_off(part: list[Any]) -> Iterator[Any]:
        yield from part[: len(part) // 2]
        raise StorageError("The reading broke off.")

    names = ("accounts", "ratings", "film_marks", "records", "added_films")
    broken = {name: broken_off(part) if name == at else part for name, part in zip(names, parts, strict=True)}
    with pytest.raises(StorageError, match=r"The reading broke off\."):
        elsewhere.adopt(Contents(marks, **broken))

    with house.opened() as profiles, profiles.contents() as contents:
        elsewhere.adopt(contents)
    assert all_that_can_be_asked(elsewhere, house.numbers) == house.asked
    assert all_that_is_there(elsewhere) == house.there


def test_who_left_or_came_while_another_place_was_read_has_left(profiles: Profiles) -> None:
    """As where accounts, ratings and records cannot be read in one moment."""
    here, left, came, without_a_record = (UserId(FIRST_OWN_USER_ID + n) for n in range(4))
    everybody = (here, left, came, without_a_record)
    accounts = [Account(here, "digest", False, 0), Account(left, "digest", True, 0)]
    records = [ListRecord(here, 1), ListRecord(left, 2, deleted=True), ListRecord(came, 1)]
    said = [rating(who) for who in everybody], [mark(who) for who in everybody]

    films = [AddedFilm(Movie(MovieId(FIRST_ADDED_MOVIE_ID + n), str(n)), "", who, 0) for n, who in enumerate(everybody)]

    profiles.adopt(Contents(Marks(left, 0, 0), accounts, said[0], records, film_marks=said[1], added_films=films))

    assert list(profiles.people()) == [here]
    assert [profiles.opinions(who) for who in everybody] == [
        Opinions(here, 1, (rating(here),), (mark(here),)),
        Opinions(left, 2),
        Opinions(came, 1),
        Opinions(without_a_record, 0),
    ]
    assert profiles.counts() == {"people": 1, "ratings": 1, "marks": 1, "lists": 0}
    assert profiles.list_of(came) == ListRecord(came, 1, deleted=True)
    assert profiles.new_person("digest", shared=False, now=0) == came + 1
    assert [film.added_by for film in profiles.added_films()] == [here, 0, 0, 0]
    assert profiles.add_film(Movie(MovieId(0), "New"), "", by=here, now=0).movie.movie_id == FIRST_ADDED_MOVIE_ID + 4


def test_a_place_in_order_passes_its_check_and_a_closed_one_does_not(profiles: Profiles) -> None:
    profiles.check()
    profiles.close()

    with pytest.raises(StorageError, match=r"has been closed\."):
        profiles.check()
