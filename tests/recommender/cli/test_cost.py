"""`matinee cost`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from recommender.personalize import arns
from recommender.personalize.resources import ACTIVE, Registry, Resource
from recommender.storage.blobs import open_blobs
from recommender.traffic import Traffic
from tests.recommender.cli.commands import Matinee, done, refused


def test_a_preset_is_printed_with_every_formula_and_both_sums(matinee: Matinee) -> None:
    said = done(matinee("cost", "--preset", "fullstack-example"))

    assert said.splitlines() == [
        "The FullStack example, as it was worked out",
        "       0.00025  data taken in: 0.005 × $0.05 a GB",
        "                5 MB are 0.005 GB",
        "         72.00  training: 300 × $0.24 a training hour",
        "                0.5 h × 2 a day × 10 training hours × 30 days",
        "        288.00  recommendations in real time: 1,440 × $0.20 a TPS-hour",
        "                2 a second × 24 h × 30 days",
        "     360.00025  US dollars together; $360.00 on an invoice, where each line is in whole cents",
    ]


@pytest.mark.parametrize(("preset", "total", "in_cents"), [("fullstack-example", "360.00025", "360.00"), ("idle", "144.1152", "144.12")])
def test_programs_get_the_same_without_losing_a_digit(matinee: Matinee, preset: str, total: str, in_cents: str) -> None:
    said = json.loads(done(matinee("cost", "--preset", preset, "--json")))

    assert (said["preset"], said["total"], said["in_cents"]) == (preset, total, in_cents)
    assert all(line["formula"] for line in said["lines"])
    assert all(price["date"] and price["source"] for price in said["prices"].values())


def test_where_the_prices_come_from_is_said(matinee: Matinee) -> None:
    assert "personalize-training-hour: 0.24, 2026-" in matinee("cost", "--preset", "weekly").stderr


def test_prices_of_ones_own_are_used(matinee: Matinee, tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    file.write_text('{"personalize-training-hour": 0.48}')

    said = json.loads(done(matinee("cost", "--preset", "fullstack-example", "--prices", file, "--json")))

    assert said["total"] == "432.00025"
    assert said["prices"]["personalize-training-hour"]["source"] == "prices.json"


def test_a_price_that_there_is_not_is_told_the_likely_one(matinee: Matinee, tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    file.write_text('{"training": 1}')

    assert refused(matinee("cost", "--preset", "idle", "--prices", file)).startswith("price must be a name of the table, most likely ")


def test_a_preset_that_there_is_not_is_told_the_likely_one(matinee: Matinee) -> None:
    assert "most likely weekly, not 'weakly'." in refused(matinee("cost", "--preset", "weakly"))


def _counted(**counts: int) -> None:
    traffic = Traffic(Path("var/traffic"))
    for name, n in counts.items():
        traffic.add(name, n)
    traffic.close()


def test_this_month_is_priced_from_what_was_counted_with_what_was_counted_since_when(matinee: Matinee) -> None:
    _counted(requests=1234, events=56, trainings=7, seconds=89)

    said = done(matinee("cost", "--machine", "5"))

    assert re.match(
        r"Counted from \d{4}-\d\d-\d\d \d\d:\d\d to .* UTC: 1,234 lists asked for, 56 films spoken of, 7 trainings of 89 seconds in all\.",
        said,
    )
    assert "each the larger of 1 TPS × 300 s and what was asked (1,234 in all)" in said
    assert "the whole month at this pace" in said
    assert re.search(r"So \d{4}-\d\d would cost \$[\d,]+\.\d\d at Amazon Personalize, and costs \$5\.00 here\.", said)
    assert "Training here: after 50 changed ratings, and every 2 h at the latest" in said


def test_programs_get_the_month(matinee: Matinee) -> None:
    _counted(requests=12)

    said = json.loads(done(matinee("cost", "--json", "--tps", "2", "--training-hours", "1.5", profiles_url="dynamodb://movie")))

    assert said["counted"]["requests"] == 12
    assert "1.5 h" in said["so_far"]["lines"][1]["formula"]
    assert said["so_far"]["lines"][2]["quantity"] in ("600", "1,200")  # a new five minutes may just have begun
    assert [bool(said[name]) for name in ("whole", "tables", "machine")] == [True, True, True]


def test_what_the_campaigns_here_provision_is_what_is_priced(matinee: Matinee) -> None:
    _counted(requests=1)
    one = Resource(arns.arn_of(arns.CAMPAIGN, "films"), ACTIVE, 0.0, 0.0, {"name": "films", "minProvisionedTPS": 4})
    Registry(open_blobs("file:var/blobs")).change(lambda found: found.add(one))

    assert "each the larger of 4 TPS × 300 s" in done(matinee("cost"))
    assert "each the larger of 1 TPS × 300 s" in done(matinee("cost", "--tps", "1"))


def test_a_month_without_counts_says_where_they_would_be(matinee: Matinee) -> None:
    said = done(matinee("cost", "--month", "2026-02"))

    assert said.startswith("Nothing was counted in 2026-02; a server counts in var/traffic (MATINEE_TRAFFIC_FOLDER).\n")
    assert "672 × $0.0168 an hour" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--month", "2026-13"], "month must be a year and a month such as 2026-11, not '2026-13'."),
        (["--machine", "much"], "MATINEE_MACHINE_COST must be dollars a month, such as 12.50, not 'much'."),
    ],
)
def test_what_cannot_be_meant_is_refused(matinee: Matinee, arguments: list[str], sentence: str) -> None:
    assert refused(matinee("cost", *arguments)) == sentence


def test_what_a_training_took_is_in_the_month(trained: Matinee) -> None:
    said = json.loads(done(trained("cost", "--json")))

    assert said["counted"]["trainings"] == 1
    assert "560 ratings taken in × 32 bytes" in said["so_far"]["lines"][0]["formula"]
