"""People who use a site while it is in trouble, and say whether what they got was right."""

from __future__ import annotations

import hashlib
import html
import http.client
import json
import random
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from recommender.domain import LIST_LENGTH, UserId
from recommender.serving import WITHOUT_RATINGS, WITHOUT_RECORD
from recommender.storage.profiles import Profiles
from webapp.error_handlers import NOT_WRITTEN
from webapp.pages import HOT_FILMS

PAUSE = (0.1, 0.2)  # seconds between two requests of one person
HTML_NOTICE = re.compile(r'<p class="notice" role="status">(.*?)</p>', re.S)
ENTRY = re.compile(r'<h2[^>]*><a href="/film/(\d+)"')
CARD = re.compile(r'<li class="card-film">\s*<a href="/film/(\d+)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody got. began, ended: monotonic seconds. notice: what it says of trouble. is_refused: a rating that was not taken."""

    what: str
    began: float
    ended: float
    notice: str = ""
    is_refused: bool = False

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    @property
    def tells_of_trouble(self) -> bool:
        return bool(self.notice) or self.is_refused


@dataclass
class Told:
    """Everything that all saw, gathered by their threads. wrong: answers that nobody should get."""

    answers: list[Answer] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    n_broken_off: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """What is right, as it was told while all was well. films: of each sample viewer. liked: the list of a person without ratings."""

    films: dict[int, list[int]]
    liked: list[dict[str, Any]]
    similar: dict[int, list[int]]


class Client:
    """One connection that is kept, as a browser keeps it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, *, token: str = "", body: object = None) -> tuple[int, str, str]:
        """Status, content type and body; OSError or HTTPException when the other side dies."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        sent = None if body is None else json.dumps(body)
        if sent is not None:
            headers["Content-Type"] = "application/json"
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            self._connection.request(method, path, sent, headers)
            answer = self._connection.getresponse()
            return answer.status, answer.headers.get_content_type(), answer.read().decode()
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Visitor(threading.Thread):
    """Somebody who asks for one thing after another until it is enough."""

    def __init__(self, port: int, known: Known, shared: UserId, told: Told, rng: random.Random, enough: threading.Event) -> None:
        super().__init__(daemon=True)
        self.client, self.known, self.shared, self.told, self.rng, self.enough = Client(port), known, shared, told, rng, enough

    def run(self) -> None:
        while not self.enough.wait(self.rng.uniform(*PAUSE)):
            what = self.rng.choice(self.wishes())
            began = time.monotonic()
            try:
                what(began)
            except (OSError, http.client.HTTPException):
                self.told.n_broken_off += 1  # the worker that was asked has died
            except (ValueError, KeyError, TypeError) as error:
                self.told.wrong.append(f"{what.__name__}: cannot be understood: {type(error).__name__} {error}")
        self.client.close()

    def wishes(self) -> Sequence[Callable[[float], None]]:
        return (self.home, self.page, self.page, self.film, self.api, self.persons_page)

    def home(self, began: float) -> None:
        body = self.got("home", "/", began)
        if len(CARD.findall(body)) < HOT_FILMS:
            self.told.wrong.append(f"Home shows {len(CARD.findall(body))} films")

    def film(self, began: float) -> None:
        film_id = self.rng.choice(list(self.known.similar))
        body = self.got("film", f"/film/{film_id}", began)
        if list(map(int, CARD.findall(body))) != self.known.similar[film_id]:
            self.told.wrong.append(f"film {film_id} shows other films beside")

    def page(self, began: float) -> None:
        """A sample viewer's, by number."""
        user_id = self.rng.choice(list(self.known.films))
        body = self.got("page", f"/result/?user={user_id}&amount={LIST_LENGTH}", began, lambda body: notice_on(body, WITHOUT_RECORD))
        films = list(map(int, ENTRY.findall(body)))
        if films != self.known.films[user_id]:
            self.told.wrong.append(f"the page of {user_id} shows {films} instead of {self.known.films[user_id]}")

    def api(self, began: float) -> None:
        """A sample viewer's list, as JSON."""
        user_id = self.rng.choice(list(self.known.films))
        body = self.got(
            "api", f"/api/v1/users/{user_id}/recommendations?n={LIST_LENGTH}", began, lambda body: notice_in(body, WITHOUT_RECORD)
        )
        films = [item["movie_id"] for item in json.loads(body or '{"items": []}')["items"]]
        if films != self.known.films[user_id]:
            self.told.wrong.append(f"the list of {user_id} is {films} instead of {self.known.films[user_id]}")

    def persons_page(self, began: float) -> None:
        """That of a person who shares it."""
        body = self.got("person", f"/result/?user={self.shared}&amount={LIST_LENGTH}", began, lambda body: notice_on(body, WITHOUT_RATINGS))
        films = list(map(int, ENTRY.findall(body)))
        if len(films) != LIST_LENGTH:
            self.told.wrong.append(f"the page of {self.shared} shows {len(films)} films")
        if notice_on(body, WITHOUT_RATINGS) and films != [item["movie_id"] for item in self.known.liked]:
            self.told.wrong.append(f"the page of {self.shared} shows something of them in trouble: {films}")

    def got(self, what: str, path: str, began: float, notice: Callable[[str], str] = lambda body: "") -> str:
        """The body of a page that is there; "" and a complaint for anything else."""
        status, _, body = self.client.ask("GET", path)
        ended = time.monotonic()
        if status != 200:
            self.told.wrong.append(f"{status} for {path}")
            body = ""
        self.told.answers.append(Answer(what, began, ended, notice(body) if body else ""))
        return body


class Rater(Visitor):
    """A person with a token, who rates and looks, and remembers what was acknowledged.

    stars: of each film, as acknowledged last. unsure: films whose last rating was refused or broken off, with all that it may be now.
    """

    def __init__(self, *visitor: Any, user_id: UserId, token: str, film_ids: list[int]) -> None:
        super().__init__(*visitor)
        self.user_id, self.token, self.film_ids = user_id, token, film_ids
        self.stars: dict[int, float | None] = {}
        self.unsure: dict[int, set[float | None]] = {}
        self.n_acknowledged = self.n_refused = 0

    def wishes(self) -> Sequence[Callable[[float], None]]:
        return (self.rate, self.look, self.look)

    def rate(self, began: float) -> None:
        film_id, stars = self.rng.choice(self.film_ids), self.rng.randint(1, 10) / 2
        self.unsure.setdefault(film_id, {self.stars.get(film_id)}).add(stars)
        path = f"/api/v1/users/{self.user_id}/ratings/{film_id}"
        status, kind, body = self.client.ask("PUT", path, token=self.token, body={"rating": stars})
        ended, answer = time.monotonic(), json.loads(body)
        if status == 200:
            del self.unsure[film_id]
            self.stars[film_id] = stars
            self.n_acknowledged += 1
            if answer["list"] is not None:
                self.check(answer["list"])
        elif (status, kind, answer["status"], answer["detail"]) == (503, "application/problem+json", 503, NOT_WRITTEN):
            self.n_refused += 1
        else:
            self.told.wrong.append(f"{status} for a rating: {body[:200]}")
        self.told.answers.append(Answer("rating", began, ended, is_refused=status != 200))

    def look(self, began: float) -> None:
        """At the own list, with the token."""
        path = f"/api/v1/users/{self.user_id}/recommendations?n={LIST_LENGTH}"
        status, _, body = self.client.ask("GET", path, token=self.token)
        ended = time.monotonic()
        if status != 200:
            self.told.wrong.append(f"{status} for {path}")
            self.told.answers.append(Answer("own", began, ended))
            return
        notice = notice_in(body, WITHOUT_RATINGS)
        self.told.answers.append(Answer("own", began, ended, notice))
        answer = json.loads(body)
        if notice:
            if answer["items"] != self.known.liked or answer["rev"]:
                self.told.wrong.append(f"something of {self.user_id} is shown in trouble: {body[:200]}")
        else:
            self.check(answer)

    def check(self, answer: dict[str, Any]) -> None:
        """A whole list, and no film whose rating was acknowledged, unless a later rating of it is in doubt."""
        shown = [item["movie_id"] for item in answer["items"]]
        if len(set(shown)) != LIST_LENGTH:
            self.told.wrong.append(f"not a whole list: {shown}")
        lacking = {film_id for film_id, stars in self.stars.items() if stars is not None and film_id not in self.unsure} & set(shown)
        if lacking:
            self.told.wrong.append(f"the list of {self.user_id} lacks acknowledged ratings: {sorted(lacking)}, revision {answer['rev']}")

    def lost(self, profiles: Profiles) -> list[str]:
        """What was acknowledged and is not kept."""
        kept = {rating.movie_id: rating.stars for rating in profiles.opinions(self.user_id).ratings}
        found = []
        for film_id in self.stars.keys() | self.unsure.keys() | kept.keys():
            possible = self.unsure.get(film_id, {self.stars.get(film_id)})
            if kept.get(film_id) not in possible:
                found.append(f"{self.user_id} gave film {film_id} {possible}, and {kept.get(film_id)} is kept")
        return found


def learn(client: Client, profiles: Profiles) -> Known:
    """What the site says while all is well."""
    nobody = profiles.new_person(digest("nobody"), shared=True, now=0)

    def items(user_id: int) -> list[dict[str, Any]]:
        status, _, body = client.ask("GET", f"/api/v1/users/{user_id}/recommendations?n={LIST_LENGTH}")
        assert status == 200, body
        found: list[dict[str, Any]] = json.loads(body)["items"]
        assert len(found) == LIST_LENGTH
        return found

    films = {user_id: [item["movie_id"] for item in items(user_id)] for user_id in range(1, 21)}
    film_ids = sorted({film_id for of_one in films.values() for film_id in of_one})
    similar = {film_id: list(map(int, CARD.findall(client.ask("GET", f"/film/{film_id}")[2]))) for film_id in film_ids}
    return Known(films, items(nobody), similar)


def digest(token: str) -> str:
    """As it is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def notice_on(page: str, right: str) -> str:
    """What a page says of trouble; ValueError for other words than the right ones."""
    found = HTML_NOTICE.search(page)
    return _right(html.unescape(found[1]) if found else "", right)


def notice_in(body: str, right: str) -> str:
    """What a list of the API says of trouble; ValueError for other words than the right ones."""
    return _right(json.loads(body)["notice"] or "", right)


def _right(notice: str, right: str) -> str:
    if notice not in ("", right):
        raise ValueError(f"a notice of other words: {notice}")
    return notice
