"""`matinee compare`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.recommender.cli.commands import Matinee, done, model_in_force, refused

PLAIN = "user-cosine:damping=0"


def test_two_recipes_stand_side_by_side_with_what_can_be_said_of_the_difference(matinee: Matinee, data: Path) -> None:
    table, words = done(matinee("compare", "popular", "user-cosine", "--data", data)).split("\n\n")

    head, *rows = table.splitlines()
    assert head.split() == ["popular", "user-cosine", "B", "over", "A,", "95", "%", "better"]
    assert rows[1].split()[0] == "ndcg@10"
    sentence, provenance = words.splitlines()
    assert sentence.startswith(("user-cosine is better than popular by ", "No difference between user-cosine and popular can be told"))
    assert "two tastes, 560 ratings" in provenance


def test_as_json_every_difference_comes_with_its_interval(matinee: Matinee, data: Path) -> None:
    told = json.loads(done(matinee("compare", "user-cosine", PLAIN, "--data", data, "--split", "last", "--json")))

    assert (told["a"], told["b"], told["split"]) == ("user-cosine", PLAIN, "last")
    measured = told["measures"]["all"]["ndcg@10"]
    assert measured["difference"]["mean"] == pytest.approx(measured["b"]["mean"] - measured["a"]["mean"])
    low, high = measured["interval"]
    assert low <= measured["difference"]["mean"] <= high
    assert measured["better"] in (told["a"], told["b"], "cannot be told")
    assert told["measures"]["all"]["novelty@10"]["better"] == "", "of novelty more is neither good nor bad"
    assert "popular" in told["recipes"], "the baseline is measured too"


def test_predicted_stars_are_compared_so_that_more_is_better(matinee: Matinee, data: Path) -> None:
    told = json.loads(done(matinee("compare", "popular", "user-cosine", "--data", data, "--split", "folds", "--json")))

    rmse = told["measures"]["all"]["rmse"]
    assert rmse["b"]["mean"] < rmse["a"]["mean"]
    assert rmse["difference"]["mean"] > 0
    assert rmse["better"] == "user-cosine"


def test_models_of_this_site_are_compared_on_what_the_current_one_learned_from(matinee: Matinee, data: Path) -> None:
    done(matinee("train", "--data", data, "--recipe", "popular"))
    done(matinee("train", "--data", data, "--recipe", "user-cosine"))

    told = json.loads(done(matinee("compare", "previous", "current", "--json")))
    by_version = json.loads(done(matinee("compare", "previous", model_in_force()["version"], "--json")))

    assert (told["a"], told["b"]) == ("previous popular", "current user-cosine")
    assert told["data"] == "two tastes and this site's own ratings"
    assert told["ratings"] == 560
    assert by_version["measures"]["all"]["ndcg@10"]["difference"] == told["measures"]["all"]["ndcg@10"]["difference"]
    other = json.loads(done(matinee("compare", "current", PLAIN, "--data", data, "--json")))
    assert (other["a"], other["data"]) == ("current user-cosine", "two tastes")


def test_a_page_is_written_beside_what_is_printed(matinee: Matinee, data: Path) -> None:
    done(matinee("compare", "popular", "user-cosine", "--data", data, "--html", "page.html"))

    assert "Which is better?" in Path("page.html").read_text()


@pytest.mark.parametrize(
    ("one", "other", "sentence"),
    [
        ("user-cosine", "user-cosine", "B must be another than A; both are user-cosine with the same parameters, not 'user-cosine'."),
        (
            "user-cosine:damping=50",
            "user-cosine",
            "B must be another than A; both are user-cosine with the same parameters, not 'user-cosine'.",
        ),
        ("popular,user-cosine", "user-cosine", "what is compared must be one recipe on each side, not 'popular,user-cosine'."),
        ("popular", "user-cosine:luck=7", "parameter must be one of user-cosine's, as n_neighbours=40 damping=50"),
        ("popular", "user-cosine:damping=much", "parameter damping must be a number, not 'much'."),
        ("popular", "current", "no model is trained, not 'current'."),
        ("magic", "popular", "what is compared must be a recipe (user-cosine, "),
    ],
)
def test_what_cannot_be_compared_is_said(matinee: Matinee, data: Path, one: str, other: str, sentence: str) -> None:
    assert sentence in refused(matinee("compare", one, other, "--data", data))


def test_a_model_that_is_gone_is_said_with_those_there_are(matinee: Matinee, data: Path) -> None:
    done(matinee("train", "--data", data, "--recipe", "popular"))

    assert f"(current, {model_in_force()['version']})" in refused(matinee("compare", "previous", "user-cosine"))
