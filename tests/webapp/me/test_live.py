"""What an open page asks to find out whether the list has changed, and the parts that then follow."""

from __future__ import annotations

import re

import pytest

from recommender.errors import StorageError
from tests.webapp.accounts.conftest import Browser
from tests.webapp.fake_recommender import ADA, FakeRecommender

PROGRAM = {"Accept": "application/json, application/problem+json"}


def test_the_revision_moves_with_every_change_and_the_generation_with_every_model(alice: Browser, recommender: FakeRecommender) -> None:
    assert alice.get("/me/rev").json == {"rev": 0, "generation": 3}

    alice.send("/film/1199/rate", on="/film/1199", rating="4.5")
    assert alice.get("/me/rev").json == {"rev": 1, "generation": 3}

    recommender.generation = 4
    assert alice.get("/me/rev").json == {"rev": 1, "generation": 4}


def test_nobody_keeps_the_answer(alice: Browser) -> None:
    assert alice.get("/me/rev").headers["Cache-Control"] == "private, no-store"


def test_a_stranger_is_told_so_and_is_sent_nowhere(browser: Browser) -> None:
    answer = browser.client.get("/me/rev", headers=PROGRAM)

    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


def test_trouble_is_told_as_such_and_not_as_a_change(alice: Browser, recommender: FakeRecommender) -> None:
    recommender.fault = StorageError("The store is away.")

    assert alice.client.get("/me/rev", headers=PROGRAM).status_code == 503


@pytest.mark.parametrize("path", ["/", "/me/", f"/result/?user={ADA}"])
def test_an_own_list_says_what_it_was_made_from_as_the_answer_does(alice: Browser, path: str) -> None:
    alice.send("/film/1199/rate", on="/film/1199", rating="4.5")

    (stated,) = re.findall(r'data-live data-rev="(\d+)" data-generation="(\d+)"', alice.get(path).text)

    assert {"rev": int(stated[0]), "generation": int(stated[1])} == alice.get("/me/rev").json


def test_lists_of_others_do_not_ask(alice: Browser, browser: Browser) -> None:
    assert "data-live" not in alice.get("/result/?user=580").text
    alice.sign_out()
    assert "live.js" not in browser.get("/").text
