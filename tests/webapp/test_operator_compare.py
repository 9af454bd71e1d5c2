"""Two versions side by side: the sentence is true of the figures, every choice works by address alone, and nobody else gets in."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from recommender import operator_key
from recommender.errors import StorageError
from recommender.settings import Settings
from recommender.side_by_side import IN_FORCE, KEPT, Known
from recommender.versions import MAIN, Estimate, Version
from tests.webapp.fake_recommender import FakeRecommender, FakeVersions
from webapp.operator import graphs

AT = 1_795_264_245.5
OLD = Version(
    "old",
    AT,
    "user-cosine",
    {"n_neighbours": 40, "damping": 50},
    "films",
    100_000,
    610,
    9_742,
    figures={MAIN: Estimate(0.07, 0.06, 0.08, 610)},
)
GAIN = Estimate(0.0123, 0.0041, 0.0205, 610)
NEW = replace(
    OLD,
    version="new",
    trained_at=AT + 60,
    n_ratings=100_836,
    parameters={"n_neighbours": 20, "damping": 50},
    figures={MAIN: Estimate(0.0823, 0.07, 0.09, 610), "novelty@10": Estimate(2, 1.9, 2.1, 610)},
    over={"old": {MAIN: GAIN}},
)


@pytest.fixture
def recommender(var_settings: Settings, var: Path) -> FakeRecommender:
    recommender = FakeRecommender(replace(var_settings, operator_file=str(var / "operator")))
    recommender.versions = FakeVersions(Known(NEW, IN_FORCE), Known(OLD, KEPT))
    return recommender


@pytest.fixture
def inside(client: FlaskClient, recommender: FakeRecommender) -> FlaskClient:
    """A browser that came in."""
    assert client.post("/operator/", data={"key": operator_key.make(Path(recommender.settings.operator_file))}).status_code == 303
    return client


def over(gain: Estimate) -> Known:
    return Known(replace(NEW, over={"old": {MAIN: gain}}), IN_FORCE)


def words(html: str) -> str:
    """What a reader sees, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.partition("<main")[2].replace("<wbr>", "")))


def test_it_is_for_the_operator_alone(client):
    answer = client.get("/operator/compare")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/operator/")


