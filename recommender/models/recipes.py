"""Every recipe by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from recommender import neural_extra, spark_session
from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError, MissingExtraError
from recommender.models import (
    Arrays,
    Model,
    Parameters,
    als,
    blend,
    classifier,
    content,
    ease,
    ensemble,
    fm,
    fm_sgd,
    item_cosine,
    ordered,
    popular,
    recent,
    sequence,
    session_knn,
    spark_als,
    svd,
    timely,
    trending,
    user_cosine,
    user_cosine_recent,
    user_knn,
)
from recommender.models.als import Als
from recommender.models.blend import Blend, FitPart
from recommender.models.classifier import Classifier
from recommender.models.content import Content
from recommender.models.ease import Ease
from recommender.models.ensemble import Ensemble
from recommender.models.fm import FactorisationMachine
from recommender.models.fm_sgd import MiniBatchMachine
from recommender.models.item_cosine import ItemCosine
from recommender.models.ordered import Ordered
from recommender.models.popular import Popular
from recommender.models.recent import Recent
from recommender.models.sequence import Sequence
from recommender.models.session_knn import SessionKnn
from recommender.models.spark_als import SparkAls
from recommender.models.svd import Svd
from recommender.models.timely import Timely
from recommender.models.trending import Trending
from recommender.models.user_cosine import UserCosine
from recommender.models.user_cosine_recent import UserCosineRecent
from recommender.models.user_knn import UserKnn
from recommender.models.weighing import Weights, has_order


@dataclass(frozen=True, slots=True)
class Recipe:
    """A method that can be asked for. says: what it is, in a few words. defaults: every parameter it has.

    fit, restore: the model, from ratings and films, or from what its `arrays` gave. is_instant: whether fitting takes no time, so that it
    may be done while somebody waits. needs: packages of an extra by which it is fitted; to restore it and make lists takes none of them.
    """

    name: str
    says: str
    defaults: Parameters
    fit: Callable[[RatingMatrix, Catalogue, Parameters], Model]
    restore: Callable[[RatingMatrix, Catalogue, Parameters, Arrays], Model]
    is_instant: bool = False
    needs: tuple[str, ...] = ()


_ALL: tuple[Recipe, ...] = (
    Recipe(
        UserCosine.recipe,
        "what the people most alike liked",
        user_cosine.DEFAULTS,
        fit=lambda matrix, _, parameters: UserCosine.fit(matrix, parameters),
        restore=lambda matrix, _, parameters, __: UserCosine.fit(matrix, parameters),
        is_instant=True,
    ),
    Recipe(
        Popular.recipe,
        "what nearly everybody likes, the same for everyone",
        popular.DEFAULTS,
        fit=lambda matrix, films, parameters: Popular.fit(matrix, parameters, signal=films.signal),
        restore=lambda matrix, films, parameters, _: Popular.fit(matrix, parameters, signal=films.signal),
        is_instant=True,
    ),
    Recipe(
        ItemCosine.recipe,
        "films like those rated",
        item_cosine.DEFAULTS,
        fit=lambda matrix, _, parameters: ItemCosine.fit(matrix, parameters),
        restore=lambda matrix, _, parameters, arrays: ItemCosine.restore(matrix, parameters, arrays),
    ),
    Recipe(
        Ease.recipe,
        "films weighed against each other all at once",
        ease.DEFAULTS,
        fit=lambda matrix, _, parameters: Ease.fit(matrix, parameters),
        restore=lambda matrix, _, parameters, arrays: Ease.restore(matrix, parameters, arrays),
    ),
    Recipe(
        Ordered.recipe,
        "what is watched next, by the order of what was watched before",
        ordered.DEFAULTS,
        fit=lambda matrix, _, parameters: Ordered.fit(matrix, parameters),
        restore=lambda matrix, _, parameters, arrays: Ordered.restore(matrix, parameters, arrays),
    ),
    Recipe(
        SessionKnn.recipe,
        "what people watched around what this person watched last",
        session_knn.DEFAULTS,
        fit=lambda matrix, _, parameters: SessionKnn.fit(matrix, parameters),
        restore=lambda matrix, _, parameters, arrays: SessionKnn.restore(matrix, parameters, arrays),
    ),
    Recipe(
        UserKnn.recipe,
        "what would get most stars, by the people most alike among those who have rated it",
        user_knn.DEFAULTS,
        fit=lambda matrix, _, parameters: UserKnn.fit(matrix, parameters),
        restore=lambda matrix, _, parameters, __: UserKnn.fit(matrix, parameters),
        is_instant=True,
    ),
    Recipe(
        Als.recipe,
        "films that go with those rated, and stars, by factors learned in turn",
        als.DEFAULTS,
        fit=lambda matrix, _, parameters: Als.fit(matrix, parameters),
        restore=lambda matrix, _, parameters, arrays: Als.restore(matrix, parameters, arrays),
    ),
    Recipe(
        SparkAls.recipe,
        "films that go with those rated, and stars, by factors that Apache Spark learns in turn",
        spark_als.DEFAULTS,
        fit=lambda matrix, _, parameters: SparkAls.fit(matrix, parameters),
        restore=lambda matrix, _, parameters, arrays: SparkAls.restore(matrix, parameters, arrays),
        needs=(spark_session.PYSPARK,),
    ),
    Recipe(
        Svd.recipe,
        "what people would give most stars, by factors learned rating by rating",
        svd.DEFAULTS,
        fit=lambda matrix, _, parameters: Svd.fit(matrix, parameters),
        restore=lambda matrix, _, parameters, arrays: Svd.restore(matrix, parameters, arrays),
    ),
    Recipe(
        FactorisationMachine.recipe,
        "how probably each film is liked, by a factorisation machine",
        fm.DEFAULTS,
        fit=FactorisationMachine.fit,
        restore=lambda matrix, _, parameters, arrays: FactorisationMachine.restore(matrix, parameters, arrays),
    ),
    Recipe(
        MiniBatchMachine.recipe,
        "how probably each film is liked, by the papers' factorisation machine, learned by mini-batches",
        fm_sgd.DEFAULTS,
        fit=lambda matrix, _, parameters: MiniBatchMachine.fit(matrix, parameters),
        restore=lambda matrix, _, parameters, arrays: MiniBatchMachine.restore(matrix, parameters, arrays),
    ),
    Recipe(
        Content.recipe,
        "films of the genres, years and tags of those liked, rated by others or not",
        content.DEFAULTS,
        fit=Content.fit,
        restore=lambda matrix, _, parameters, arrays: Content.restore(matrix, parameters, arrays),
    ),
    Recipe(
        Recent.recipe,
        "what people watch lately and like, the same for everyone",
        recent.DEFAULTS,
        fit=lambda matrix, _, parameters: Recent.fit(matrix, parameters),
        restore=lambda matrix, _, parameters, arrays: Recent.restore(matrix, parameters, arrays),
    ),
    Recipe(
        Trending.recipe,
        "what is rated more lately than its past would say, the same for everyone",
        trending.DEFAULTS,
        fit=lambda matrix, _, parameters: Trending.fit(matrix, parameters),
        restore=lambda matrix, _, parameters, arrays: Trending.restore(matrix, parameters, arrays),
    ),
    Recipe(
        UserCosineRecent.recipe,
        "what the people most alike have watched lately and liked",
        user_cosine_recent.DEFAULTS,
        fit=lambda matrix, _, parameters: UserCosineRecent.fit(matrix, parameters),
        restore=lambda matrix, _, parameters, arrays: UserCosineRecent.restore(matrix, parameters, arrays),
    ),
    Recipe(
        Timely.recipe,
        "what is watched next, by everybody and people alike lately, newness, genres and years",
        timely.DEFAULTS,
        fit=Timely.fit,
        restore=Timely.restore,
    ),
    Recipe(
        Classifier.recipe,
        "how probably each film is liked, by a neural network that looks at person and film",
        classifier.DEFAULTS,
        fit=Classifier.fit,
        restore=lambda matrix, _, parameters, arrays: Classifier.restore(matrix, parameters, arrays),
        needs=(neural_extra.TORCH,),
    ),
    Recipe(
        Sequence.recipe,
        "what is watched next, by a recurrent neural network that reads what was watched before",
        sequence.DEFAULTS,
        fit=lambda matrix, _, parameters: Sequence.fit(matrix, parameters),
        restore=lambda matrix, _, parameters, arrays: Sequence.restore(matrix, parameters, arrays),
        needs=(neural_extra.TORCH,),
    ),
    Recipe(
        Ensemble.recipe,
        "stars by three methods, each over its error, added up",
        ensemble.DEFAULTS,
        fit=lambda matrix, films, parameters: fit(Ensemble.recipe, matrix, films, parameters),
        restore=lambda matrix, films, parameters, arrays: Ensemble.restore(
            matrix, parameters, arrays, lambda name, its_own, own: restore(name, matrix, films, its_own, own)
        ),
    ),
    Recipe(
        Blend.recipe,
        "several recipes in one, weighed by how much somebody has rated",
        blend.DEFAULTS,
        fit=lambda matrix, films, parameters: fit(Blend.recipe, matrix, films, parameters),
        restore=lambda matrix, films, parameters, arrays: Blend.restore(
            matrix, parameters, arrays, lambda name, its_own, own: restore(name, matrix, films, its_own, own)
        ),
    ),
)
_EXTRAS: Mapping[str, Any] = {neural_extra.TORCH: neural_extra, spark_session.PYSPARK: spark_session}  # who knows what a need lacks
BY_NAME = {recipe.name: recipe for recipe in _ALL}
RECIPES = tuple(BY_NAME)
OF_ENSEMBLE = (Als.recipe, Svd.recipe, FactorisationMachine.recipe)  # the paper's three
# The parts of the blend, and their weights where the data at hand say nothing better: for histories of up to 4, 15, 100 and more ratings.
# Chosen on validation: `newest` and `strangers` of ml-latest-small and ml-100k. WITHOUT_ORDER: where no times tell what came first.
PARTS = (Ordered.recipe, SessionKnn.recipe, Ease.recipe, Als.recipe, Timely.recipe, Content.recipe)
LENGTHS = np.array([4, 15, 100])
PRIOR = Weights(
    LENGTHS,
    np.array([[0.2, 0, 0, 0, 2, 0], [0.5, 0, 0.2, 0, 1, 0], [1, 0.35, 0.15, 0.2, 0.2, 0.5], [1, 0.35, 0.15, 0.2, 0.2, 0.5]]),
)
WITHOUT_ORDER = Weights(
    LENGTHS,
    np.array([[0, 0, 0, 0.5, 1, 0.5], [0, 0, 0.3, 1, 0.2, 0.5], [0, 0, 0.5, 1, 0.2, 0.5], [0, 0, 0.5, 1, 0.2, 0.5]]),
)


def known_recipe(recipe: str) -> str:
    """The name, if it is one of ours; else InvalidInputError."""
    if recipe not in BY_NAME:
        raise InvalidInputError("recipe", recipe, f"{', '.join(RECIPES[:-1])} or {RECIPES[-1]}")
    return recipe


def trainable(recipe: str) -> str:
    """The name, if it is one of ours and what it is fitted by is here; InvalidInputError or MissingExtraError, before any work."""
    if missing := what_is_missing(known_recipe(recipe)):
        raise MissingExtraError(f"The recipe {recipe}", missing, _EXTRAS[BY_NAME[recipe].needs[0]].REMEDY)
    return recipe


def what_is_missing(recipe: str) -> str | None:
    """What fitting the recipe lacks here, in a few words; None where it can be fitted."""
    return next(filter(None, (_EXTRAS[need].what_is_missing() for need in BY_NAME[recipe].needs)), None)


def fit(
    recipe: str, matrix: RatingMatrix, films: Catalogue, parameters: Parameters | None = None, *, fit_part: FitPart | None = None
) -> Model:
    """The recipe's model over the matrix and its films; a parameter the recipe does not have is left aside.

    fit_part: how the parts of a blend or an ensemble are made, for whoever has some of them at hand; by this function where it is None.
    """
    known = BY_NAME[known_recipe(recipe)]
    chosen = {**known.defaults, **_its_own(known, parameters)}
    part = fit_part or (lambda name, over: fit(name, over, films))
    if recipe == Blend.recipe:
        return Blend.fit(matrix, chosen, PRIOR if has_order(matrix) else WITHOUT_ORDER, PARTS, part)
    if recipe == Ensemble.recipe:
        return Ensemble.fit(matrix, chosen, OF_ENSEMBLE, part)
    return known.fit(matrix, films, chosen)


def restore(recipe: str, matrix: RatingMatrix, films: Catalogue, parameters: Parameters, arrays: Arrays) -> Model:
    """The model as it was fitted, from what it gave to be saved; KeyError where an array is missing."""
    known = BY_NAME[known_recipe(recipe)]
    return known.restore(matrix, films, {**known.defaults, **_its_own(known, parameters)}, arrays)


def _its_own(recipe: Recipe, parameters: Parameters | None) -> dict[str, float]:
    return {name: value for name, value in (parameters or {}).items() if name in recipe.defaults}
