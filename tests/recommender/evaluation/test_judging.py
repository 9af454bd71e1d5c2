"""What a model is worth to each person, on worlds whose right answer is known."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isnan

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.errors import DataError, InvalidInputError
from recommender.evaluation.figures import is_better, is_worse
from recommender.evaluation.judging import LIST_MEASURES, SHOWN, judge, judge_stars, paired
from recommender.evaluation.metrics import auc
from recommender.evaluation.plans import plan
from recommender.evaluation.splits import Split, newest
from recommender.evaluation.trials import tried
from recommender.models import Arrays, History, Parameters
from recommender.models.kernels.native import VARIABLE
from recommender.models.popular import Popular
from recommender.models.user_cosine import UserCosine
from tests.worlds import data_set_of, matrix_of, random_ratings, rating, right_and_wrong, two_tastes


@dataclass
class Told:
    """A model that says what it was told to say, and remembers the histories that it was shown."""

    matrix: RatingMatrix
    scores: NDArray[np.float64]
    parameters: Parameters = field(default_factory=dict)
    shown: list[History] = field(default_factory=list)
    recipe = "told"
    is_personal = False
    neutral = 0.0

    def score(self, history: History) -> NDArray[np.float64]:
        self.shown.append(history)
        return self.scores

    def arrays(self) -> Arrays:
        return {}


def films_to(n: int) -> Catalogue:
    return data_set_of([], n_movies=n).catalogue


def matrix_for(split: Split, films: Catalogue) -> RatingMatrix:
    return RatingMatrix.of(split.train, films.movie_ids)


def a_split() -> Split:
    """Users 1 and 2 know the films 1 and 2; film 3 is to be found for user 1, film 4 for user 2. User 3 has nothing to find."""
    train = [rating(u, m, 4.0, 10 * m) for u in (1, 2, 3) for m in (1, 2)]
    return Split(RatingTable.of(train), RatingTable.of([rating(1, 3, 4.0, 99), rating(2, 4, 4.0, 99)]))


def test_each_person_is_judged_by_what_is_held_out_of_them() -> None:
    split, films = a_split(), films_to(5)
    model = Told(matrix_for(split, films), np.array([9.0, 8.0, 5.0, 4.0, 3.0]))

    people = judge(model, split, films)

    assert people.user_ids.tolist() == [1, 2]
    assert people.n_history.tolist() == [2, 2]
    assert not people.is_stranger.any()
    assert tuple(people.values) == LIST_MEASURES
    assert people.values["mrr@25"].tolist() == [1, 1 / 2]
    assert people.values["auc"].tolist() == [1, 1 / 2]
    assert people.values["precision@5"].tolist() == [1 / 5, 1 / 5]
    assert people.values["recall@10"].tolist() == [1, 1]
    assert people.shown.shape == (2, SHOWN)
    assert people.shown[0, :4].tolist() == [2, 3, 4, -1], "what they know is not shown again"


def test_a_film_that_the_model_cannot_tell_counts_as_neutral_among_candidates() -> None:
    split, films = a_split(), films_to(5)
    model = Told(matrix_for(split, films), np.array([9.0, 8.0, np.nan, 4.0, -3.0]))

    people = judge(model, split, films)

    # Film 3 counts as 0: under film 4, over film 5.
    assert people.values["auc"].tolist() == [1 / 2, 1]


def test_novelty_and_popularity_are_of_the_people_learned_from() -> None:
    train = RatingTable.of([rating(u, m, 4.0) for u, m in [(1, 1), (2, 1), (2, 2), (3, 2), (4, 2), (4, 3)]])
    split, films = Split(train, RatingTable.of([rating(1, 2, 4.0)])), films_to(4)

    people = judge(Told(matrix_for(split, films), np.array([0.0, 3.0, 2.0, 1.0])), split, films)

    # Three of four have rated film 2, one film 3, nobody film 4, which counts as one.
    assert people.values["popularity@10"].tolist() == pytest.approx([(0.75 + 0.25 + 0) / 3])
    assert people.values["novelty@10"].tolist() == pytest.approx([(-np.log2(0.75) + 2 + 2) / 3])


def test_a_model_sees_what_was_rated_and_when_and_never_more() -> None:
    split, films = a_split(), films_to(5)
    model = Told(matrix_for(split, films), np.arange(5.0))

    judge(model, split, films)

    assert [history.columns.tolist() for history in model.shown] == [[0, 1], [0, 1]]
    assert [history.rated_at.tolist() for history in model.shown] == [[10, 20], [10, 20]]
    assert [history.own_row for history in model.shown] == [0, 1]


def test_a_stranger_is_told_of_and_has_no_row() -> None:
    train = RatingTable.of([rating(u, m, 4.0, m) for u in (1, 2) for m in (1, 2, 3)])
    told, held_out = RatingTable.of([rating(7, 3, 2.0, 50), rating(7, 1, 5.0, 60)]), RatingTable.of([rating(7, 2, 4.0, 70)])
    split, films = Split(train, held_out, told=told), films_to(4)
    model = Told(matrix_for(split, films), np.array([1.0, 4.0, 3.0, 2.0]))

    people = judge(model, split, films)

    assert people.user_ids.tolist() == [7]
    assert people.is_stranger.all()
    assert people.n_history.tolist() == [2]
    (history,) = model.shown
    assert (history.columns.tolist(), history.half_stars.tolist(), history.rated_at.tolist()) == ([0, 2], [10, 4], [60, 50])
    assert history.own_row is None
    assert [history.columns[at] for at in history.in_order()] == [2, 0], "the film rated first comes first"
    assert people.values["ndcg@10"].tolist() == [1]


def test_a_model_that_has_seen_the_test_is_refused() -> None:
    split, films = a_split(), films_to(5)
    whole = RatingMatrix.of(split.train.and_also(split.held_out), films.movie_ids)

    with pytest.raises(DataError, match="has learned from 2 of the 2 held-out ratings"):
        judge(Popular.fit(whole), split, films)
    with pytest.raises(DataError, match="has learned from 2 of the 2 held-out ratings"):
        judge_stars(Popular.fit(whole), split)


def test_a_model_that_knows_the_strangers_is_refused() -> None:
    train = RatingTable.of([rating(1, 1, 4.0)])
    split = Split(train, RatingTable.of([rating(7, 2, 4.0)]), told=RatingTable.of([rating(7, 1, 4.0)]))

    with pytest.raises(DataError, match="1 people who should be strangers to it"):
        judge(Popular.fit(matrix_of([rating(1, 1, 4.0), rating(7, 1, 4.0)], n_movies=3)), split, films_to(3))


def test_a_film_to_be_found_is_held_against_what_this_person_has_not_rated_by_their_own_scores(rng: np.random.Generator) -> None:
    split, films = newest(RatingTable.of(random_ratings(rng))), films_to(60)
    model = UserCosine.fit(matrix_for(split, films), {"n_neighbours": 5})
    to_find = {user_id: set(split.held_out.movie_ids[split.held_out.user_ids == user_id].tolist()) for user_id in range(1, 100)}

    people = judge(model, split, films, measures=["auc"])

    expected = []
    for user_id in people.user_ids.tolist():
        history = History.of_row(model.matrix, model.matrix.row_of(user_id))
        scores = np.nan_to_num(model.score(history), nan=model.neutral)
        others = np.delete(np.arange(60), history.columns)
        expected.append(auc(scores[others], np.isin(films.movie_ids[others], list(to_find[user_id]))))
    assert len(set(expected)) > 10
    assert people.values["auc"].tolist() == expected


@pytest.mark.parametrize("kernels", ["widest", "plain"])
def test_user_cosine_is_judged_among_others_as_it_is_alone(kernels: str, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, kernels)
    split, films = newest(RatingTable.of(random_ratings(rng))), films_to(60)
    model = UserCosine.fit(matrix_for(split, films), {"n_neighbours": 5})

    @dataclass
    class Alone(Told):
        def score(self, history: History) -> NDArray[np.float64]:
            return model.score(history)

    one_by_one = Alone(model.matrix, np.zeros(0))
    one_by_one.neutral = model.neutral
    in_blocks, alone = judge(model, split, films), judge(one_by_one, split, films)

    np.testing.assert_array_equal(in_blocks.shown, alone.shown)
    for measure in LIST_MEASURES:
        np.testing.assert_array_equal(in_blocks.values[measure], alone.values[measure])


def test_fewer_measures_are_the_same_ones(rng: np.random.Generator) -> None:
    split, films = newest(RatingTable.of(random_ratings(rng))), films_to(60)
    model = UserCosine.fit(matrix_for(split, films))

    few, all_of_them = judge(model, split, films, measures=["mrr@25", "diversity@10"]), judge(model, split, films)

    assert list(few.values) == ["mrr@25", "diversity@10"]
    for measure, values in few.values.items():
        np.testing.assert_array_equal(values, all_of_them.values[measure])
    with pytest.raises(InvalidInputError, match="measure must be one of ndcg@5"):
        judge(model, split, films, measures=["luck"])


def test_nobody_to_judge_is_no_error() -> None:
    split, films = Split(a_split().train, RatingTable.of([])), films_to(5)

    people = judge(Popular.fit(matrix_for(split, films)), split, films)

    assert len(people) == 0
    assert isnan(people.figure("ndcg@10").mean)
    assert not is_better(paired(people, people))


def test_progress_ends_where_it_should(rng: np.random.Generator) -> None:
    made, films = plan("strangers", RatingTable.of(random_ratings(rng, share=0.6))), films_to(60)
    seen: list[tuple[int, int]] = []

    tried(made, films, Popular.fit, lambda done, total: seen.append((done, total)))

    shares = [done / total for done, total in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1


class TestPaired:
    def test_a_model_that_knows_two_tastes_is_better_than_what_everybody_likes(self) -> None:
        split, films = two_tastes_split(), films_to(30)
        matrix = matrix_for(split, films)
        personal, popular = judge(UserCosine.fit(matrix, {"n_neighbours": 5}), split, films), judge(Popular.fit(matrix), split, films)

        difference = paired(personal, popular)

        assert difference.mean == pytest.approx(personal.figure("ndcg@10").mean - popular.figure("ndcg@10").mean)
        assert is_better(difference)
        assert is_worse(paired(popular, personal))

    def test_a_model_is_not_better_than_itself(self) -> None:
        split, films = two_tastes_split(), films_to(30)
        people = judge(Popular.fit(matrix_for(split, films)), split, films)

        assert (paired(people, people).mean, paired(people, people).error) == (0, 0)
        assert not is_better(paired(people, people))

    def test_of_errors_the_lower_is_better(self) -> None:
        split = two_tastes_split()
        matrix = matrix_for(split, films_to(30))
        personal, popular = judge_stars(UserCosine.fit(matrix), split), judge_stars(Popular.fit(matrix), split)

        assert personal.figure("rmse").mean < popular.figure("rmse").mean
        assert is_better(paired(personal, popular, "rmse"))

    def test_other_people_are_not_compared(self) -> None:
        split, films = two_tastes_split(), films_to(30)
        people = judge(Popular.fit(matrix_for(split, films)), split, films)

        with pytest.raises(DataError, match="Only figures of the same people can be compared"):
            paired(people, people.where(people.user_ids > 3))

    def test_a_measure_that_is_not_there_is_refused(self) -> None:
        split, films = two_tastes_split(), films_to(30)
        people = judge(Popular.fit(matrix_for(split, films)), split, films)

        with pytest.raises(InvalidInputError, match="measure must be one of ndcg@5"):
            people.figure("luck")


def two_tastes_split() -> Split:
    """The film that is right for each person is to be found, a moment after all others."""
    return Split(RatingTable.of(two_tastes()), RatingTable.of([rating(u, right_and_wrong(u)[0], 5.0, 99) for u in range(1, 21)]))


class TestTrial:
    def test_people_are_grouped_by_how_much_the_model_was_told(self) -> None:
        lengths = {1: 19, 2: 20, 3: 50, 4: 199, 5: 200}
        train = [rating(u, m, 4.0, m) for u, n in lengths.items() for m in range(1, n + 1)]
        split = Split(RatingTable.of(train), RatingTable.of([rating(u, 300, 4.0, 999) for u in lengths]))

        groups = tried(plan_of(split), films_to(300), Popular.fit).by_group()

        assert {name: figures["ndcg@10"].n for name, figures in groups.items()} == {
            "under 20 ratings": 1, "20 to 49 ratings": 1, "50 to 199 ratings": 2, "200 ratings or more": 1,
        }  # fmt: skip

    def test_coverage_is_of_the_films_that_anybody_has_rated_and_of_all(self) -> None:
        train = [*(rating(u, m, 4.0) for u in (1, 2) for m in (1, 2)), *(rating(3, m, 4.0) for m in range(1, 5))]
        split = Split(RatingTable.of(train), RatingTable.of([rating(1, 9, 4.0), rating(2, 9, 4.0)]))

        trial = tried(plan_of(split), films_to(10), Popular.fit)

        # All ten films but the two that they know are open to both who are judged; two of the four rated ones are among them.
        assert trial.whole["catalogue_coverage"].mean == 8 / 10
        assert trial.whole["coverage"].mean == 2 / 4

    def test_errors_of_stars_are_over_all_ratings_of_a_fold_and_over_people(self) -> None:
        train = RatingTable.of([rating(9, m, 3.0) for m in range(1, 6)])
        held_out = RatingTable.of([rating(1, 1, 4.0), rating(1, 2, 4.0), rating(1, 3, 4.0), rating(2, 1, 5.0)])

        trial = tried(plan_of(Split(train, held_out), "stars"), films_to(5), Popular.fit)

        # Everything is predicted as 3: three errors of 1 are one person's, one of 2 another's.
        assert trial.whole["mae"].mean == pytest.approx(5 / 4)
        assert trial.whole["rmse"].mean == pytest.approx(np.sqrt(7 / 4))
        assert trial.people.figure("mae").mean == pytest.approx((1 + 2) / 2)
        assert trial.people.n_history.tolist() == [0, 0]
        assert trial.figures()["rmse"] == trial.whole["rmse"]


def plan_of(split: Split, asks: str = "lists"):
    from recommender.evaluation.plans import Plan

    return Plan("made up", "what is left", asks, (split,))