def test_nobody_keeps_it(inside):
    answer = inside.get("/operator/compare")

    assert (answer.status_code, answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == (200, "no-store", "noindex")


def test_the_overview_leads_to_it(inside):
    assert 'href="/operator/compare"' in inside.get("/operator/").text


@pytest.mark.parametrize(
    ("gain", "sentence"),
    [
        (GAIN, "B is better by 0.0123, clear of chance."),
        (GAIN.reversed(), "A is better by 0.0123, clear of chance."),
        (Estimate(0.003, -0.002, 0.008, 610), "No difference that is clear of chance."),
    ],
)
def test_the_sentence_says_what_the_interval_does(inside, recommender, gain, sentence):
    recommender.versions = FakeVersions(over(gain), Known(OLD, KEPT))

    page = inside.get("/operator/compare").text

    assert f">{sentence}</h1>" in page
    mean, low, high = (f"{number:+.4f}".replace("-", "−") for number in (gain.mean, gain.low, gain.high))
    assert f"NDCG@10, B over A: {mean}, with 95 % confidence between {low} and {high}, over 610 viewers" in page


def test_the_other_way_round_the_other_is_better(inside):
    page = inside.get("/operator/compare?a=new&b=old").text

    assert ">A is better by 0.0123, clear of chance.</h1>" in page


def test_without_pairs_nothing_is_claimed(inside, recommender):
    recommender.versions = FakeVersions(Known(replace(NEW, over={}), IN_FORCE), Known(OLD, KEPT))

    page = inside.get("/operator/compare").text

    assert ">Which is better cannot be told.</h1>" in page
    assert "They were not measured on the same people" in page
    assert "dot-gain" not in page


@pytest.mark.parametrize(
    ("one", "other", "sentence"),
    [
        (OLD, replace(NEW, figures={}, over={}), "B was not measured, so which is better is not known."),
        (replace(OLD, figures={}), replace(NEW, over={}), "A was not measured, so which is better is not known."),
        (replace(OLD, figures={}), replace(NEW, figures={}, over={}), "Neither version was measured, so which is better is not known."),
    ],
)
def test_what_was_not_measured_is_said(inside, recommender, one, other, sentence):
    recommender.versions = FakeVersions(Known(other, IN_FORCE), Known(one, KEPT))

    assert f">{sentence}</h1>" in inside.get("/operator/compare").text


def test_what_differs_is_marked_and_the_rest_is_not(inside):
    page = inside.get("/operator/compare").text

    marked = [words("<main" + row) for row in re.findall(r'<tr class="differs">(.*?)</tr>', page, re.DOTALL)]
    assert [one.split()[:3] for one in marked] == [["Ratings", "100,000", "100,836"], ["n_neighbours", "40", "20"]]
    assert "+836" in marked[0]


def test_what_was_refused_says_so(inside, recommender):
    assert "refused" not in words(inside.get("/operator/compare").text)
    recommender.versions = FakeVersions(Known(replace(NEW, is_refused=True), ""), Known(OLD, IN_FORCE))

    assert "Published yes no, refused by the gate" in words(inside.get("/operator/compare").text)


def test_a_measure_of_which_more_is_no_better_names_no_winner(inside, recommender):
    known = over(GAIN)
    gains = {MAIN: GAIN, "novelty@10": GAIN}
    recommender.versions = FakeVersions(
        Known(replace(known.version, over={"old": gains}), IN_FORCE), Known(replace(OLD, figures=NEW.figures), KEPT)
    )

    rows = re.findall(r'<tr class="clear">(.*?)</tr>', inside.get("/operator/compare").text, re.DOTALL)

    assert [row.rpartition("<td>")[2].strip() for row in rows] == ["B better</td>", "B has more</td>"]


def test_the_versions_can_be_told_apart_in_the_form(inside, recommender):
    refused = replace(NEW, version="refused", is_refused=True, parameters={"n_neighbours": 80, "damping": 50})
    recommender.versions = FakeVersions(Known(refused, ""), Known(NEW, IN_FORCE), Known(OLD, KEPT))

    options = re.findall(r"<option value=\"(\w+)\"( selected)?>([^<]+)<", inside.get("/operator/compare").text)[:6]

    assert [(version, bool(chosen)) for version, chosen, _ in options] == [
        *(("refused", False), ("new", True), ("old", False)),
        *(("refused", True), ("new", False), ("old", False)),
    ]
    assert [text.rpartition(" · ")[0] for _, _, text in options[:3]] == [
        "user-cosine, n_neighbours 80 · refused",
        "user-cosine, n_neighbours 20 · in force",
        "user-cosine, n_neighbours 40 · kept",
    ]


def test_both_lists_stand_there_with_what_moved(inside, recommender):
    text = words(inside.get("/operator/compare?viewer=580").text)

    assert recommender.versions.asked == [580]
    assert "Ten films for viewer 580 Four are in both lists." in text
    assert text.count("goes to 2") == 1
    assert text.count("↑ was 2") == 1
    assert text.count("↓ was 1") == 1
    assert text.count("same place") == 4
    assert text.partition("Ten films")[2].count(" new ") == 1
    assert len(re.findall(r"goes(?! to)", text)) == 1


def test_a_title_like_mark_up_stays_text(inside):
    assert "A Film &lt;b&gt;" in inside.get("/operator/compare").text
    assert "A Film <b>" not in inside.get("/operator/compare").text


def test_why_there_are_no_lists_is_said(inside, recommender):
    recommender.versions.says = "No lists. The model of old is gone."

    page = inside.get("/operator/compare").text

    assert "No lists. The model of old is gone." in page
    assert "side-list" not in page


def test_the_same_twice_is_refused_with_the_form_to_choose_again(inside):
    answer = inside.get("/operator/compare?a=new&b=new&viewer=580")

    assert answer.status_code == 400
    assert "A and B are the same version; choose another for one of them." in answer.text
    assert "<title>Error: " in answer.text
    assert 'value="580"' in answer.text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("a=old&b=v9", "Version must be one that is remembered: new, old, not 'v9'."),
        ("a=old&a=new", "A must be given once, not 'old, new'."),
        ("viewer=somebody", "Viewer must be a whole number from 1 to 9007199254740992, not 'somebody'."),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(inside, query, sentence):
    answer = inside.get(f"/operator/compare?{query}")

    assert answer.status_code == 400
    assert sentence in unescape(answer.text)


@pytest.mark.parametrize("known", [(), (Known(OLD, IN_FORCE),)], ids=["none", "one"])
def test_one_version_alone_waits_for_the_next(inside, recommender, known):
    recommender.versions = FakeVersions(*known)

    answer = inside.get("/operator/compare")

    assert answer.status_code == 200
    assert "The next training makes the second" in answer.text
    assert "<select" not in answer.text


def test_a_store_that_is_away_is_said(inside, recommender, monkeypatch):
    def away() -> None:
        raise StorageError("The bucket films cannot be reached.")

    monkeypatch.setattr(recommender.versions, "known", away)

    assert inside.get("/operator/compare").status_code == 503


class TestPictures:
    def test_a_difference_is_drawn_on_its_side_of_the_middle(self):
        for gain, on_the_right in ((GAIN, True), (GAIN.reversed(), False)):
            drawn = str(graphs.dots([("dot-gain", "B over A", gain)], "says", ends=("A better", "B better")))

            middle = float(re.search(r'graph-rule" x1="([\d.]+)%" x2="\1%"', drawn)[1])
            low, high = map(float, re.search(r'dot-line" x1="([\d.]+)%" x2="([\d.]+)%"', drawn).groups())
            mean = float(re.search(r'cx="([\d.]+)%"', drawn)[1])
            assert middle == 50
            assert (low > middle) is on_the_right is (mean > middle)
            assert low < mean < high
            assert 0 <= low < high <= 100

    def test_both_are_on_one_scale_from_zero(self):
        drawn = str(graphs.dots([("dot-a", "A", Estimate(0.05, 0.04, 0.06, 9)), ("dot-b", "B", Estimate(0.1, 0.05, 0.15, 9))], "says"))

        first, second = (float(found) for found in re.findall(r'cx="([\d.]+)%"', drawn))
        assert first - 2 == pytest.approx((second - 2) / 2, abs=0.02)

    def test_names_are_text_and_the_sentence_is_for_everybody(self):
        drawn = str(graphs.dots([("dot-a", "A <b>", GAIN)], 'a "sentence"'))

        assert "A &lt;b&gt;" in drawn
        assert 'role="img" aria-label="a &#34;sentence&#34;"' in drawn

    def test_in_a_row_a_clear_one_stands_out(self):
        assert 'class="dot dot-clear"' in graphs.dot(GAIN)
        assert 'class="dot"' in graphs.dot(Estimate(0.0, -0.01, 0.01, 9))
        assert 'class="dot"' in graphs.dot(Estimate(0.0, 0.0, 0.0, 9))
