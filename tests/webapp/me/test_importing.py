"""Bringing films along: sent, looked at, answered, saved and taken back in pages that need no script."""

from __future__ import annotations

import csv
import html
import io
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from recommender.domain import HIDDEN, SEEN, WATCHLIST, Change, FilmMark, MovieId, Opinions, Rating, UserId
from recommender.importing import FILES_AN_HOUR, MOST_BYTES
from recommender.serving import Recommender
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs
from recommender.storage.profiles import Profiles, open_profiles
from recommender.traffic import Traffic, counted, months_counted
from tests.recommender.data.exports.test_damaged import damaged
from tests.recommender.importing.conftest import trained_blobs
from tests.recommender.importing.files import LETTERBOXD, RATINGS, zip_of
from tests.webapp.accounts.conftest import Browser
from tests.webapp.conftest import a_browser
from webapp import create_app
from webapp.me.importing import QUESTIONS_A_PAGE

__all__ = ["trained_blobs"]

IMPORT = "/me/import/"


@pytest.fixture
def profiles(var_settings: Settings) -> Iterator[Profiles]:
    opened = open_profiles(var_settings.profiles_url)
    yield opened
    opened.close()


@pytest.fixture
def recommender(trained_blobs: Path, var_settings: Settings, profiles: Profiles) -> Recommender:  # type: ignore[override]
    shutil.copytree(trained_blobs, var_settings.blobs_url.removeprefix("file://"), dirs_exist_ok=True)
    return Recommender(replace(var_settings, secret_key="a key for tests alone"), open_blobs(var_settings.blobs_url), profiles)


@pytest.fixture
def app(recommender: Recommender) -> Flask:
    return create_app(recommender)


@pytest.fixture
def person(alice: Browser, profiles: Profiles) -> UserId:
    """Alice's number."""
    return next(iter(profiles.people()))


def send(browser: Browser, name: str, content: bytes) -> TestResponse:
    """The file chosen in the form and the form sent."""
    assert 'enctype="multipart/form-data"' in browser.get(IMPORT).text
    return post(browser, browser.csrf, name, content)


def post(browser: Browser, token: str, name: str, content: bytes) -> TestResponse:
    """As a browser writes it; Werkzeug's own client puts what is long into temporary files that it leaves open."""
    head = f'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{token}\r\n--x\r\nContent-Disposition: form-data; name="file"; '
    head += f'filename="{name}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    body = head.encode() + content + b"\r\n--x--\r\n"
    return browser.client.post(IMPORT, data=body, content_type="multipart/form-data; boundary=x")


def sent(browser: Browser, name: str, content: bytes) -> str:
    """Where the file is looked at."""
    answer = send(browser, name, content)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def said(opinions: Opinions) -> tuple[dict[int, float], set[tuple[int, str]]]:
    return {r.movie_id: r.stars for r in opinions.ratings}, {(m.movie_id, m.kind) for m in opinions.marks}


def figures(page: str) -> dict[str, int]:
    return {words: int(number.replace(",", "")) for words, number in re.findall(r"<div><dt>([a-z ]+)</dt><dd>([\d,]+)</dd></div>", page)}


