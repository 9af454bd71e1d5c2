"""For whom an Echo speaks, and what they say of films: the same in this process and, on Lambda, by the site's API."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.serving import make_server

from alexa_skill.deadline import Deadline
from alexa_skill.films import Caller, Films
from alexa_skill.remote import RemoteFilms
from alexa_skill.site import Site
from recommender.domain import HIDDEN, SEEN, WATCHLIST, Asker, ListRecord, UserId
from recommender.errors import NotLinkedError, TooManyTriesError, UnknownMovieError, WrongCodeError
from recommender.sign_in import SignedIn, SignIn
from recommender.sign_in.limits import CODES_FROM_AN_ECHO
from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app
from webapp.alexa.films import EngineFilms

MATRIX = 2571
KEY = "the-key-of-the-skill"

Ask = Callable[..., Films]


class NoRecords:
    """Where no list is kept: the site makes each, and says by that who may hear it."""

    def record(self, user_id: UserId) -> ListRecord | None:
        return None

    def is_shared(self, user_id: UserId) -> bool:
        return False


@pytest.fixture
def recommender(recommender: FakeRecommender) -> FakeRecommender:
    recommender.settings = replace(recommender.settings, skill_key=KEY)
    return recommender


@pytest.fixture(params=["in this process", "by the API"])
def ask(request: pytest.FixtureRequest, recommender: FakeRecommender) -> Iterator[Ask]:
    """The films as one caller hears them in one answer."""
    app = create_app(recommender)
    with ThreadPoolExecutor(1) as threads:
        if request.param == "in this process":
            way = app.extensions["sign_in"]
            yield lambda account="", person="": EngineFilms(recommender, way, Caller(account, person), 20, threads)
            return
        with served(app) as address:
            site, settings = Site(address, KEY), replace(recommender.settings, site_url=address)
            yield lambda account="", person="": RemoteFilms(settings, NoRecords(), site, Deadline(20), Caller(account, person))


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The address at which the application answers, while wanted."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def signed_up(sign_in: SignIn, name: str) -> SignedIn:
    return sign_in.sign_up(name, "a long and quiet evening", address="203.0.113.7")


@pytest.fixture
def anna(sign_in: SignIn) -> SignedIn:
    return signed_up(sign_in, "Anna")


def test_an_echo_speaks_for_whom_the_code_was_shown_to_until_it_is_told_to_forget(ask: Ask, sign_in: SignIn, anna: SignedIn) -> None:
    assert ask("echo").who() is None

    linked = ask("echo").link(sign_in.new_code(anna.session))

    assert (linked.user_id, linked.name) == (anna.household.owner, "Anna")
    assert ask("echo").who() == linked
    assert ask("another").who() is None
    assert ask("echo").unlink()
    assert ask("echo").who() is None
    assert not ask("echo").unlink()


def test_two_persons_of_one_echo_have_two_lists(ask: Ask, sign_in: SignIn, anna: SignedIn) -> None:
    ben = sign_in.add_member(anna.session, "Ben")
    ask("echo").link(sign_in.new_code(anna.session))
    ask("echo", "his-voice").link(sign_in.new_code(sign_in.choose_member(anna.session, ben.user_id, address="203.0.113.7")))

    people = {voice: ask("echo", voice).who() for voice in ("", "his-voice", "another-voice")}

    assert {voice: linked.name for voice, linked in people.items() if linked} == {
        **{"": "Anna", "another-voice": "Anna", "his-voice": "Ben"}
    }
    assert ask("echo", "his-voice").list_of(ben.user_id)
    assert ask("echo", "his-voice").list_of(anna.household.owner) is None


def test_a_private_list_is_heard_by_the_echo_that_is_linked_and_by_no_other(
    ask: Ask, sign_in: SignIn, anna: SignedIn, recommender: FakeRecommender
) -> None:
    ask("echo").link(sign_in.new_code(anna.session))
    owner = anna.household.owner

    own = recommender.list_for(owner, asker=Asker(member=owner)).movies
    assert ask("echo").list_of(owner) == own
    nineties = recommender.list_for(owner, years=(1990, 1999), asker=Asker(member=owner)).movies
    assert ask("echo").chosen(owner, years=(1990, 1999)) == nineties
    assert ask("another").list_of(owner) is None
    assert ask().list_of(owner) is None


def test_a_wrong_code_is_none_and_only_so_many_are_tried(ask: Ask, sign_in: SignIn, anna: SignedIn) -> None:
    code = sign_in.new_code(anna.session)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    for _ in range(CODES_FROM_AN_ECHO.times):
        with pytest.raises(WrongCodeError):
            ask("echo").link(wrong)
    with pytest.raises(TooManyTriesError):
        ask("echo").link(code)
    assert ask("echo").who() is None


def test_what_is_said_of_a_film_is_kept_and_the_new_list_comes_with_what_was_before(ask: Ask, sign_in: SignIn, anna: SignedIn) -> None:
    ask("echo").link(sign_in.new_code(anna.session))

    first = ask("echo").rate(MATRIX, 4.5)
    again = ask("echo").rate(MATRIX, 3)
    hidden = ask("echo").mark(MATRIX, HIDDEN)
    back = ask("echo").rate(MATRIX, None)
    shown = ask("echo").mark(MATRIX, HIDDEN, there=False)

    assert [made.stars for made in (first, again, hidden, back, shown)] == [None, 4.5, 3, 3, None]
    assert [made.marks for made in (hidden, shown)] == [frozenset(), {HIDDEN}]
    assert [MATRIX in {film.movie.movie_id for film in made.movies or ()} for made in (first, back, shown)] == [False, False, True]
    assert shown.movies == ask("echo").list_of(anna.household.owner)


def test_what_somebody_knows_is_not_named_to_them_again(ask: Ask, sign_in: SignIn, anna: SignedIn) -> None:
    ask("echo").link(sign_in.new_code(anna.session))
    before = ask("echo").similar(1), ask("echo").chosen(None)
    assert MATRIX in {film.movie_id for film in before[0]} & {film.movie.movie_id for film in before[1]}

    ask("echo").mark(MATRIX, SEEN)

    assert MATRIX not in {film.movie_id for film in ask("echo").similar(1)}
    assert MATRIX not in {film.movie.movie_id for film in ask("echo").chosen(None)}
    assert (ask("another").similar(1), ask("another").chosen(None)) == before


def test_the_watchlist_is_what_they_want_to_see(ask: Ask, sign_in: SignIn, anna: SignedIn) -> None:
    ask("echo").link(sign_in.new_code(anna.session))

    ask("echo").mark(MATRIX, WATCHLIST)
    ask("echo").mark(1, WATCHLIST)
    ask("echo").rate(1, 4)

    assert [film.movie.movie_id for film in ask("echo").watchlist()] == [MATRIX]


def test_nobody_says_anything_where_nobody_is_linked(ask: Ask, recommender: FakeRecommender) -> None:
    for say in (lambda: ask("echo").rate(MATRIX, 4), lambda: ask("echo").mark(MATRIX, SEEN), lambda: ask("echo").watchlist()):
        with pytest.raises(NotLinkedError):
            say()
    assert recommender.stars == {}


def test_a_film_that_is_none_cannot_be_rated(ask: Ask, sign_in: SignIn, anna: SignedIn) -> None:
    ask("echo").link(sign_in.new_code(anna.session))

    with pytest.raises(UnknownMovieError):
        ask("echo").rate(999, 4)


def test_an_id_that_is_none_of_amazons_links_nothing(ask: Ask, sign_in: SignIn, anna: SignedIn) -> None:
    """What could end one header and begin another is not sent at all."""
    ask("words").link(sign_in.new_code(anna.session))

    for odd in ("", "two\r\nMatinee-Echo: words"):
        assert ask(odd).who() is None
