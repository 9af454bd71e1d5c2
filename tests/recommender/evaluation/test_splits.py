"""What is held out is the newest, is never learned from, and is the same in every run."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.data.catalogue import Catalogue
from recommender.data.ratings import RatingTable
from recommender.errors import DataError
from recommender.evaluation.quality import list_quality, star_quality
from recommender.evaluation.splits import Split, folds, newest, newest_share
from tests.worlds import data_set_of, random_ratings, rating, two_tastes


def test_the_newest_tenth_rounded_up_is_held_out_and_nothing_older_is_left_behind(rng: np.random.Generator) -> None:
    table = RatingTable.of(random_ratings(rng))
    late = newest_share(table, 0.1)
    for user_id in np.unique(table.user_ids):
        theirs = table.user_ids == user_id
        assert np.count_nonzero(late & theirs) == np.ceil(np.count_nonzero(theirs) * 0.1)
        if (theirs & ~late).any():
            assert table.rated_at[theirs & ~late].max() <= table.rated_at[theirs & late].min()


def test_in_the_same_second_the_higher_movie_id_counts_as_newer() -> None:
    table = RatingTable.of([rating(1, movie_id, 4.0, rated_at=7) for movie_id in (3, 1, 2)])

    assert newest(table).held_out.movie_ids.tolist() == [3]


def test_under_two_stars_is_no_interaction() -> None:
    table = RatingTable.of([rating(1, 1, 4.0, 1), rating(1, 2, 2.0, 2), rating(1, 3, 1.5, 3)])
    split = newest(table)

    assert split.train.movie_ids.tolist() == [1]
    assert split.held_out.movie_ids.tolist() == [2]


def test_only_what_is_liked_counts_as_found_where_asked() -> None:
    table = RatingTable.of([rating(1, m, 3.0 if m % 2 else 3.5, m) for m in range(1, 21)])
    split = newest(table, liked_only=True)

    assert len(split.train) == 18
    assert split.held_out.movie_ids.tolist() == [20]


def test_every_rating_is_held_out_in_exactly_one_fold(rng: np.random.Generator) -> None:
    table = RatingTable.of(random_ratings(rng))
    made = list(folds(table, rng=rng))

    pairs = [(int(u), int(m)) for split in made for u, m in zip(split.held_out.user_ids, split.held_out.movie_ids, strict=True)]
    assert sorted(pairs) == sorted(zip(table.user_ids.tolist(), table.movie_ids.tolist(), strict=True))


def test_a_leak_is_an_error() -> None:
    table = RatingTable.of([rating(1, 1, 4.0), rating(1, 2, 4.0)])

    with pytest.raises(DataError, match="1 of 1 held-out ratings are learned from as well, 1 of them with the same time"):
        Split(table, table.where(np.array([True, False])))


def test_the_right_film_of_two_tastes_is_found_first() -> None:
    table = RatingTable.of([*two_tastes(), *(rating(u, m, 5.0, 99) for u, m in _left_out())])
    split = newest_only(table)

    figures = list_quality(split, films_to(30), "user-cosine", {"n_neighbours": 5}, lambda done, total: None)

    assert figures["hit@10"].mean == figures["mrr@25"].mean == 1.0


def newest_only(table: RatingTable) -> Split:
    late = table.rated_at == 99
    return Split(table.where(~late), table.where(late))


def _left_out() -> list[tuple[int, int]]:
    from tests.worlds import right_and_wrong

    return [(user_id, right_and_wrong(user_id)[0]) for user_id in range(1, 21)]


def test_stars_that_everybody_gives_are_predicted_exactly() -> None:
    table = RatingTable.of([rating(u, m, 3.0) for u in range(1, 9) for m in range(1, 9)])

    figures = star_quality(folds(table, rng=np.random.default_rng(1)), films_to(8), "user-cosine", {})

    assert figures["rmse"].mean == figures["mae"].mean == 0.0


def films_to(n: int) -> Catalogue:
    return data_set_of([], n_movies=n).catalogue
