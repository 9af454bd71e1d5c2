"""Ratings as events: the truth table of every preset, and files to the byte, held against pandas."""

from __future__ import annotations

import csv
import io

import numpy as np
import pandas as pd
import pytest

from recommender.data.events import COLUMNS, NAMES, PRESETS, events_of, preset, write_events
from recommender.data.ratings import RatingTable
from recommender.domain import Rating
from recommender.errors import InvalidInputError
from tests.worlds import random_ratings, rating

EVERY_RATING = [stars / 2 for stars in range(1, 11)]
LAKEHEAD = {2.5: ["click"], 3.0: ["click"], **{stars: ["click", "watch"] for stars in (3.5, 4.0, 4.5, 5.0)}}
TABLE = {
    "lakehead": LAKEHEAD,
    "fullstack": {**LAKEHEAD, 1.5: ["click"], 2.0: ["click"]},
    "constant": {stars: ["Watch"] for stars in EVERY_RATING},
}


def written(ratings: list[Rating], name: str, quoting: str = "minimal", **stars: float) -> str:
    rules, file = preset(name, **stars), io.StringIO()
    write_events(events_of(RatingTable.of(ratings), rules), rules, file, quoting=quoting)
    return file.getvalue()


@pytest.mark.parametrize("stars", EVERY_RATING)
@pytest.mark.parametrize("name", PRESETS)
def test_the_truth_table(name: str, stars: float) -> None:
    rows = list(csv.DictReader(io.StringIO(written([rating(1, 7, stars, 5)], name))))

    assert [row["EVENT_TYPE"] for row in rows] == TABLE[name].get(stars, [])
    assert list(preset(name).kinds(stars)) == TABLE[name].get(stars, [])


@pytest.mark.parametrize(
    ("stars", "given", "kinds"),
    [
        (3.5, {"click_over": 1.0, "watch_over": 3.5}, ["click"]),
        (4.0, {"click_over": 1.0, "watch_over": 3.5}, ["click", "watch"]),
        (4.0, {"watch_over": 3.5}, ["watch"]),
        (0.5, {"click_over": 0.0}, ["click"]),
        (0.5, {"click_over": 0.5}, []),
        (3.0, {"watch_over": 2.9}, ["watch"]),
    ],
)
def test_ones_own_stars(stars: float, given: dict[str, float], kinds: list[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(written([rating(1, 7, stars, 5)], "own", **given))))

    assert [row["EVENT_TYPE"] for row in rows] == kinds


def test_the_file_of_fullstack_byte_for_byte() -> None:
    ratings = [
        rating(2, 50, 4.0, 964982703),
        rating(1, 6, 1.0, 964982000),
        rating(1, 3, 3.0, 964981247),
        rating(3, 9, 5.0, 964982703),
        rating(3, 8, 1.5, 1537109805),
    ]

    assert written(ratings, "fullstack").encode() == (
        b"USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n"
        b"1,3,964981247,click\n"
        b"2,50,964982703,click\n"
        b"3,9,964982703,click\n"
        b"2,50,964982703,watch\n"
        b"3,9,964982703,watch\n"
        b"3,8,1537109805,click\n"
    )


def test_the_file_of_constant_byte_for_byte() -> None:
    ratings = [rating(196, 242, 3.0, 881250949), rating(186, 302, 3.0, 891717742), rating(22, 377, 1.0, 878887116)]

    assert written(ratings, "constant").encode() == (
        b"USER_ID,ITEM_ID,EVENT_TYPE,TIMESTAMP\n196,242,Watch,881250949\n186,302,Watch,891717742\n22,377,Watch,878887116\n"
    )
    assert written(ratings[:1], "constant", "nonnumeric") == '"USER_ID","ITEM_ID","EVENT_TYPE","TIMESTAMP"\n"196","242","Watch",881250949\n'
    assert written(ratings[:1], "constant", "all") == '"USER_ID","ITEM_ID","EVENT_TYPE","TIMESTAMP"\n"196","242","Watch","881250949"\n'


def frame(ratings: list[Rating]) -> pd.DataFrame:
    return pd.DataFrame(
        [(r.user_id, r.movie_id, r.stars, float(r.rated_at)) for r in ratings], columns=["userId", "movieId", "rating", "timestamp"]
    )


