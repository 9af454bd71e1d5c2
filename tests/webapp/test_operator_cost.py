"""What it costs, on a page: true of what was counted, every choice by address alone, and for the operator."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from recommender import operator_key
from recommender.costs.months import Month
from recommender.costs.presets import PRESETS
from recommender.costs.prices import PRICES
from recommender.errors import StorageError
from recommender.personalize import arns
from recommender.personalize.resources import ACTIVE, Registry, Resource
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs
from recommender.traffic import Traffic
from tests.webapp.fake_recommender import FakeRecommender
from webapp.operator import costing, graphs

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()
NOVEMBER = Month(2026, 11)


@pytest.fixture(autouse=True)
def _a_day_in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is looked at NOW."""

    class Clock:
        @staticmethod
        def time() -> float:
            return NOW

    monkeypatch.setattr(costing, "time", Clock)


@pytest.fixture
def recommender(var_settings: Settings, var: Path) -> FakeRecommender:
    settings = replace(var_settings, operator_file=str(var / "operator"), traffic_folder=str(var / "traffic"), machine_cost="12.50")
    return FakeRecommender(settings)


@pytest.fixture
def inside(client: FlaskClient, recommender: FakeRecommender) -> FlaskClient:
    """A browser that came in."""
    assert client.post("/operator/", data={"key": operator_key.make(Path(recommender.settings.operator_file))}).status_code == 303
    return client


def count(recommender: FakeRecommender, at: float, **counts: int) -> None:
    traffic = Traffic(Path(recommender.settings.traffic_folder), now=lambda: at)
    for name, n in counts.items():
        traffic.add(name, n)
    traffic.close()


