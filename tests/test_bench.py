"""The benchmarks' own promises: the data have the shape they claim, and unlike lists are never timed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench import scale, synthetic
from bench.figures import Figure, MismatchError, table
from bench.lists import compare
from recommender.storage.profiles.records import to_json
from recommender.storage.profiles.sqlite import SqliteProfiles

COLUMNS = np.array([[4, 7, 9], [1, 2, 3]])
SCORES = np.array([[4.5, 4.0, 3.5], [4.2, 4.1, 4.0]])


def test_made_up_ratings_have_the_size_of_movielens_and_are_the_same_each_time():
    ratings = synthetic.ratings("100k")
    again = synthetic.ratings("100k")

    assert len(ratings) == 100_836
    assert np.bincount(ratings.user_ids)[1:].min() >= synthetic.LEAST
    assert len(np.unique(ratings.user_ids.astype(np.int64) * 10_000 + ratings.movie_ids)) == len(ratings)
    assert set(np.unique(ratings.half_stars)) == set(range(1, 11))
    assert all(np.array_equal(getattr(ratings, name), getattr(again, name)) for name in ("user_ids", "movie_ids", "half_stars", "rated_at"))


def test_equal_lists_are_equal():
    compare((COLUMNS, SCORES), (COLUMNS, SCORES + 1e-9), "the peer")


def test_another_film_that_ties_with_the_last_is_no_difference():
    other = COLUMNS.copy()
    other[0, 2] = 11

    compare((COLUMNS, SCORES), (other, SCORES), "the peer")


@pytest.mark.parametrize(
    ("columns", "scores"),
    [
        ([[4, 8, 9], [1, 2, 3]], SCORES),  # another film in the middle, at the same score
        ([[7, 4, 9], [1, 2, 3]], SCORES),  # two films changed places
        (COLUMNS, SCORES + np.array([[0, 0, 0.001], [0, 0, 0]])),
        (COLUMNS[:, :2], SCORES[:, :2]),
        (COLUMNS, SCORES + np.array([[0, 0, np.nan], [0, 0, 0]])),
    ],
)
def test_unlike_lists_stop_the_measurement(columns, scores):
    with pytest.raises(MismatchError, match="the peer"):
        compare((COLUMNS, SCORES), (np.array(columns), scores), "the peer")


def test_a_store_that_gives_another_persons_list_is_not_timed(tmp_path):
    profiles = SqliteProfiles(tmp_path / "profiles.sqlite3")
    records = list(scale._records(3, scale._lists()))
    profiles.keep_lists([records[0], replace(records[1], built_at=3.0)])

    assert scale._read(profiles, 1) > 0
    for user_id in (2, 3):  # of another, and none
        with pytest.raises(MismatchError, match=f"for {user_id}"):
            scale._read(profiles, user_id)
    profiles.close()


def test_lists_that_are_timed_are_as_long_as_those_of_ml_latest_small():
    sizes = [len(to_json(lines).encode()) for lines in scale._lists()]

    assert np.mean(sizes) == pytest.approx(3_900, rel=0.05)
    assert len({record.movies for record in scale._records(1_000, scale._lists())}) == 1_000


def test_the_table_says_what_was_promised_and_whether_it_holds():
    lines = table(
        [
            Figure("lists", 3.0, 2.0, "s", "a peer", 2.0),
            Figure("memory", 80.0, 70.0, "MB", "limit"),
            Figure("page", 1.0, 2.0, "ms", "it", None),
        ]
    )

    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines.splitlines()]
    assert cells[0] == ["what", "ours", "peer or limit", "ratio", "goal", "met"]
    assert cells[2] == ["lists", "3 s", "2 s (a peer)", "1.50", "≤ 2", "yes"]
    assert cells[3][3:] == ["1.14", "≤ 1", "NO"]
    assert cells[4][3:] == ["0.50", "", ""]
