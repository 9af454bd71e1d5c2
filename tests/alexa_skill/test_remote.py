"""The films as the Lambda function sees them: records from the store, the rest from the site, and an honest word for what cannot be had."""

from __future__ import annotations

import copy
import json
import logging
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from alexa_skill.deadline import Deadline
from alexa_skill.films import NOBODY, Caller, Films, Linked, NoSiteError, NotReadyError, OutOfReachError
from alexa_skill.lambda_function import skill
from alexa_skill.remote import RemoteFilms, remote_films
from alexa_skill.site import Site
from recommender.domain import FIRST_OWN_USER_ID, LIST_LENGTH, ListRecord, Movie, MovieId, Reason, RecommendedMovie, UserId
from recommender.errors import FullHouseError, SettingError, StorageError, TooManyTriesError, UnknownMovieError
from recommender.settings import Settings
from tests.alexa_skill.fake_site import DETAILS, FILM, LINE, LIST, FakeSite, fake_site

VIEWER, ALICE, BOB, STRANGER = 7, FIRST_OWN_USER_ID, FIRST_OWN_USER_ID + 1, 8
BRAZIL = Movie(MovieId(1199), "Brazil", 1985, ("Fantasy", "Sci-Fi"), 88846, None)
HEAT = RecommendedMovie(Movie(MovieId(6), "Heat", 1995), 4.5)
MADE = RecommendedMovie(BRAZIL, 4.31, 86, 4.4, (Reason("people", LINE["reasons"][0]["text"]),))  # type: ignore[index]
BAD_MANNERS = [
    "hangs", "trickles the head", "trickles the body", "trickles and never ends", "closes", "cuts", "cuts quietly", "talks nonsense",
    "answers no JSON", "nests without end", "answers too much", "answers too much in pieces", "sends on", "fails",
]  # fmt: skip


@dataclass
class Records:
    """A reader of records that keeps the contract: a few of them, and who shares."""

    records: dict[int, ListRecord] = field(default_factory=dict)
    shared: set[int] = field(default_factory=set)
    trouble: StorageError | None = None
    read: list[UserId] = field(default_factory=list)

    def record(self, user_id: UserId) -> ListRecord | None:
        self.read.append(user_id)
        if self.trouble:
            raise self.trouble
        return self.records.get(user_id)

    def is_shared(self, user_id: UserId) -> bool:
        if self.trouble:
            raise self.trouble
        return user_id in self.shared


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with fake_site() as site:
        site.answers = {"/genres": {"items": ["Action", "Sci-Fi", "Comedy"]}, "/movies/well-liked": {"items": [LINE]}}
        yield site


@pytest.fixture
def records() -> Records:
    return Records({VIEWER: ListRecord(UserId(VIEWER), 0, (HEAT,))})


def short(wrong: object) -> str:
    return json.dumps(wrong)[:40]


def films(records: Records, site: FakeSite | None, *, seconds: float = 5.0, caller: Caller = NOBODY, **settings: Any) -> RemoteFilms:
    asked = Settings(site_url=site.url if site else "", **settings)
    return RemoteFilms(asked, records, Site(site.url, asked.skill_key) if site else None, Deadline(seconds), caller)


# Lists


def test_the_list_is_that_of_the_record(records: Records, site: FakeSite) -> None:
    assert films(records, site).list_of(VIEWER) == (HEAT,)
    assert films(records, None).list_of(VIEWER) == (HEAT,)
    assert site.asked == []


def test_a_persons_list_is_heard_if_it_is_shared_and_else_is_none_like_that_of_nobody(records: Records, site: FakeSite) -> None:
    records.records |= {ALICE: ListRecord(UserId(ALICE), 3, (HEAT,)), BOB: ListRecord(UserId(BOB), 3, (HEAT,))}
    records.shared = {ALICE}

    assert films(records, site).list_of(ALICE) == (HEAT,)
    assert films(records, site).list_of(BOB) is None
    assert films(records, site).list_of(BOB + 1) is None
    assert site.asked == [], "the site would tell nothing, and nothing is asked that could be told by the time it takes"


def test_the_record_of_a_person_who_does_not_share_is_not_even_read(records: Records) -> None:
    """So that nobody can tell by the time it takes, or by a record that is damaged, whether there is one."""
    records.records[BOB] = ListRecord(UserId(BOB), 3, (HEAT,))

    assert films(records, None).list_of(BOB) is None
    assert records.read == []


