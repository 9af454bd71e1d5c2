"""`matinee cost`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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