class TestTheWay:
    def test_a_stranger_is_sent_to_sign_in(self, client: FlaskClient) -> None:
        for path in (IMPORT, f"{IMPORT}1795000000-0123456789abcdef/", "/me/export/", "/me/export/json"):
            answer = client.get(path)
            assert answer.status_code == 303
            assert answer.headers["Location"].startswith("/sign-in/")
        assert client.post(IMPORT, data={"file": (io.BytesIO(b"Title\nFilm 1\n"), "x.csv")}).status_code == 401

    def test_what_was_understood_is_shown_and_nothing_is_written(self, alice: Browser, profiles: Profiles, person: UserId) -> None:
        page = alice.get(sent(alice, "letterboxd.zip", LETTERBOXD)).text

        assert figures(page) == {"found": 7, "not sure": 1, "not found": 1, "left out": 1}
        assert "10 rows of Letterboxd" in page
        assert "Scores are read as stars, 0.5 to 5." in page
        assert "It writes 2 new ratings, 1 film seen and 1 film for the watchlist." in page
        assert ">Save 2 ratings and 2 more films</button>" in page
        assert "No Such Film" in page
        assert said(profiles.opinions(person)) == ({}, set())

    def test_answered_and_saved_it_is_the_persons_and_taken_back_it_is_not(
        self, alice: Browser, profiles: Profiles, person: UserId
    ) -> None:
        there = sent(alice, "letterboxd.zip", LETTERBOXD)

        saved = alice.send(there, do="save", q1="7")

        assert (saved.status_code, saved.headers["Location"]) == (303, there)
        assert said(profiles.opinions(person)) == ({1: 5.0, 2: 0.5}, {(5, SEEN), (7, SEEN), (9, WATCHLIST)})
        receipt = alice.get(there).text
        assert ": 2 new ratings, 2 films seen and 1 film for the watchlist." in receipt
        assert re.search(
            r"<bdi>letterboxd.zip</bdi> of Letterboxd, <time[^>]*>[^<]*</time>: 2 new ratings, 2 films seen and 1 film for", receipt
        )
        assert "letterboxd.zip" in alice.get(IMPORT).text
        undone = alice.send(f"{there}undo", on=there)
        assert undone.headers["Location"] == there
        taken_back = alice.get(there).text
        assert "<h1>Taken back</h1>" in taken_back
        assert "Macro" not in taken_back
        assert said(profiles.opinions(person)) == ({}, set())

    def test_said_twice_it_is_saved_and_counted_once(
        self, alice: Browser, app: Flask, profiles: Profiles, person: UserId, tmp_path: Path
    ) -> None:
        app.extensions["tally"].traffic = Traffic(tmp_path / "traffic")
        there = sent(alice, "letterboxd.zip", LETTERBOXD)
        page = alice.get(there)
        assert page.status_code == 200
        fields = {"csrf": alice.csrf, "do": "save"}

        for _ in range(2):
            assert alice.client.post(there, data=fields).status_code == 303

        assert profiles.opinions(person).rev == 1
        assert sum(sum(counted(tmp_path / "traffic", month).events) for month in months_counted(tmp_path / "traffic")) == 4

    def test_questions_are_asked_in_pages_and_answers_are_kept(self, alice: Browser, profiles: Profiles, person: UserId) -> None:
        rows = "".join(f"Film {k},{1900 + k + 5},3\n" for k in range(1, 26))
        there = sent(alice, "films.csv", f"Title,Year,Rating\n{rows}".encode())
        first = alice.get(there).text
        assert first.count('<fieldset class="question">') == QUESTIONS_A_PAGE
        assert "Page 1 of 2" in first

        on = alice.send(there, q1="1", q2="0", page="2")
        second = alice.get(on.headers["Location"]).text

        assert second.count('<fieldset class="question">') == 5
        again = alice.get(there).text
        assert 'name="q1" value="1" checked' in again
        assert 'name="q2" value="0" checked' in again
        assert "23 questions open" in again
        alice.send(there, q3="3", do="save")
        assert said(profiles.opinions(person))[0] == {1: 3.0, 3: 3.0}

    def test_only_films_that_were_offered_can_be_chosen(self, alice: Browser, profiles: Profiles, person: UserId) -> None:
        there = sent(alice, "letterboxd.zip", LETTERBOXD)

        for answers in ({"q1": "30"}, {"q2": "7"}, {"qx": "7"}, {"q1": "x"}):
            answer = alice.send(there, do="save", **answers)
            assert answer.status_code == 400
            assert 'role="alert"' in answer.text
        assert said(profiles.opinions(person)) == ({}, set())

    def test_scores_are_read_in_another_way(self, alice: Browser, profiles: Profiles, person: UserId) -> None:
        there = sent(alice, "films.csv", b"Title,Year,Rating\nFilm 1,1901,4\n")

        assert alice.send(f"{there}again", on=there, scale="10").status_code == 303
        alice.send(there, do="save")

        assert said(profiles.opinions(person))[0] == {1: 2.0}

    def test_a_file_is_put_away(self, alice: Browser, profiles: Profiles, person: UserId) -> None:
        there = sent(alice, "letterboxd.zip", LETTERBOXD)
        assert "Not saved yet" in alice.get(IMPORT).text

        alice.send(f"{there}drop", on=there)

        assert alice.get(there).status_code == 404
        assert "Not saved yet" not in alice.get(IMPORT).text

    def test_the_report_is_a_file_with_every_row(self, alice: Browser, person: UserId) -> None:
        answer = alice.get(f"{sent(alice, 'letterboxd.zip', LETTERBOXD)}report.csv")

        assert answer.headers["Content-Disposition"] == 'attachment; filename="import-report.csv"'
        assert answer.headers["Cache-Control"] == "no-store"
        assert len(list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))) == 11

    def test_what_was_changed_since_is_told(self, alice: Browser, profiles: Profiles, person: UserId) -> None:
        there = sent(alice, "ratings.csv", RATINGS.encode())
        alice.send(there, do="save")
        profiles.rate(Rating(person, MovieId(1), 2.0, 999))

        alice.send(f"{there}undo", on=there)

        assert "1 film that you had changed since stayed as you left it." in alice.get(there).text
        assert said(profiles.opinions(person))[0] == {1: 2.0}

    def test_the_same_file_again_has_nothing_new(self, alice: Browser, person: UserId) -> None:
        alice.send(sent(alice, "ratings.csv", RATINGS.encode()), do="save")

        page = alice.get(sent(alice, "ratings.csv", RATINGS.encode())).text

        assert "All of it that was found is here already." in page
        assert ">Done</button>" in page