def test_sample_viewers_have_no_list_where_they_are_hidden(records: Records, site: FakeSite) -> None:
    assert films(records, site, sample_viewers=False).list_of(VIEWER) is None
    assert site.asked == []


def test_who_has_left_has_no_list(records: Records, site: FakeSite) -> None:
    records.records[VIEWER] = ListRecord(UserId(VIEWER), 4, deleted=True)

    assert films(records, site).list_of(VIEWER) is None
    assert site.asked == []


@pytest.mark.parametrize("user_id", [VIEWER, STRANGER, ALICE])
def test_a_list_that_is_void_or_not_made_yet_is_made_by_the_site(records: Records, site: FakeSite, user_id: int) -> None:
    records.records = {VIEWER: ListRecord(UserId(VIEWER), 4)}
    records.shared = {ALICE}
    site.answers[f"/users/{user_id}/recommendations"] = LIST

    assert films(records, site).list_of(user_id) == (MADE,)
    assert site.questions == [("n", "10")]


def test_a_viewer_whom_the_site_does_not_know_has_no_list(records: Records, site: FakeSite) -> None:
    assert films(records, site).list_of(STRANGER) is None


@pytest.mark.parametrize("manner", [*BAD_MANNERS, "503", "429"])
def test_a_void_list_that_the_site_does_not_make_in_time_is_not_ready_and_one_that_may_not_be_there_out_of_reach(
    records: Records, site: FakeSite, manner: str
) -> None:
    records.records = {VIEWER: ListRecord(UserId(VIEWER), 4)}
    records.shared = {ALICE}
    if manner.isdigit():
        site.answers |= {f"/users/{user_id}/recommendations": int(manner) for user_id in (VIEWER, ALICE, STRANGER)}
    else:
        site.manner = manner

    for user_id, error in [(VIEWER, NotReadyError), (ALICE, NotReadyError), (STRANGER, OutOfReachError)]:
        start = time.monotonic()
        with pytest.raises(error):
            films(records, site, seconds=0.4).list_of(user_id)
        assert time.monotonic() - start < 0.9


def test_a_void_list_without_a_site_is_not_ready(records: Records) -> None:
    records.records = {VIEWER: ListRecord(UserId(VIEWER), 4)}
    records.shared = {ALICE}

    for user_id in (VIEWER, ALICE):
        with pytest.raises(NotReadyError):
            films(records, None).list_of(user_id)
    assert films(records, None).list_of(STRANGER) is None


def test_a_list_of_which_the_site_says_that_it_is_not_the_persons_own_is_not_told_as_theirs(records: Records, site: FakeSite) -> None:
    records.records = {VIEWER: ListRecord(UserId(VIEWER), 4)}
    site.answers[f"/users/{VIEWER}/recommendations"] = LIST | {"notice": "Matinee cannot reach its ratings."}

    with pytest.raises(OutOfReachError):
        films(records, site).list_of(VIEWER)
    with pytest.raises(OutOfReachError):
        films(records, site).chosen(VIEWER)


@pytest.mark.parametrize("user_id", [VIEWER, ALICE, STRANGER])
def test_a_store_in_trouble_is_out_of_reach(records: Records, site: FakeSite, user_id: int, caplog: pytest.LogCaptureFixture) -> None:
    records.trouble = StorageError("The table movie cannot be used.", kind="throttled")

    with pytest.raises(OutOfReachError, match="The table movie"):
        films(records, site).list_of(user_id)
    assert "kind=throttled" in caplog.text


# Films of a kind


def test_films_of_a_kind_are_asked_for_in_the_sites_words(records: Records, site: FakeSite) -> None:
    site.answers[f"/users/{VIEWER}/recommendations"] = LIST

    found = films(records, site).chosen(
        VIEWER, with_genres=["Sci-Fi", "Noir", "Action"], without_genres=["Comedy", "Sung"], years=(1980, 1989), n=5
    )

    assert found == (MADE,)
    assert site.questions == [("n", "5"), ("with", "Sci-Fi"), ("with", "Action"), ("without", "Comedy"), ("from", "1980"), ("to", "1989")]


