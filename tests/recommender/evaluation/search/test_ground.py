"""What candidates are tried on: never what is reported, and with fewer people the same ones again."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.evaluation import plans
from recommender.evaluation.search.inner import inner_plan
from recommender.evaluation.search.measures import ACCURACY, figure_of, known_measure
from recommender.evaluation.search.people import everybody, thinned
from recommender.models import Model, recipes
from tests.worlds import data_set_of, random_ratings, two_tastes

DATA = data_set_of(two_tastes())


@pytest.mark.parametrize("split", plans.NAMES)
def test_nothing_that_is_reported_is_looked_at(rng: np.random.Generator, split: str) -> None:
    ratings = data_set_of(random_ratings(rng)).ratings
    reported = plans.plan(split, ratings)
    tried = inner_plan(split, ratings)

    # Of the random folds every rating is reported once; the search stays within what the first of them learns from.
    for held_out in (one.held_out for one in (reported.splits[:1] if split == "folds" else reported.splits)):
        for one in tried.splits:
            for table in (one.train, one.held_out, one.told):
                assert table is None or not table.has_pairs_of(held_out).any()


def test_cross_validation_holds_every_rating_of_the_learning_side_out_once() -> None:
    learned = plans.plan("folds", DATA.ratings).splits[0].train
    tried = inner_plan("folds", DATA.ratings)

    assert len(tried.splits) == 5
    assert sorted(np.concatenate([one.held_out.pairs() for one in tried.splits])) == sorted(learned.pairs())
    assert [one.held_out.pairs().tolist() for one in inner_plan("folds", DATA.ratings, n_folds=2).splits] == [
        one.held_out.pairs().tolist() for one in tried.splits[:2]
    ]


def test_the_official_first_fold_is_what_is_cross_validated() -> None:
    official = [(one.train, one.held_out) for one in plans.plan("folds", DATA.ratings, seed=3).splits]

    tried = inner_plan("folds", DATA.ratings, official=official)

    assert sorted(np.concatenate([one.held_out.pairs() for one in tried.splits])) == sorted(official[0][0].pairs())


@pytest.mark.parametrize("split", ["newest", "strangers", "folds", "rolling"])
def test_fewer_people_are_part_of_more_people_with_all_their_ratings(rng: np.random.Generator, split: str) -> None:
    plan = inner_plan(split, data_set_of(random_ratings(rng)).ratings)
    third, ninth = thinned(plan, 1 / 3, seed=1), thinned(plan, 1 / 9, seed=1)

    assert set(everybody(ninth)) < set(everybody(third)) < set(everybody(plan))
    assert len(everybody(third)) == round(len(everybody(plan)) / 3)
    for whole, part in zip(plan.splits, third.splits, strict=True):
        kept = np.isin(whole.train.user_ids, everybody(third))
        np.testing.assert_array_equal(part.train.pairs(), whole.train.where(kept).pairs())
    assert thinned(plan, 1.0, seed=1) is plan


def fit(matrix: RatingMatrix) -> Model:
    return recipes.fit("user-cosine", matrix, DATA.catalogue, {"n_raters": 5})


def test_accuracy_is_the_share_of_likings_that_are_told_rightly() -> None:
    # In the world of two tastes everybody gives five stars or one, and the neighbours know which.
    plan = inner_plan("folds", DATA.ratings, n_folds=2)

    figure = figure_of(ACCURACY, plan, DATA.catalogue, fit)

    assert figure.mean > 0.95
    assert figure.n == 2
    liked = np.concatenate([split.held_out.half_stars > 6 for split in plan.splits]).mean()
    popular = figure_of(ACCURACY, plan, DATA.catalogue, lambda matrix: recipes.fit("popular", matrix, DATA.catalogue))
    assert popular.mean < max(liked, 1 - liked) + 0.1


def test_the_split_has_its_own_measure_and_others_that_can_decide() -> None:
    newest, folds = (inner_plan(split, DATA.ratings) for split in ("newest", "folds"))

    assert (known_measure("", newest), known_measure("", folds)) == ("ndcg@10", "rmse")
    assert known_measure("mrr@25", newest) == "mrr@25"
    assert known_measure(ACCURACY, folds) == ACCURACY
    for name, plan in ((ACCURACY, newest), ("novelty@10", newest), ("ndcg@10", folds)):
        with pytest.raises(InvalidInputError, match="measure must be for the split"):
            known_measure(name, plan)
