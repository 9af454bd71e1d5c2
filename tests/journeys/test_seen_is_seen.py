"""A film that somebody has rated, seen or hidden comes up on no surface, and every list stays as full as it can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alexa_skill.films import Caller, Films
from alexa_skill.simulator import Echo, InteractionModel
from recommender import passwords, training
from recommender.domain import HIDDEN, LIST_LENGTH, SEEN, Asker, Change, UserId
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs
from recommender.storage.profiles import open_profiles
from tests.webapp.accounts.conftest import Browser
from tests.webapp.conftest import a_browser
from tests.worlds import data_set_of, random_ratings
from webapp import create_app
from webapp.alexa.films import EngineFilms
from webapp.alexa.skill import skill_over

N_FILMS = 40
ECHO = "amzn1.ask.account.HERS"
FILM = st.integers(1, N_FILMS)
STEPS = st.lists(
    st.tuples(st.sampled_from(["rate", "unrate", SEEN, HIDDEN, "watchlist", "aside", "unmark"]), FILM, st.sampled_from([SEEN, HIDDEN])),
    min_size=1,
    max_size=30,
)


@dataclass
class Person:
    """Somebody who is signed in in a browser, has a program of their own and an address for feeds; all on one site."""

    recommender: Recommender
    browser: Browser
    program: FlaskClient
    feed: str
    user_id: UserId
    echo: Callable[[], Films]  # what an Echo that speaks for them may say in one answer

    @property
    def asker(self) -> Asker:
        return Asker(member=self.user_id)

    def begin_anew(self) -> None:
        own = self.recommender.ratings_of(self.user_id, asker=self.asker)
        marks = tuple((film.movie.movie_id, kind) for film in own.films for kind in film.marks)
        unrated = tuple(film.movie.movie_id for film in own.rated)
        self.recommender._profiles.change(self.user_id, Change(unrated=unrated, unmarked=marks))

    def films_of_page(self, path: str, part: str) -> list[int]:
        page = self.browser.get(path).text
        found = re.search(rf'id="{part}".*?(?=</section>)', page, re.DOTALL)
        return [int(movie_id) for movie_id in dict.fromkeys(re.findall(r'href="/film/(\d+)"', found[0]))] if found else []

    def films_of_api(self, path: str) -> list[int]:
        return [item["movie_id"] for item in self.program.get(path).get_json()["items"]]

    def surfaces(self) -> Iterator[tuple[str, list[int]]]:
        """Every place that shows films nobody asked for by name, each as many as it can."""
        me = self.user_id
        yield "page of the list", self.films_of_page("/me/", "my-list")
        yield "fifty", self.films_of_page("/me/?amount=50", "my-list")
        yield "home", self.films_of_page("/", "my-list")
        yield "result", [*map(int, re.findall(r'entry-poster" href="/film/(\d+)"', self.browser.get(f"/result/?user={me}&amount=10").text))]
        yield "API", self.films_of_api(f"/api/v1/users/{me}/recommendations")
        yield "API, all", self.films_of_api(f"/api/v1/users/{me}/recommendations?n=100")
        yield "API, well liked", self.films_of_api(f"/api/v1/movies/well-liked?n=100&viewer={me}")
        yield "feed", [item["_matinee"]["movie_id"] for item in self.program.get(self.feed).get_json()["items"]]
        yield "Echo", [line.movie.movie_id for line in self.echo().list_of(me) or ()]
        yield "Echo, all", [line.movie.movie_id for line in self.echo().chosen(me, n=100)]
        yield "Echo, popular", [line.movie.movie_id for line in self.echo().chosen(None, n=100)]
        record = self.recommender._profiles.list_of(me)  # what the Echo reads by itself
        assert record is not None
        yield "the record", [line.movie.movie_id for line in record.movies or ()]

    def similar(self) -> Iterator[tuple[str, list[int]]]:
        """As full as people who rated both make it."""
        for movie_id in (1, 7):
            yield "API, similar", self.films_of_api(f"/api/v1/movies/{movie_id}/similar?n=100&viewer={self.user_id}")
            yield "Echo, similar", [film.movie_id for film in self.echo().similar(movie_id, 100)]
            yield "film", self.films_of_page(f"/film/{movie_id}", "similar")
        yield "Echo, watchlist", [line.movie.movie_id for line in self.echo().watchlist()]
        yield "watchlist", self.films_of_page("/me/watchlist/", "my-watchlist")
        yield "API, watchlist", self.films_of_api(f"/api/v1/users/{self.user_id}/watchlist")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    folder: Path = tmp_path_factory.mktemp("seen")
    chosen = Settings(
        profiles_url=f"sqlite://{folder}/people.sqlite3",
        blobs_url=f"file://{folder}/blobs",
        secret_key="a key for tests alone, not a secret",
    )
    profiles, blobs = open_profiles(chosen.profiles_url), open_blobs(chosen.blobs_url)
    world = data_set_of(random_ratings(np.random.default_rng(5), n_movies=N_FILMS), n_movies=N_FILMS)
    training.train(world, blobs, profiles, recipe="user-cosine", source=world.name)
    recommender = Recommender(chosen, blobs, profiles)
    yield recommender
    recommender.close()


@pytest.fixture
def person(site: Recommender, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(1, 8, 1, 32, 16))
    app = create_app(site)
    browser = Browser(a_browser(app))
    browser.sign_up(f"Anna {np.random.default_rng().integers(10**9)}")
    page = browser.send("/me/feeds/", name="a reader").text
    found = re.search(r"http://localhost(/feed/[^<]+list\.json)<", page)
    assert found is not None
    door = site.sign_in("a key for tests alone, not a secret")
    cookie = browser.client.get_cookie("matinee")
    assert cookie is not None
    session = door.session(cookie.value)
    assert session is not None
    program = app.test_client()
    program.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {door.new_token(session, 'a program', ('read', 'write'))[1]}"
    door.use_code(door.new_code(session), ECHO)
    with ThreadPoolExecutor(1) as threads:
        yield Person(
            site,
            browser,
            program,
            found[1],
            session.member,
            lambda: EngineFilms(site, app.extensions["sign_in"], Caller(ECHO), 60, threads),
        )


def test_what_is_said_to_the_echo_stands_on_the_page_and_in_the_api_at_once(person: Person) -> None:
    models = Path(str(files("alexa_skill"))) / "skill-package" / "interactionModels" / "custom" / "en-US.json"
    door = person.recommender.sign_in("a key for tests alone, not a secret")
    echo = Echo(skill_over(person.recommender, lambda: door).answer, InteractionModel.load(models), user_id=ECHO)
    own = f"/api/v1/users/{person.user_id}"

    assert "Welcome back, Anna" in echo.say("open movie").speech
    for said, kept in (
        ("i have seen the first one four and a half stars", {"ratings": 1}),
        ("the second one", {}),
        ("not interested", {"marks/hidden": 1}),
        ("i've seen the third one", {"marks/seen": 1}),
        ("no", {}),
        ("undo that", {"marks/seen": 0}),
        ("add the first one to my list", {"marks/watchlist": 1}),
    ):
        before = person.films_of_api(f"{own}/recommendations")
        heard = echo.say(said)
        assert heard.findings == (), heard.speech
        shown = person.films_of_api(f"{own}/recommendations")
        for what, n in kept.items():
            assert len(person.films_of_api(f"{own}/{what}")) == n, said
        assert (shown != before) == bool(kept and "watchlist" not in said and "my list" not in said), said
        listed = (heard.response or {})["sessionAttributes"]["films"]
        assert [film[0] for film in listed] == shown == person.films_of_page("/me/", "my-list")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # each begins anew
@given(steps=STEPS)
def test_what_is_seen_rated_or_hidden_comes_up_nowhere_and_lists_stay_full(person: Person, steps: list[tuple[str, int, str]]) -> None:
    person.begin_anew()
    for step, film, kind in steps:
        match step:
            case "rate":
                person.recommender.rate(person.user_id, film, 4.5, asker=person.asker)
            case "unrate":
                person.recommender.unrate(person.user_id, film, asker=person.asker)
            case "unmark":
                person.recommender.unmark(person.user_id, film, kind, asker=person.asker)
            case mark:
                person.recommender.mark(person.user_id, film, mark, asker=person.asker)
    own = person.recommender.ratings_of(person.user_id, asker=person.asker)
    never = {film.movie.movie_id for film in own.films if film.is_seen or HIDDEN in film.marks}
    left = N_FILMS - len(never)

    for place, films in person.surfaces():
        assert not never & set(films), place
        asked = LIST_LENGTH if place in ("page of the list", "home", "result", "API", "feed", "Echo", "the record") else N_FILMS
        assert len(films) == len(set(films)) == min(asked, left), place
    for place, films in person.similar():
        assert not never & set(films), place
