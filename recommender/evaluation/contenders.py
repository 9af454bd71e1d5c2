"""What is measured: recipes, each with the parameters that differ from its own, as they are written in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from recommender.errors import InvalidInputError
from recommender.models import Parameters, recipes


@dataclass(frozen=True, slots=True)
class Contender:
    """A recipe under a name of its own. parameters: those that differ from the recipe's defaults."""

    name: str
    recipe: str
    parameters: Parameters = field(default_factory=dict)


def contenders(text: str, common: Parameters | None = None) -> list[Contender]:
    """Those of "popular,user-cosine:damping=0,n_neighbours=20": recipes with commas between, each with parameters after a colon.

    common: parameters for every recipe that has them and does not say otherwise. InvalidInputError, in a sentence, for a recipe or
    parameter that is not known, a value that is no number, and the same contender twice; MissingExtraError for a recipe that cannot be
    fitted here.
    """
    found: list[tuple[str, dict[str, float]]] = []
    for part in (part.strip() for part in text.split(",")):
        recipe, colon, rest = part.partition(":")
        if not colon and "=" in part and found:
            _set(found[-1], part)
            continue
        found.append((recipes.trainable(recipe.strip()), {}))
        if colon:
            _set(found[-1], rest)
    made = [Contender(_named(recipe, own), recipe, {**_of(recipe, common or {}), **own}) for recipe, own in found]
    for contender in made:
        if made.count(contender) > 1:
            raise InvalidInputError("recipe", contender.name, "named once only")
    return made


def _set(contender: tuple[str, dict[str, float]], text: str) -> None:
    recipe, parameters = contender
    known = recipes.BY_NAME[recipe].defaults
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or name not in known:
        raise InvalidInputError("parameter", text.strip(), f"one of {recipe}'s, as {' '.join(f'{one}={known[one]:g}' for one in known)}")
    try:
        parameters[name] = float(value)
    except ValueError:
        raise InvalidInputError(f"parameter {name}", value, "a number") from None


def _of(recipe: str, parameters: Parameters) -> Mapping[str, float]:
    return {name: value for name, value in parameters.items() if name in recipes.BY_NAME[recipe].defaults}


def _named(recipe: str, parameters: Parameters) -> str:
    return f"{recipe}:{','.join(f'{name}={value:g}' for name, value in parameters.items())}" if parameters else recipe
