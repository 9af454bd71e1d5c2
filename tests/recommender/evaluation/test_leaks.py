"""What would make a figure worthless is refused: learning from what is to be found, and knowing strangers or the future."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from recommender.data.movielens import read_data_set
from recommender.data.ratings import RatingTable
from recommender.errors import DataError
from recommender.evaluation.metrics import reciprocal_rank
from recommender.evaluation.splits import Split, newest, newest_share
from tests.worlds import random_ratings, rating

NEVER = 11  # half stars


def test_test_rows_in_the_training_data_are_refused() -> None:
    table = RatingTable.of([rating(1, 1, 4.0), rating(1, 2, 4.0)])

    with pytest.raises(DataError, match="1 of 1 held-out ratings are learned from as well, 1 of them with the same time"):
        Split(table, table.where(np.array([True, False])))


def test_what_is_told_of_a_stranger_is_not_to_be_found() -> None:
    others, theirs = RatingTable.of([rating(1, 1, 4.0)]), RatingTable.of([rating(2, 1, 4.0, 3), rating(2, 2, 4.0, 4)])

    with pytest.raises(DataError, match="1 of 1 held-out ratings are told to the model as well"):
        Split(others, theirs.where(np.array([True, False])), told=theirs)


def test_a_stranger_is_nobody_whom_the_model_has_learned_from() -> None:
    one, two, three = (RatingTable.of([rating(1, m, 4.0)]) for m in (1, 2, 3))

    with pytest.raises(DataError, match="1 people are strangers to the model and learned from as well"):
        Split(one, two, told=three)


def test_the_future_is_not_learned_from() -> None:
    early, late = RatingTable.of([rating(1, 1, 4.0, 10)]), RatingTable.of([rating(1, 2, 4.0, 20)])

    assert Split(early, late, at=20).at == 20
    with pytest.raises(DataError, match="1 ratings that are learned from are of 10 or later"):
        Split(early, late, at=10)
    with pytest.raises(DataError, match="and 1 held-out ones of before"):
        Split(early, late, at=21)


class TestTwoEventsOfOneRating:
    """A rating that is written as a click and as a watch, with the cut of a tenth of the events between the two."""

    def events(self, ratings: RatingTable, clicked: int, watched: int) -> RatingTable:
        """A click for each rating of so many half stars or more, and a watch for each of so many."""
        return ratings.where(ratings.half_stars >= clicked).and_also(ratings.where(ratings.half_stars >= watched))

    def repeating(self, events: RatingTable) -> float:
        """The mean reciprocal rank of a model that only says again what came last, newest first, on the cut of the events."""
        late = newest_share(events, 0.1)
        newest_first = np.lexsort((events.movie_ids, events.rated_at))[::-1]
        said: dict[int, dict[int, None]] = {user_id: {} for user_id in events.user_ids.tolist()}
        relevant: dict[int, set[int]] = {user_id: set() for user_id in said}
        for at in newest_first.tolist():
            user_id, movie_id = int(events.user_ids[at]), int(events.movie_ids[at])
            if late[at]:
                relevant[user_id].add(movie_id)
            else:
                said[user_id][movie_id] = None
        return float(np.mean([reciprocal_rank(list(said[user_id]), relevant[user_id], 25) for user_id in said]))

    def cut(self, events: RatingTable) -> Split:
        late = newest_share(events, 0.1)
        return Split(events.where(~late), events.where(late))

    def test_it_looks_excellent_to_a_model_that_learns_nothing_and_is_refused(self, rng: np.random.Generator) -> None:
        ratings = RatingTable.of(random_ratings(rng, n_users=200, share=0.5))
        doubled = self.events(ratings, 4, 4)

        assert self.repeating(doubled) > 0.3
        assert self.repeating(self.events(ratings, 4, NEVER)) == 0
        with pytest.raises(DataError, match="one rating is written as two events and the cut falls between them"):
            self.cut(doubled)

    def test_one_event_for_each_rating_is_taken(self, rng: np.random.Generator) -> None:
        single = self.events(RatingTable.of(random_ratings(rng)), 4, NEVER)

        assert self.cut(single).held_out.pairs().tolist() == newest(single).held_out.pairs().tolist()

    @pytest.mark.data
    @pytest.mark.parametrize(("clicked", "watched", "expected"), [(4, NEVER, 0.0), (4, 7, 0.369), (3, 1, 0.515)])
    def test_on_real_ratings_the_leak_alone_beats_what_was_published_with_it(
        self, ml_latest_small: Path, clicked: int, watched: int, expected: float
    ) -> None:
        """The last one is what the published program does, which reports a mean reciprocal rank of .378."""
        events = self.events(read_data_set(ml_latest_small).ratings, clicked, watched)

        assert self.repeating(events) == pytest.approx(expected, abs=0.001)


def test_a_list_of_nothing_new_finds_nothing(rng: np.random.Generator) -> None:
    """The plain truth behind the leak: on a clean split no film of somebody's own history is to be found."""
    split = newest(RatingTable.of(random_ratings(rng)))

    assert _pairs(split.train).isdisjoint(_pairs(split.held_out))


def _pairs(table: RatingTable) -> set[tuple[int, int]]:
    pairs: Iterable[tuple[int, int]] = zip(table.user_ids.tolist(), table.movie_ids.tolist(), strict=True)
    return set(pairs)