class TestSafety:
    def test_a_file_that_is_too_large_is_refused_in_words(self, alice: Browser) -> None:
        for size in (MOST_BYTES + 1, MOST_BYTES + (1 << 20)):
            answer = send(alice, "large.csv", b"Title\n" + b"a" * (size - 6))
            assert answer.status_code in (400, 413)
            assert "8 MiB" in answer.text
            assert 'type="file"' in answer.text

    def test_two_gigabytes_are_refused_before_they_are_sent(self, alice: Browser) -> None:
        said = {"CONTENT_LENGTH": str(2 << 30), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
        answer = alice.client.post(IMPORT, environ_overrides=said)

        assert answer.status_code == 413
        assert "A file may have 8 MiB" in answer.text

    def test_what_is_sent_is_never_written_to_a_disk(self, alice: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise AssertionError("a temporary file was made")

        monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuse)

        assert send(alice, "films.csv", b"Title,Review\n" + b"Film 1,%s\n" % (b"x" * 10_000) * 90).status_code == 303

    def test_other_forms_take_no_more_than_before(self, alice: Browser) -> None:
        there = sent(alice, "letterboxd.zip", LETTERBOXD)

        assert alice.client.post(there, data={"csrf": alice.csrf, "do": "x" * 100_000}).status_code == 413

    @pytest.mark.parametrize(
        ("name", "content", "sentence"),
        [
            ("bomb.zip", zip_of({"a.csv": "Title,Year\n" + " " * (65 << 20)}), "a zip of at most 64 MiB unpacked"),
            ("many.zip", zip_of({f"{k}.csv": "Title\nFilm 1\n" for k in range(21)}), "a zip of at most 20 files about films"),
            ("x.zip", zip_of({"../../etc/passwd.csv": "Title\nFilm 1\n"}), "a zip with CSV, JSON or XML files about films"),
            ("empty.csv", b"", "empty.csv must be"),
            ("", b"Title\nFilm 1\n", "Choose the file first, then send it."),
        ],
    )
    def test_what_cannot_be_read_is_said_beside_the_form(self, alice: Browser, name: str, content: bytes, sentence: str) -> None:
        answer = send(alice, name, content)

        assert answer.status_code == 400
        assert sentence in html.unescape(answer.text)
        assert "<title>Error: the file was not read" in answer.text

    def test_nothing_of_a_title_or_a_name_is_mark_up(self, alice: Browser) -> None:
        evil = '<script>alert("1")</script>'
        content = f"Title,Year,Rating\n{evil},2000,4\n{evil},x,4\nFilm 7{evil},1907,4\nFilm 3,1908,4\n".replace('"', '""')
        there = sent(alice, f"{evil}.csv".replace("/", ""), f'{content}"{evil}",2001,3\n'.encode())

        for page in (alice.get(there), alice.get(IMPORT), alice.send(there, do="save"), alice.get(there)):
            assert "<script>alert" not in page.text

    def test_what_is_somebody_elses_is_not_there(self, alice: Browser, app: Flask, profiles: Profiles, person: UserId) -> None:
        there = sent(alice, "letterboxd.zip", LETTERBOXD)
        bob = Browser(a_browser(app))
        bob.sign_up("Bob")

        assert [bob.get(path).status_code for path in (there, f"{there}report.csv")] == [404, 404]
        for path in (there, f"{there}undo", f"{there}again", f"{there}drop"):
            bob.client.post(path, data={"csrf": bob.csrf, "do": "save"})
        assert said(profiles.opinions(person)) == ({}, set())
        assert alice.get(there).status_code == 200

    @pytest.mark.parametrize("import_id", ["x", "..", "%2e%2e", "1795000000-0123456789abcdef", "a" * 500])
    def test_an_import_that_there_is_not_is_not_found(self, alice: Browser, import_id: str) -> None:
        for ending in ("", "report.csv"):
            assert alice.get(f"{IMPORT}{import_id}/{ending}").status_code in (404, 308)

    def test_another_sites_form_sends_nothing(self, alice: Browser, profiles: Profiles, person: UserId) -> None:
        there = sent(alice, "letterboxd.zip", LETTERBOXD)

        for fields in ({"do": "save"}, {"csrf": "0" * 64, "do": "save"}):
            assert alice.client.post(there, data=fields).status_code == 403
        assert alice.client.post(IMPORT, data={"file": (io.BytesIO(LETTERBOXD), "l.zip")}).status_code == 403
        assert said(profiles.opinions(person)) == ({}, set())

    def test_three_hundred_damaged_files_are_refused_or_accounted_for(
        self, alice: Browser, monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
    ) -> None:
        monkeypatch.setattr("recommender.importing.FILES_AN_HOUR", 10**6)
        monkeypatch.setattr("os.fsync", lambda _: None)  # a thousand of them, and no power cut is tried here
        assert FILES_AN_HOUR < 300
        token, statuses = alice.csrf, []
        files = [file for file in damaged(rng) if len(file[2]) < 1 << 16]  # the large ones are read elsewhere
        for what, name, content in files:
            answer = post(alice, token, Path(name).name, content)
            assert answer.status_code in (303, 400), f"{what}: {name}: {answer.status_code}"
            statuses.append(answer.status_code)
            if answer.status_code == 303:
                page = alice.get(answer.headers["Location"])
                assert page.status_code == 200, f"{what}: {name}"
                rows = re.search(r'<p class="lede">([\d,]+) rows? of', page.text)
                assert rows
                assert sum(figures(page.text).values()) == int(rows[1].replace(",", "")), f"{what}: {name}"

        assert len(statuses) >= 300
        assert {303, 400} <= set(statuses)


class TestExport:
    def test_each_file_is_there_to_be_saved(self, alice: Browser, profiles: Profiles, person: UserId) -> None:
        profiles.change(person, Change((Rating(person, MovieId(1), 4.5, 99),), marks=(FilmMark(person, MovieId(2), HIDDEN, 7),)))
        page = alice.get("/me/export/").text
        forms = re.findall(r'href="(/me/export/[a-z-]+)" download', page)

        assert len(forms) == 5
        for path in forms:
            answer = alice.get(path)
            assert answer.status_code == 200
            assert answer.headers["Content-Disposition"].startswith("attachment; ")
            assert answer.headers["Cache-Control"] == "no-store"
        assert alice.get("/me/export/xlsx").status_code == 404

    def test_taken_out_and_brought_by_somebody_new_it_is_the_same(
        self, alice: Browser, app: Flask, profiles: Profiles, person: UserId
    ) -> None:
        alice.send(sent(alice, "letterboxd.zip", LETTERBOXD), do="save")
        taken = alice.get("/me/export/json").data
        bob = Browser(a_browser(app))
        bob.sign_up("Bob")

        bob.send(sent(bob, "matinee.json", taken), do="save")

        assert bob.get("/me/export/json").data == taken
