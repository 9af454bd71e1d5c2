"""Every recipe by name."""

from __future__ import annotations

from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.models import Model, Parameters
from recommender.models import popular as popular_module
from recommender.models import user_cosine as user_cosine_module
from recommender.models.popular import Popular
from recommender.models.user_cosine import UserCosine

RECIPES = (UserCosine.recipe, Popular.recipe)
_DEFAULTS = {UserCosine.recipe: user_cosine_module.DEFAULTS, Popular.recipe: popular_module.DEFAULTS}


def known_recipe(recipe: str) -> str:
    """The name, if it is one of ours; else InvalidInputError."""
    if recipe not in RECIPES:
        raise InvalidInputError("recipe", recipe, " or ".join(RECIPES))
    return recipe


def fit(recipe: str, matrix: RatingMatrix, parameters: Parameters | None = None) -> Model:
    """The recipe's model over the matrix; a parameter the recipe does not have is left aside."""
    its_own = _DEFAULTS[known_recipe(recipe)]
    chosen = {name: value for name, value in (parameters or {}).items() if name in its_own}
    return UserCosine.fit(matrix, chosen) if recipe == UserCosine.recipe else Popular.fit(matrix, chosen)
