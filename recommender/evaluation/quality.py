"""Evaluating one recipe on splits at hand: means over people with their standard errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.errors import InvalidInputError
from recommender.evaluation.figures import Figure
from recommender.evaluation.judging import LIST_MEASURES, Progress, chances, predicted
from recommender.evaluation.plans import LISTS, STARS, Plan
from recommender.evaluation.splits import Split
from recommender.evaluation.trials import tried
from recommender.models import Parameters, TellsLiking, recipes


def list_quality(
    split: Split,
    films: Catalogue,
    recipe: str,
    parameters: Parameters,
    progress: Progress,
    *,
    measures: Sequence[str] = LIST_MEASURES,
) -> dict[str, Figure]:
    """The measures over the people with something held out, and the coverage of their lists."""
    plan = Plan("", "", LISTS, (split,))
    return tried(plan, films, lambda matrix: recipes.fit(recipe, matrix, films, parameters), progress, measures=measures).figures()


def star_quality(splits: Iterable[Split], films: Catalogue, recipe: str, parameters: Parameters) -> dict[str, Figure]:
    """RMSE and MAE of the predicted stars, the mean over the splits."""
    plan = Plan("", "", STARS, tuple(splits))
    return tried(plan, films, lambda matrix: recipes.fit(recipe, matrix, films, parameters)).figures()


def predicted_stars(
    train: RatingTable,
    films: Catalogue,
    recipe: str,
    parameters: Parameters,
    user_ids: NDArray[np.integer],
    wanted: NDArray[np.integer],
    progress: Progress = lambda done, total: None,
) -> NDArray[np.float64]:
    """The stars predicted for every pair of user and movie, in the order given; a stranger or an unknown film has no history or raters."""
    model = recipes.fit(recipe, RatingMatrix.of(train, films.movie_ids), films, parameters)
    return predicted(model, user_ids, wanted, {}, progress)


def predicted_likings(
    train: RatingTable,
    films: Catalogue,
    recipe: str,
    parameters: Parameters,
    user_ids: NDArray[np.integer],
    wanted: NDArray[np.integer],
    progress: Progress = lambda done, total: None,
) -> NDArray[np.float64]:
    """The probability that the user likes the movie, of every pair, as `predicted_stars`.

    InvalidInputError for a recipe that tells no probabilities.
    """
    model = recipes.fit(recipe, RatingMatrix.of(train, films.movie_ids), films, parameters)
    if not isinstance(model, TellsLiking):
        raise InvalidInputError("recipe", recipe, "one that tells how probably a film is liked, such as fm or fm-sgd")
    return chances(model, model.matrix, user_ids, wanted, progress)
