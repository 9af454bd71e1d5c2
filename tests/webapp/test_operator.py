"""The operator's page: closed unless the key opens it, true while stores are away, and never kept by anybody."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from recommender import operator_key, retraining, worker_folder
from recommender.errors import NoModelError, StorageError
from recommender.history import Compared, Comparison, Measure, Refusal
from recommender.retraining import Outlook
from recommender.settings import Settings
from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app
from webapp.operator import keyhole

OF_ANOTHER_SITE = ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site", "Origin: https://evil.example", "Origin: null"]


@pytest.fixture
def recommender(var_settings: Settings, var: Path) -> FakeRecommender:
    return FakeRecommender(replace(var_settings, operator_file=str(var / "operator")))


@pytest.fixture
def key(recommender: FakeRecommender) -> str:
    return operator_key.make(Path(recommender.settings.operator_file))


@pytest.fixture
def inside(client: FlaskClient, key: str) -> FlaskClient:
    """A browser that came in."""
    assert client.post("/operator/", data={"key": key}).status_code == 303
    return client


def is_open(client: FlaskClient) -> bool:
    return "By route" in client.get("/operator/").text


class TestDoor:
    def test_without_a_key_the_page_says_how_to_make_one_and_stays_closed(self, client):
        answer = client.get("/operator/")

        assert answer.status_code == 200
        assert "matinee operator key" in answer.text
        assert "<form" not in answer.text.partition("<main")[2]
        for sent in ("", "anything"):
            assert client.post("/operator/", data={"key": sent}).status_code == 403
        assert not is_open(client)

    def test_the_key_opens_it(self, client, key):
        assert not is_open(client)

        answer = client.post("/operator/", data={"key": f" {key}\n"})

        assert (answer.status_code, answer.headers["Location"]) == (303, "/operator/")
        assert is_open(client)

    def test_a_wrong_key_is_told_in_a_sentence(self, client, key):
        answer = client.post("/operator/", data={"key": key[:-1]})

        assert answer.status_code == 403
        assert "That is not the operator’s key." in answer.text
        assert "Set-Cookie" not in answer.headers
        assert key[:-1] not in answer.text

    def test_the_cookie_is_for_this_page_alone_and_ends(self, client, key):
        cookie = client.post("/operator/", data={"key": key}).headers["Set-Cookie"]

        assert {"HttpOnly", "Path=/operator/", "SameSite=Strict", "Max-Age=28800"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        assert key not in cookie

    def test_over_tls_the_cookie_is_secure(self, client, key):
        assert "Secure" in client.post("/operator/", data={"key": key}, base_url="https://films.example").headers["Set-Cookie"].split("; ")

    def test_signing_out_ends_the_session(self, inside):
        assert inside.post("/operator/leave").status_code == 303

        assert not is_open(inside)

    def test_a_session_ends_by_itself(self, inside, monkeypatch):
        monkeypatch.setattr(keyhole, "SECONDS", -1)

        assert not is_open(inside)

    def test_a_new_key_ends_every_session(self, inside, recommender):
        operator_key.make(Path(recommender.settings.operator_file))

        assert not is_open(inside)

    def test_another_sites_secret_opens_nothing(self, key, recommender, inside, monkeypatch):
        inside.application.secret_key = "another secret, of the same length"

        assert not is_open(inside)

    def test_a_session_holds_over_workers_that_share_the_secret_and_the_key(self, inside, recommender):
        other = create_app(recommender).test_client()
        other.set_cookie(keyhole.COOKIE, inside.get_cookie(keyhole.COOKIE, path="/operator/").value, path="/operator/")

        assert is_open(other)

    @pytest.mark.parametrize("value", ["", "operator", "operator.x.y", "é"])
    def test_a_made_up_cookie_opens_nothing(self, client, key, value):
        client.set_cookie(keyhole.COOKIE, value, path="/operator/")

        assert not is_open(client)

    @pytest.mark.parametrize("path", ["/operator/", "/operator/leave"])
    @pytest.mark.parametrize("header", OF_ANOTHER_SITE)
    def test_a_form_of_another_site_is_refused(self, inside, key, path, header):
        answer = inside.post(path, data={"key": key}, headers=[header.split(": ")])

        assert answer.status_code == 403
        assert "another site" in answer.text
        assert "Set-Cookie" not in answer.headers

    def test_a_form_of_this_site_is_taken(self, client, key):
        headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}

        assert client.post("/operator/", data={"key": key}, headers=headers).status_code == 303

    def test_a_key_file_that_others_can_read_closes_the_page_in_words(self, inside, recommender, caplog):
        Path(recommender.settings.operator_file).chmod(0o644)

        answer = inside.get("/operator/")

        assert answer.status_code == 200
        assert "cannot be used as it is kept" in answer.text
        assert recommender.settings.operator_file not in answer.text
        assert "is open to others; run `chmod 600" in caplog.text
        assert inside.post("/operator/", data={"key": "x"}).status_code == 403
        assert inside.get("/operator/doctor").status_code == 303

    def test_the_doctor_is_behind_the_door_too(self, client, key):
        assert client.get("/operator/doctor").headers["Location"] == "/operator/"


class TestPage:
    def test_nobody_keeps_it(self, inside):
        for path in ("/operator/", "/operator/doctor"):
            headers = inside.get(path).headers
            assert headers["Cache-Control"] == "no-store"
            assert headers["X-Robots-Tag"] == "noindex"

    def test_it_says_everything_at_one_look(self, inside):
        for _ in range(3):
            inside.get("/result/?user=580&amount=10")

        text = inside.get("/operator/").text

        assert "<h1>" in text
        for said in ("user-cosine-4f2a91c0", "0.0753", "0.0436", "/result/", "100,836", "612", "/mnt/backup/2026-11-21", "snapshot 0.1"):
            assert said in text, said

    def test_requests_of_this_minute_are_drawn_and_in_the_table(self, inside):
        for _ in range(7):
            inside.get("/about/")

        text = inside.get("/operator/").text

        assert re.search(r'aria-label="Requests in each of the last sixty minutes: \d+ in all, of which 0 failed\."', text)
        assert 'class="graph-part"' in text
        assert re.search(r'<th scope="row"><code>/about/</code></th><td>7</td><td>0</td><td>0</td>', text)

    def test_what_anybody_asked_for_is_not_on_it(self, inside):
        inside.get("/search/?q=Wings")
        inside.get("/secret-of-mine")

        text = inside.get("/operator/").text

        assert "Wings" not in text
        assert "secret-of-mine" not in text

    @pytest.mark.parametrize("fault", [StorageError("nobody answers at 192.0.2.1", kind="unreachable"), NoModelError("file:var/blobs")])
    def test_it_is_there_while_the_stores_are_not(self, inside, recommender, fault):
        recommender.fault = fault

        answer = inside.get("/operator/")

        assert answer.status_code == 200
        assert "things are wrong" in answer.text or "Something is wrong" in answer.text
        assert str(fault) in answer.text or "There is no model yet" in answer.text

    def test_a_refused_model_is_told_with_its_reason(self, inside, recommender):
        recommender.refused = "the model file rows.npy is torn"

        text = inside.get("/operator/").text

        assert "Something is wrong" in text
        assert "the model file rows.npy is torn" in text

    def test_nothing_remembered_is_said(self, inside, recommender):
        recommender.remembered, recommender.backup = (), None

        text = inside.get("/operator/").text

        assert "No training is remembered yet" in text
        assert "never backed up" in text

    def test_it_needs_no_script_and_no_inline_style(self, inside):
        main = inside.get("/operator/").text.partition("<main")[2].partition("</main>")[0]

        assert "<script" not in main
        assert "style=" not in main

    def test_the_doctor_is_asked_on_demand(self, inside):
        text = inside.get("/operator/doctor").text

        for what in ("Profiles", "Model", "Secret", "Disk", "Clock"):
            assert f"<strong>{what}</strong>" in text
        assert "No trained model in" in text  # in the stores of the settings; the fake keeps none there


class TestNextTraining:
    AT_14_30 = 1_795_271_400.0  # 2026-11-21, UTC

    @pytest.fixture
    def folder(self, tmp_path, monkeypatch):
        monkeypatch.setenv(worker_folder.VARIABLE, str(tmp_path))

    def said(self, inside, n_new, *, is_training=False):
        retraining.say(Outlook(time.time(), n_new, 50, self.AT_14_30, is_training))
        page = inside.get("/operator/").text
        return re.sub("<[^>]+>", "", page.partition('<p id="next-training">')[2].partition("</p>")[0])

    def test_the_page_says_when_the_next_training_is_due(self, inside, folder):
        assert self.said(inside, 12).startswith(
            "The next one begins after 50 changed ratings, of which 12 are there, and by 21 November 2026"
        )
        assert "of which 1 is there" in self.said(inside, 1)
        assert self.said(inside, None).startswith("The next one begins by 21 November 2026")
        assert self.said(inside, 50, is_training=True) == "One is under way."

    def test_where_a_timer_trains_it_promises_nothing(self, inside):
        assert "next-training" not in inside.get("/operator/").text


class TestRecipes:
    COMPARED = Comparison(
        1_795_264_245.5,
        "ml-latest-small",
        100_836,
        "user-cosine",
        "blend",
        "The best of 2 recipes on these ratings is blend.",
        "blend makes better lists of a later visit; `matinee train --recipe blend` switches.",
        (
            Compared("user-cosine", Measure(0.0753, 0.0056, 610), Measure(0.18, 0.02, 108), None, 2.1),
            Compared("blend", Measure(0.1523, 0.0061, 610), Measure(0.23, 0.02, 108), None, 31.0),
        ),
    )

    def test_what_was_compared_stands_there_with_what_follows(self, inside, recommender):
        assert "Recipes on these ratings" not in inside.get("/operator/").text
        recommender.compared = self.COMPARED

        page = inside.get("/operator/").text

        assert "blend makes better lists of a later visit" in page
        assert "0.1523 <small>±0.0061</small>" in page
        assert page.count("nobody to ask") == 2
        assert "tries all" not in page

    def test_a_quick_look_says_that_it_was_one(self, inside, recommender):
        recommender.compared = replace(self.COMPARED, is_quick=True)

        assert "Only some that cost little; <code>matinee train --measure</code> tries all." in inside.get("/operator/").text

    def test_a_model_that_was_refused_is_named_with_the_reason(self, inside, recommender):
        recommender.refusal = Refusal(time.time() - 600, "ease", "ml-latest-small", 100_836, "ease makes worse lists.")

        assert "was not published: ease makes worse lists." in inside.get("/operator/").text