def test_no_more_films_are_given_than_were_asked_for_whatever_the_site_sends(records: Records, site: FakeSite) -> None:
    many = {"items": [LINE] * 40}
    site.answers |= {f"/users/{STRANGER}/recommendations": LIST | many, "/movies/well-liked": many, "/movies/1199/similar": many}
    asked = films(records, site)

    assert len(asked.list_of(STRANGER) or ()) == LIST_LENGTH
    assert len(asked.chosen(STRANGER, n=3)) == len(asked.chosen(None, n=3)) == 3
    assert len(asked.similar(1199, 3)) == 3


@pytest.mark.parametrize("user_id", [None, STRANGER, ALICE])
def test_who_has_no_open_list_hears_what_everybody_likes(records: Records, site: FakeSite, user_id: int | None) -> None:
    assert films(records, site).chosen(user_id, with_genres=["Action"]) == (MADE,)
    assert site.asked[-1] == "/api/v1/movies/well-liked?n=10&with=Action"


def test_a_hidden_viewer_is_not_asked_for(records: Records, site: FakeSite) -> None:
    site.answers[f"/users/{VIEWER}/recommendations"] = LIST

    assert films(records, site, sample_viewers=False).chosen(VIEWER) == (MADE,)
    assert site.asked == ["/api/v1/movies/well-liked?n=10"]


def test_genres_that_the_data_do_not_know_have_no_films(records: Records, site: FakeSite) -> None:
    assert films(records, site).chosen(None, with_genres=["Noir"]) == ()
    assert site.asked == ["/api/v1/genres"]


def test_the_genres_are_asked_for_once(records: Records, site: FakeSite) -> None:
    kept = Site(site.url)
    for _ in range(3):
        RemoteFilms(Settings(site_url=site.url), records, kept, Deadline(5)).chosen(None, with_genres=["Action"])

    assert site.asked.count("/api/v1/genres") == 1
    assert len(site.connections) == 1, "and the connection is kept"


# One film


def test_films_alike_details_and_titles_come_from_the_site(records: Records, site: FakeSite) -> None:
    site.answers |= {
        "/movies/1199/similar": {"movie_id": 1, "items": [FILM | {"likeness": 0.6, "n_both": 3}]},
        "/movies/1199": DETAILS,
        "/movies": {"query": "b", "items": [FILM]},
    }
    asked = films(records, site)

    assert asked.similar(1199, 5) == (BRAZIL,)
    assert site.questions == [("n", "5")]
    details = asked.details(1199)
    assert (details.movie, details.tags, details.mean_stars, details.histogram) == (BRAZIL, ("dystopia",), 3.9, tuple(range(10)))
    assert asked.named("the Brazil & co") == (BRAZIL,)
    assert site.questions == [("q", "the Brazil & co"), ("n", "8")]


def test_a_film_that_is_not_there_is_unknown(records: Records, site: FakeSite) -> None:
    site.answers["/movies"] = {"query": "x", "items": []}

    for ask in (films(records, site).similar, films(records, site).details):
        with pytest.raises(UnknownMovieError):
            ask(5)
    assert films(records, site).named("x") == ()


def test_details_of_another_film_are_not_taken_for_those_asked_for(records: Records, site: FakeSite) -> None:
    site.answers["/movies/5"] = DETAILS  # of 1199

    with pytest.raises(UnknownMovieError):
        films(records, site).details(5)


@pytest.mark.parametrize("title", ["", "  ", "x" * 201, "a\x00b"])
def test_a_title_that_the_site_would_refuse_is_nobodys(records: Records, site: FakeSite, title: str) -> None:
    assert films(records, site).named(title) == ()
    assert site.asked == []


def test_what_needs_a_site_says_so_where_there_is_none(records: Records) -> None:
    asked: Films = films(records, None)

    assert asked.address == ""
    assert not asked.has_site
    for ask in (lambda: asked.chosen(None), lambda: asked.similar(1), lambda: asked.details(1), lambda: asked.named("Heat")):
        with pytest.raises(NoSiteError):
            ask()


@pytest.mark.parametrize("manner", BAD_MANNERS)
def test_a_site_that_misbehaves_is_out_of_reach_in_time(records: Records, site: FakeSite, manner: str) -> None:
    site.answers["/movies/1199"] = DETAILS
    site.manner = manner
    start = time.monotonic()

    with pytest.raises(OutOfReachError):
        films(records, site, seconds=0.4).details(1199)

    assert time.monotonic() - start < 0.9


