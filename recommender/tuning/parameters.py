"""Parameters in a file: those a search has found, or some that somebody wrote down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recommender.errors import DataError, InvalidInputError
from recommender.models import recipes
from recommender.storage.disk import in_words
from recommender.tuning.search import best_of
from recommender.tuning.trials_file import Trials, read_trials


@dataclass(frozen=True, slots=True)
class Chosen:
    """A recipe with parameters for it. says: where they come from, in a sentence, or nothing."""

    recipe: str
    parameters: Mapping[str, float]
    says: str = ""


def read_parameters(path: Path) -> Chosen:
    """The best of a search so far, or what {"recipe": "ease", "parameters": {"regularisation": 200}} says.

    DataError and InvalidInputError, in a sentence, for a file that is neither, an unknown recipe or parameter, and a value that is no
    number.
    """
    with in_words("read", path):
        data = path.read_bytes()
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or "matinee_search" in said:
        return of_search(read_trials(path), path)
    if not isinstance(said.get("recipe"), str) or not isinstance(said.get("parameters"), dict):
        raise DataError(f'{path} is neither a search nor parameters such as {{"recipe": "popular", "parameters": {{"cut_off": 0.8}}}}.')
    known = recipes.BY_NAME[recipes.known_recipe(said["recipe"])].defaults
    return Chosen(said["recipe"], {name: _value(name, value, known, said["recipe"]) for name, value in said["parameters"].items()})


def of_search(trials: Trials, path: Path) -> Chosen:
    """The best parameters of a search; DataError where no trial has come to an end."""
    best = best_of(trials)
    if best is None or best.figure is None:
        raise DataError(f"No trial of {path} has come to a good end; go on with `matinee tune --resume {path}`.")
    says = f"Parameters of trial {best.candidate.number} of {path}, {trials.head.measure} {best.figure.mean:.4f} on validation"
    unfinished = "" if trials.is_complete else f"; the search has not ended, `matinee tune --resume {path}` goes on with it"
    return Chosen(trials.head.recipe, best.candidate.parameters, f"{says}{unfinished}.")


def _value(name: str, value: Any, known: Mapping[str, float], recipe: str) -> float:
    if name not in known:
        raise InvalidInputError("parameter", name, f"one of {recipe}'s: {', '.join(known)}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInputError(f"parameter {name}", value, "a number")
    return float(value)
