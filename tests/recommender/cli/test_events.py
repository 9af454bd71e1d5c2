"""`matinee events`."""

from __future__ import annotations

from pathlib import Path

import pytest

from recommender.cli.events import PRESETS, QUOTING
from recommender.data import events
from tests.recommender.cli.commands import Matinee, done, lines_of, refused
from tests.worlds import two_tastes


class TestEvents:
    def test_a_data_set_as_clicks_and_watches(self, matinee: Matinee, data: Path) -> None:
        result = matinee("events", "--data", data, "--preset", "lakehead", "--output", "events.csv")

        assert done(result) == ""
        head, *rows = lines_of(Path("events.csv"))
        loved = [rating for rating in two_tastes() if rating.stars == 5]
        assert head == ["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE"]
        assert len(rows) == 2 * len(loved)
        assert [int(row[2]) for row in rows] == sorted(int(row[2]) for row in rows)
        assert f"Written: {len(rows):,} events to events.csv." in result.stderr

    def test_ones_own_stars(self, matinee: Matinee, data: Path) -> None:
        done(matinee("events", "--data", data, "--preset", "own", "--click-over", 0, "--output", "events.csv"))

        assert {row[3] for row in lines_of(Path("events.csv"))[1:]} == {"click"}
        assert len(lines_of(Path("events.csv"))) == 1 + len(two_tastes())

    def test_what_makes_no_preset_is_refused_and_nothing_is_written(self, matinee: Matinee, data: Path) -> None:
        said = refused(matinee("events", "--data", data, "--preset", "own", "--output", "events.csv"))

        assert said == "click_over or watch_over must be a number of stars for the preset own, not None."
        assert not Path("events.csv").exists()

    def test_without_a_data_set_it_says_how_to_name_one(self, matinee: Matinee) -> None:
        said = refused(matinee("events", "--preset", "constant", "--output", "events.csv"))

        assert said == "No data set is named; give --data PATH or set MATINEE_DATA."
        assert not Path("events.csv").exists()

    @pytest.mark.parametrize("stars", [-1, 5])
    def test_stars_that_no_rating_can_be_over_are_refused(self, matinee: Matinee, data: Path, stars: int) -> None:
        result = matinee("events", "--data", data, "--preset", "own", "--watch-over", stars, "--output", "events.csv")

        assert result.exit_code == 2
        assert "0<=x<5" in result.stderr

    def test_the_choices_are_those_there_are(self) -> None:
        assert events.NAMES == PRESETS
        assert tuple(events.QUOTING) == QUOTING