def words(html: str) -> str:
    """What a person reads, on one line."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html.partition("<main")[2])))


def test_it_is_for_the_operator_alone(client: FlaskClient) -> None:
    answer = client.get("/operator/cost")

    assert (answer.status_code, answer.location) == (303, "/operator/")


def test_nobody_keeps_it(inside: FlaskClient) -> None:
    headers = inside.get("/operator/cost").headers

    assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == ("no-store", "noindex")


def test_the_overview_leads_to_it_and_it_leads_back(inside: FlaskClient) -> None:
    assert 'href="/operator/cost"' in inside.get("/operator/").text
    assert 'href="/operator/"' in inside.get("/operator/cost").text


def test_the_month_is_told_with_every_line_and_where_it_comes_from(inside: FlaskClient, recommender: FakeRecommender) -> None:
    count(recommender, NOVEMBER.begins_at, requests=700, events=3)
    count(recommender, NOW - 10, requests=5, trainings=2, seconds=9)

    text = words(inside.get("/operator/cost").text)

    # 20.5 days and the five minutes under way, at 1 TPS, and what the first five minutes had beyond it
    paid = (20 * 288 + 144 + 1) * 300 + 400
    assert f"{paid:,} × $0.0556 per 1,000 requests" in text
    assert "5,905 five minutes, each the larger of 1 TPS × 300 s and what was asked (705 in all)" in text
    assert re.search(r"Here \$12\.50, at Amazon Personalize \$146\.\d\d ", text)
    assert "Counted from 1 November 2026, 00:00 UTC to 21 November 2026, 12:00 UTC : 705 lists asked for, 3 films spoken of." in text
    assert "2 were counted this month, of 9 seconds in all." in text
    assert "After 50 changed ratings, and every 2 hours at the latest" in text
    assert "Machine 1 × $12.50 a month as MATINEE_MACHINE_COST says 12.50" in text


def test_the_days_stand_in_a_picture_and_in_a_table(inside: FlaskClient, recommender: FakeRecommender) -> None:
    count(recommender, NOVEMBER.begins_at, requests=700)

    html = inside.get("/operator/cost").text

    # 86,400 requests a day at $0.0556 a thousand
    assert "1 November 700 86,400 86,800 4.83" in words(html)
    assert "2 November 0 86,400 86,400 4.80" in words(html)
    assert "22 November" not in words(html)
    assert re.search(r'aria-label="Dollars a day [^"]* of which \$0\.04 were asked for; this machine costs \$0\.42 a day\."', html)


def test_more_provisioned_costs_more_and_stays_in_the_form(inside: FlaskClient, recommender: FakeRecommender) -> None:
    count(recommender, NOVEMBER.begins_at, requests=1)

    html = inside.get("/operator/cost?month=2026-11&tps=3").text

    assert "each the larger of 3 TPS × 300 s" in words(html)
    assert 'value="3"' in html


def test_what_the_campaigns_here_provision_is_where_the_form_begins(inside: FlaskClient, recommender: FakeRecommender) -> None:
    count(recommender, NOVEMBER.begins_at, requests=1)
    registry = Registry(open_blobs(recommender.settings.blobs_url))
    for name, tps in (("films", 1), ("news", 3)):
        one = Resource(arns.arn_of(arns.CAMPAIGN, name), ACTIVE, NOW, NOW, {"name": name, "minProvisionedTPS": tps})
        registry.change(lambda found, one=one: found.add(one))

    job = Resource(arns.arn_of(arns.IMPORT, "films"), ACTIVE, NOW, NOW, {"jobName": "films"}, {"n_bytes": 27_700_000})
    registry.change(lambda found: found.add(job))

    html = inside.get("/operator/cost").text

    assert "each the larger of 4 TPS × 300 s" in words(html)
    assert "0 events × 256 bytes + 27,700,000 bytes of import jobs" in words(html)
    assert 'name="tps" type="text" inputmode="numeric" autocomplete="off" maxlength="6" value="4"' in html


@pytest.mark.parametrize(("preset", "total"), [("fullstack-example", "360.00025"), ("idle", "144.1152"), ("100-requests", "9,207.36")])
def test_a_preset_has_its_sum_above_and_its_formulas_below(inside: FlaskClient, preset: str, total: str) -> None:
    html = inside.get(f"/operator/cost?preset={preset}").text

    assert re.search(rf"<h1[^>]*>[^<]*: \${re.escape(total)}</h1>", html)
    assert f'href="/operator/cost?preset={preset}" aria-current="page"' in html
    assert "graph-of-days" not in html


def test_every_preset_can_be_chosen(inside: FlaskClient) -> None:
    html = inside.get("/operator/cost").text

    assert all(f'href="/operator/cost?preset={name}"' in html for name in PRESETS)


def test_the_prices_that_were_used_stand_below_with_date_and_source(inside: FlaskClient) -> None:
    text = words(inside.get("/operator/cost?preset=fullstack-example").text)

    for name in ("personalize-data-gb", "personalize-training-hour", "personalize-tps-hour"):
        assert f"{name} {PRICES[name]} {PRICES[name].date} {PRICES[name].source}" in text
    assert "personalize-batch-beyond" not in text


def test_a_month_without_counts_says_so_and_still_has_the_machine(inside: FlaskClient) -> None:
    html = inside.get("/operator/cost?month=2026-03").text

    assert "Nothing was counted in March 2026" in words(html)
    assert '<option value="2026-03" selected>March 2026</option>' in html
    assert "12.50" in words(html)


def test_a_month_that_was_counted_whole_has_one_bill_at_amazon(inside: FlaskClient, recommender: FakeRecommender) -> None:
    october = Month(2026, 10)
    count(recommender, october.begins_at, requests=1)

    text = words(inside.get("/operator/cost?month=2026-10").text)

    assert text.count("Amazon Personalize, 2026-10") == 1
    assert "The whole month. Counted from" in text


def test_tables_are_priced_where_ratings_lie_there(inside: FlaskClient, recommender: FakeRecommender) -> None:
    count(recommender, NOVEMBER.begins_at, requests=1)
    object.__setattr__(recommender.settings, "profiles_url", "dynamodb://movie")

    assert "DynamoDB's tables, 2026-11" in words(inside.get("/operator/cost").text)


def test_a_machine_that_costs_no_number_is_told_and_priced_as_amazons(inside: FlaskClient, recommender: FakeRecommender) -> None:
    object.__setattr__(recommender.settings, "machine_cost", "much")

    text = words(inside.get("/operator/cost").text)

    assert "MATINEE_MACHINE_COST must be dollars a month, such as 12.50, not 'much'." in text
    assert "Machine, t4g.small" in text


def test_a_store_that_is_away_does_not_hide_the_bill(inside: FlaskClient, recommender: FakeRecommender) -> None:
    count(recommender, NOVEMBER.begins_at, requests=1)
    recommender.fault = StorageError("S3 does not answer.")

    text = words(inside.get("/operator/cost").text)

    assert "What was trained is not known now, so data taken in may be missing: S3 does not answer." in text
    assert "at Amazon Personalize $" in text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("month=2026-13", "Month must be a year and a month such as 2026-11, not '2026-13'."),
        ("tps=0", "Tps must be a whole number from 1 to 100000, not '0'."),
        ("tps=ten", "Tps must be a whole number from 1 to 100000, not 'ten'."),
        ("preset=iddle", "Preset must be one of "),
        ("moon=full", "Query parameter must be month or tps or preset, not 'moon'."),
        ("month=2026-11&month=2026-10", "Month must be given once"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(inside: FlaskClient, query: str, sentence: str) -> None:
    answer = inside.get(f"/operator/cost?{query}")

    assert answer.status_code == 400
    assert sentence in words(answer.text)


class TestPicture:
    def test_what_was_asked_is_a_part_of_what_is_paid_and_the_machine_is_a_line_across(self) -> None:
        drawn = graphs.spending([4.0, 8.0], [2.0, 8.0], 2.0, "dollars", ("1", "2"))

        # 8 dollars are the height of 100, so 4 are 50, and the machine's 2 lie at 75 from above
        assert 'class="graph-part" d="M30.0 100h240.0v-50.0h-240.0zM330.0 100h240.0v-100.0h-240.0z"' in drawn
        assert 'class="graph-marked" d="M30.0 100h240.0v-25.0h-240.0zM330.0 100h240.0v-100.0h-240.0z"' in drawn
        assert 'class="graph-line of-machine" d="M0 75.0h600"' in drawn
        assert "$8.00" in drawn

    def test_a_machine_dearer_than_amazon_fits_in(self) -> None:
        drawn = graphs.spending([1.0], [0.0], 4.0, "dollars", ("1", "1"))

        assert 'class="graph-line of-machine" d="M0 0.0h600"' in drawn
        assert "v-25.0h" in drawn

    def test_a_month_of_nothing_is_drawn_all_the_same(self) -> None:
        assert "graph-part" not in graphs.spending([0.0] * 30, [0.0] * 30, 0.0, "nothing", ("1", "30"))