def test_a_site_whose_name_is_not_told_is_out_of_reach_in_time(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **how: time.sleep(8))
    far = RemoteFilms(Settings(), records, Site("https://films.example.com"), Deadline(0.4))
    start = time.monotonic()

    with pytest.raises(OutOfReachError):
        far.details(1199)

    assert time.monotonic() - start < 0.9


@pytest.mark.parametrize("manner", ["hangs", "closes", "cuts", "talks nonsense", "fails"])
def test_a_site_that_stumbles_once_is_asked_again(records: Records, site: FakeSite, manner: str) -> None:
    site.answers["/movies/1199"] = DETAILS
    site.manner, site.times = manner, 1

    assert films(records, site, seconds=1.0).details(1199).movie == BRAZIL
    assert len(site.asked) == 2


def test_a_site_that_fails_is_asked_twice_and_one_that_refuses_once(records: Records, site: FakeSite) -> None:
    for manner, status, n_asked in (("fails", 200, 2), ("closes", 200, 2), ("well", 429, 1), ("well", 401, 1), ("sends on", 200, 1)):
        site.asked.clear()
        site.manner, site.answers["/movies/1199"] = manner, status if status != 200 else DETAILS

        with pytest.raises(OutOfReachError):
            films(records, site).details(1199)
        assert len(site.asked) == n_asked, (manner, status)


WRONG = [
    {"movie_id": 0}, {"movie_id": "1199"}, {"movie_id": True}, {"title": None}, {"title": ["Brazil"]}, {"year": "1985"}, {"year": 1985.5},
    {"genres": "Sci-Fi"}, {"genres": [1]}, {"imdb_id": "tt1"}, {"score": None}, {"score": True}, {"match": "86"}, {"predicted_stars": "4"},
    {"movie_id": 10**400}, {"year": 10**20}, {"score": 10**400}, {"score": float("inf")}, {"predicted_stars": float("nan")},
    {"reasons": None}, {"reasons": [{}]}, {"reasons": ["because"]}, {"title": "x" * 10_000},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=short)
def test_an_answer_of_another_shape_is_none(records: Records, site: FakeSite, wrong: dict[str, Any]) -> None:
    site.answers[f"/users/{STRANGER}/recommendations"] = LIST | {"items": [LINE, LINE | wrong]}

    with pytest.raises(OutOfReachError):
        films(records, site).list_of(STRANGER)


@pytest.mark.parametrize("name", ["movie_id", "title", "genres", "score", "reasons"])
def test_an_answer_that_lacks_a_field_is_none(records: Records, site: FakeSite, name: str) -> None:
    broken = copy.deepcopy(LINE)
    del broken[name]
    site.answers[f"/users/{STRANGER}/recommendations"] = LIST | {"items": [broken]}

    with pytest.raises(OutOfReachError):
        films(records, site).list_of(STRANGER)


@pytest.mark.parametrize(
    "wrong",
    [{"histogram": [1] * 9}, {"histogram": [1] * 11}, {"histogram": [-1] * 10}, {"histogram": ["1"] * 10}, {"histogram": None},
     {"n_ratings": -1}, {"n_ratings": 10**400}, {"mean_stars": float("nan")}, {"mean_stars": -(10**400)},
     {"n_ratings": True}, {"n_ratings": 1.5}, {"mean_stars": "4"}, {"tags": [None]}, {"also_known_as": "Brazil"}],
    ids=short,
)  # fmt: skip
def test_details_of_another_shape_are_none(records: Records, site: FakeSite, wrong: dict[str, Any]) -> None:
    site.answers["/movies/1199"] = DETAILS | wrong

    with pytest.raises(OutOfReachError):
        films(records, site).details(1199)


@pytest.mark.parametrize("body", [[], "x", None, {}, {"items": {}}, {"items": "x"}, {"items": [None]}])
def test_an_answer_that_is_no_list_is_none(records: Records, site: FakeSite, body: Any) -> None:
    site.answers |= dict.fromkeys((f"/users/{STRANGER}/recommendations", "/movies", "/movies/1/similar", "/movies/1", "/genres"), body)
    asked = films(records, site)

    for ask in (
        lambda: asked.list_of(STRANGER),
        lambda: asked.named("x"),
        lambda: asked.similar(1),
        lambda: asked.details(1),
        lambda: asked.chosen(None, with_genres=["Action"]),
    ):
        with pytest.raises(OutOfReachError):
            ask()


