"""Whose films open to whom: tokens of a number, tokens of programs, browsers that are signed in, and strangers."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from recommender.domain import EXPORT, FEED, READ, WRITE, Asker, UserId
from recommender.errors import NotAllowedError, ReadOnlyError, ScopeError, UnknownUserError
from recommender.serving import Recommender
from recommender.sign_in import SignedIn, SignIn
from recommender.storage.profiles import Profiles


@dataclass(frozen=True)
class Home:
    """Anna signed up, and Ben is of her household. token: a program's, for Anna's films."""

    door: SignIn
    anna: SignedIn
    ben: UserId

    def program(self, *scopes: str) -> Asker:
        return Asker(self.door.new_token(self.anna.session, "a program", scopes)[1])

    @property
    def number(self) -> UserId:
        return self.anna.session.member


@pytest.fixture
def home(profiles: Profiles, recommender: Recommender) -> Home:
    door = SignIn(profiles, "a secret of the site")
    anna = door.sign_up("Anna", "brazil heat alien", address="192.0.2.7")
    return Home(door, anna, door.add_member(anna.session, "Ben").user_id)


def test_who_is_signed_in_reads_and_changes_what_is_theirs(recommender: Recommender, home: Home) -> None:
    me = Asker(member=home.number)

    rated = recommender.rate(home.number, 1, 5, asker=me)

    assert recommender.list_for(home.number, asker=me) == rated.list


def test_nobody_is_signed_in_for_another_of_the_household(recommender: Recommender, home: Home) -> None:
    ben = Asker(member=home.ben)

    with pytest.raises(UnknownUserError):
        recommender.list_for(home.number, asker=ben)
    with pytest.raises(NotAllowedError):
        recommender.rate(home.number, 1, 5, asker=ben)


@pytest.mark.parametrize("asker", [Asker(), Asker(""), Asker("guess"), Asker("matinee_guess"), Asker("\ud800"), Asker("matinee_\ud800")])
def test_strangers_hear_of_a_private_list_what_they_hear_of_none(recommender: Recommender, home: Home, asker: Asker) -> None:
    said = []
    for number in (home.number, UserId(home.number + 1000)):
        with pytest.raises(UnknownUserError) as refused:
            recommender.list_for(number, asker=asker)
        said.append(str(refused.value).replace(str(number), "N"))
        with pytest.raises(NotAllowedError):
            recommender.rate(number, 1, 5, asker=asker)

    assert said[0] == said[1]


def test_a_programs_token_opens_as_far_as_its_scopes_go(recommender: Recommender, home: Home) -> None:
    recommender.rate(home.number, 1, 5, asker=home.program(WRITE))
    assert recommender.list_for(home.number, asker=home.program(READ)).rev == 1

    with pytest.raises(ScopeError, match="needs a token with the scope write; yours has read, export"):
        recommender.rate(home.number, 1, 5, asker=home.program(READ, EXPORT))
    with pytest.raises(ScopeError, match="needs a token with the scope read; yours has write"):
        recommender.list_for(home.number, asker=home.program(WRITE))


def test_a_programs_token_is_for_one_of_the_household_alone(recommender: Recommender, home: Home) -> None:
    with pytest.raises(UnknownUserError):
        recommender.list_for(home.ben, asker=home.program(READ))


def test_feeds_open_to_their_own_token_alone_and_it_to_nothing_else(recommender: Recommender, home: Home) -> None:
    feed, reader = home.program(FEED), home.program(READ, WRITE, EXPORT)
    assert feed.token is not None
    assert reader.token is not None

    assert recommender.whose_feed(feed.token) == home.number
    assert recommender.whose_feed(reader.token) is None
    assert recommender.whose_feed("matinee_never") is None
    with pytest.raises(ScopeError):
        recommender.list_for(home.number, asker=feed)
    with pytest.raises(ScopeError):
        recommender.rate(home.number, 1, 5, asker=feed)


def test_a_revoked_token_opens_nothing(recommender: Recommender, home: Home) -> None:
    program = home.program(READ, WRITE)
    (token,) = home.door.tokens(home.anna.session)
    home.door.revoke_token(home.anna.session, token.digest)

    with pytest.raises(NotAllowedError):
        recommender.rate(home.number, 1, 5, asker=program)


def test_sample_viewers_are_written_by_nobody(recommender: Recommender, home: Home) -> None:
    for asker in (Asker(member=UserId(3)), home.program(WRITE)):
        with pytest.raises(ReadOnlyError):
            recommender.rate(3, 1, 5, asker=asker)