def as_pandas_writes_it(events: pd.DataFrame) -> str:
    named = events.rename(columns={"userId": "USER_ID", "movieId": "ITEM_ID", "timestamp": "TIMESTAMP"})
    text = named[list(COLUMNS)].to_csv(index=False, float_format="%.0f")
    assert isinstance(text, str)
    return text


def of_kind(ratings: pd.DataFrame, kind: str) -> pd.DataFrame:
    return ratings[["userId", "movieId", "timestamp"]].assign(EVENT_TYPE=kind)


@pytest.mark.parametrize(("name", "over"), [("lakehead", 2), ("fullstack", 1)])
def test_the_files_are_those_that_pandas_writes_by_the_text_of_the_papers(rng: np.random.Generator, name: str, over: int) -> None:
    ratings = random_ratings(rng)
    data = frame(ratings)
    both = pd.concat([of_kind(data[data["rating"] > over], "click"), of_kind(data[data["rating"] > 3], "watch")])

    assert written(ratings, name) == as_pandas_writes_it(both.sort_values("timestamp", kind="stable"))


@pytest.mark.parametrize(
    ("quoting", "meant"), [("minimal", csv.QUOTE_MINIMAL), ("nonnumeric", csv.QUOTE_NONNUMERIC), ("all", csv.QUOTE_ALL)]
)
def test_the_file_of_constant_is_that_of_pandas_in_every_quoting(rng: np.random.Generator, quoting: str, meant: int) -> None:
    ratings = random_ratings(rng)
    data = of_kind(frame(ratings), "Watch").astype({"userId": str, "movieId": str, "timestamp": int})
    data.columns = pd.Index(["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE"])

    expected = data[["USER_ID", "ITEM_ID", "EVENT_TYPE", "TIMESTAMP"]].to_csv(index=False, quoting=meant)  # type: ignore[call-overload]

    assert written(ratings, "constant", quoting) == expected


def test_the_code_printed_in_the_article_writes_something_else(rng: np.random.Generator) -> None:
    ratings = random_ratings(rng)
    ratings_data = frame(ratings)
    watched = ratings_data[ratings_data["rating"] > 3]
    watched = ratings_data.copy()  # the article's slip: the filter is gone
    clicked = ratings_data[ratings_data["rating"] > 1]
    by_its_code = pd.concat([of_kind(clicked, "click"), of_kind(watched, "watch")]).sort_values("timestamp", kind="stable")

    ours = pd.read_csv(io.StringIO(written(ratings, "fullstack")))

    assert as_pandas_writes_it(by_its_code) != written(ratings, "fullstack")
    assert (by_its_code["EVENT_TYPE"] == "watch").sum() == len(ratings)
    assert (ours["EVENT_TYPE"] == "watch").sum() == (ratings_data["rating"] > 3).sum() < len(ratings)


def test_constant_keeps_the_order_of_the_data_and_the_others_go_by_time() -> None:
    ratings = [rating(1, 1, 5.0, 30), rating(1, 2, 5.0, 10), rating(2, 3, 5.0, 20)]

    def times(name: str) -> list[int]:
        return [int(row["TIMESTAMP"]) for row in csv.DictReader(io.StringIO(written(ratings, name)))]

    assert times("constant") == [30, 10, 20]
    assert times("lakehead") == [10, 10, 20, 20, 30, 30]


def test_no_ratings_make_a_head_alone() -> None:
    assert written([], "lakehead") == "USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE\n"


def test_a_file_written_in_pieces_is_the_file_written_at_once(rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    ratings = random_ratings(rng)
    whole = written(ratings, "lakehead")
    monkeypatch.setattr("recommender.data.events.AT_ONCE", 7)

    assert written(ratings, "lakehead") == whole


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("lakhead", {}, "preset must be lakehead, fullstack, constant or own, not 'lakhead'."),
        ("own", {}, "click_over or watch_over must be a number of stars for the preset own, not None."),
        ("fullstack", {"click_over": 1.0}, "preset must be own where stars are given for click or watch, not 'fullstack'."),
    ],
)
def test_what_makes_no_preset_is_refused(name: str, given: dict[str, float], sentence: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        preset(name, **given)
    assert str(refused.value) == sentence


def test_the_presets_are_these() -> None:
    assert NAMES == ("lakehead", "fullstack", "constant", "own")