# Who asks


def test_the_skill_shows_its_key_and_no_persons_token(records: Records, site: FakeSite) -> None:
    films(records, site, skill_key="s3cret").chosen(None)
    films(records, site).chosen(None)

    assert site.headers[0]["matinee-skill-key"] == "s3cret"
    assert "matinee-skill-key" not in site.headers[1]
    assert not any("authorization" in sent for sent in site.headers)


def test_words_that_were_spoken_are_not_in_the_log(records: Records, site: FakeSite, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    site.manner = "fails"

    with pytest.raises(OutOfReachError):
        films(records, site, skill_key="s3cret").named("my secret wish")

    assert "asked=search" in caplog.text
    assert "wish" not in caplog.text
    assert "s3cret" not in caplog.text


NO_ADDRESSES = [
    "http://films.example.com", "films.example.com", "https://", "ftp://127.0.0.1", "//films.example.com", "https://[films",
    "https://films.example.com:99999", "https://films.example.com:many", "https://films..example.com", f"https://{'x' * 64}.example.com",
]  # fmt: skip


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_an_address_without_tls_is_refused_but_on_this_machine(url: str, tmp_path: Path) -> None:
    settings = Settings(profiles_url=f"sqlite:{tmp_path / 'none'}")

    with pytest.raises(SettingError, match="MATINEE_SITE_URL must look like https://"):
        remote_films(replace(settings, site_url=url))
    for fine in ("https://films.example.com", "http://127.0.0.1:8000", "http://localhost:8000", "https://example.com/films/"):
        films = remote_films(replace(settings, site_url=fine))(2.0, NOBODY)
        assert films.address == fine
        assert films.has_site


def test_a_path_in_the_address_is_kept(records: Records, site: FakeSite) -> None:
    asked = RemoteFilms(Settings(site_url=f"{site.url}/films/"), records, Site(f"{site.url}/films/"), Deadline(5))

    with pytest.raises(OutOfReachError):
        asked.chosen(None)
    assert site.asked == ["/films/api/v1/movies/well-liked?n=10"]


# For whom the Echo speaks; the rest of it is tried against a whole site, in tests/webapp/alexa/test_linked.py

SPEAKING = Caller("amzn1.ask.account.HERS", "amzn1.ask.person.HIS")
ANNA = {"user_id": ALICE, "name": "Anna"}


def test_a_private_record_is_read_for_the_echo_that_speaks_for_its_owner(records: Records, site: FakeSite) -> None:
    records.records[ALICE] = ListRecord(UserId(ALICE), 3, (HEAT,))
    site.answers["/echo"] = ANNA

    assert films(records, site, skill_key="k", caller=SPEAKING).list_of(ALICE) == (HEAT,)
    assert films(records, site, skill_key="k").list_of(ALICE) is None, "nobody speaks"
    assert films(records, site, caller=SPEAKING).list_of(ALICE) is None, "the site would not believe who speaks"
    assert films(records, site, skill_key="k", caller=SPEAKING).list_of(BOB) is None


def test_who_speaks_is_asked_once_in_a_turn_and_told_by_both_ids(records: Records, site: FakeSite) -> None:
    site.answers["/echo"] = ANNA
    asked = films(records, site, skill_key="k", caller=SPEAKING)

    assert asked.who() == asked.who() == Linked(ALICE, "Anna")
    assert site.asked == ["/api/v1/echo"]
    assert (site.headers[0]["matinee-echo"], site.headers[0]["matinee-echo-person"]) == (SPEAKING.account, SPEAKING.person)


def test_a_site_that_hangs_leaves_time_for_a_list_that_is_in_its_record(records: Records, site: FakeSite) -> None:
    site.manner = "hangs"
    asked = films(records, site, seconds=0.6, skill_key="k", caller=SPEAKING)

    with pytest.raises(OutOfReachError):
        asked.who()
    assert asked.list_of(VIEWER) == (HEAT,)


def test_where_the_site_does_not_know_who_speaks_everybodys_films_are_named(records: Records, site: FakeSite) -> None:
    site.answers["/echo"] = 503

    assert films(records, site, skill_key="k", caller=SPEAKING).chosen(None) == (MADE,)
    assert "viewer" not in dict(site.questions)


def test_a_code_is_sent_once_since_it_is_used_up_by_that(records: Records, site: FakeSite) -> None:
    site.manner = "closes"

    with pytest.raises(OutOfReachError):
        films(records, site, skill_key="k", caller=SPEAKING).link("123456")

    assert (site.asked, site.bodies) == (["/api/v1/echo/link"], [b'{"code": "123456"}'])


@pytest.mark.parametrize(
    ("status", "error"), [(409, FullHouseError), (429, TooManyTriesError), (401, OutOfReachError), (500, OutOfReachError)]
)
def test_what_the_site_says_of_a_code_is_said(records: Records, site: FakeSite, status: int, error: type[Exception]) -> None:
    site.answers["/echo/link"] = status

    with pytest.raises(error):
        films(records, site, skill_key="k", caller=SPEAKING).link("123456")


@pytest.mark.parametrize(
    "body",
    [[], {}, {"user_id": 0.5, "name": "x"}, {"user_id": -1, "name": "x"}, {"user_id": 1, "name": None}, {"user_id": 1, "name": "x" * 3000}],
)
def test_somebody_of_another_shape_is_nobody_to_speak_for(records: Records, site: FakeSite, body: Any) -> None:
    site.answers["/echo"] = body

    with pytest.raises(OutOfReachError):
        films(records, site, skill_key="k", caller=SPEAKING).who()


def test_who_speaks_and_codes_are_not_in_the_log(records: Records, site: FakeSite, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    site.manner = "fails"
    asked = films(records, site, skill_key="k", caller=SPEAKING)

    for ask in (asked.who, lambda: asked.link("123456"), asked.unlink):
        with pytest.raises(OutOfReachError):
            ask()

    assert "asked=link" in caplog.text
    for secret in (SPEAKING.account, SPEAKING.person, "123456"):
        assert secret not in caplog.text + repr(SPEAKING)


# A turn has an end


def _said(event: dict[str, Any], settings: Settings) -> tuple[str, float]:
    start = time.monotonic()
    answer = skill(remote_films(settings)).answer(event)
    return answer["response"]["outputSpeech"]["ssml"], time.monotonic() - start


def _asks_for(user_id: int) -> dict[str, Any]:
    slots = {name: {"name": name, "value": value} for name, value in {"ID": str(user_id), "Amount": "3"}.items()}
    return {"request": {"type": "IntentRequest", "locale": "en-US", "requestId": "r", "intent": {"name": "getID", "slots": slots}}}


@pytest.mark.parametrize("manner", ["hangs", "trickles the head", "trickles and never ends"])
@pytest.mark.parametrize("user_id", [VIEWER, ALICE])
def test_a_turn_ends_within_three_seconds_whatever_the_store_does(
    monkeypatch: pytest.MonkeyPatch, site: FakeSite, manner: str, user_id: int
) -> None:
    _takes_post(monkeypatch, site, manner)

    said, seconds = _said(_asks_for(user_id), Settings(profiles_url="dynamodb://movie"))

    assert seconds < 3
    assert "try" in said or "later" in said


def _takes_post(monkeypatch: pytest.MonkeyPatch, site: FakeSite, manner: str) -> None:
    site.manner = manner
    for name, value in {"ENDPOINT_URL": site.url, "REGION": "us-east-1", "ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)


@pytest.mark.parametrize("manner", ["hangs", "trickles the body", "trickles and never ends"])
def test_a_turn_ends_within_three_seconds_whatever_the_site_does(site: FakeSite, tmp_path: Path, manner: str) -> None:
    site.manner = manner
    site.answers[f"/users/{VIEWER}/recommendations"] = LIST

    said, seconds = _said(_asks_for(VIEWER), Settings(profiles_url=f"sqlite:{tmp_path / 'none'}", site_url=site.url))

    assert seconds < 3
    assert "try" in said or "later" in said


def test_a_turn_ends_within_three_seconds_when_no_name_is_told(monkeypatch: pytest.MonkeyPatch, site: FakeSite) -> None:
    _takes_post(monkeypatch, site, "well")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://dynamodb.us-east-1.example")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **how: time.sleep(8))

    said, seconds = _said(_asks_for(VIEWER), Settings(profiles_url="dynamodb://movie", site_url="https://films.example.com"))

    assert seconds < 3
    assert "try" in said or "later" in said
