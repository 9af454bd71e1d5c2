"""The ensemble of the paper: each model's predicted stars are standardised, divided by its RMSE, and added.

Source: "Building Movie Recommendation System Using Multiple Models": for every person and film the standardised prediction of each model
over that model's RMSE, the sum sorted, and the first five shown. What the paper leaves open: a model's RMSE, and the mean and deviation
that its predictions are standardised by, are taken over a tenth of the ratings, drawn at random and held out from a fit of its own. RMSE
taken on ratings that a model has learned from would favour whoever repeats them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Arrays, History, Model, Parameters, PredictsStars
from recommender.models.blend import FitPart, RestorePart

DEFAULTS: Parameters = {"seed": 0.0, "held_out_share": 0.1}
MOST_HELD_OUT = 50_000  # ratings; the RMSE is known to a hundredth of itself long before
WITHOUT_MEASURE = (1.0, 3.0, 1.0)  # RMSE, mean and deviation where nothing could be held out: every model counts alike


@dataclass(frozen=True)
class Ensemble:
    """Fitted parts, each of which predicts stars. measures: shape (parts, 3): RMSE, and the mean and deviation of the predictions."""

    matrix: RatingMatrix
    parameters: Parameters
    parts: tuple[Model, ...]
    measures: NDArray[np.float64]

    recipe = "ensemble"
    is_personal = True

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters, names: Sequence[str], fit_part: FitPart) -> Ensemble:
        """The ensemble of the recipes named. fit_part: a recipe's model over a matrix. Every part is fitted twice."""
        rng = np.random.default_rng(int(parameters["seed"]))
        held, held_out = _divided(matrix, parameters["held_out_share"], rng)
        measures = np.array([_measured(fit_part(name, held), matrix, held_out) for name in names])
        return cls(matrix, parameters, tuple(fit_part(name, matrix) for name in names), measures)

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays, restore_part: RestorePart) -> Ensemble:
        """The ensemble of what `arrays` gave; KeyError where something is missing."""
        parts = []
        for at, (name, its_parameters) in enumerate(json.loads(arrays["parts"].tobytes())):
            prefix = f"part{at}-"
            own = {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}
            parts.append(restore_part(name, its_parameters, own))
        return cls(matrix, parameters, tuple(parts), np.asarray(arrays["measures"]))

    @property
    def neutral(self) -> float:
        """What a film scores that every part finds average."""
        return 0.0

    def arrays(self) -> Arrays:
        """The parts' own arrays, their names and parameters, and the measures."""
        named = json.dumps([[part.recipe, dict(part.parameters)] for part in self.parts]).encode()
        own = {f"part{at}-{name}": array for at, part in enumerate(self.parts) for name, array in part.arrays().items()}
        return {"parts": np.frombuffer(named, dtype=np.uint8), "measures": self.measures, **own}

    def score(self, history: History) -> NDArray[np.float64]:
        """The sum over the parts of the standardised prediction over the RMSE."""
        films = np.arange(self.matrix.n_movies, dtype=np.int32)
        return combined(np.array([_stars(part).predict_many(history, films) for part in self.parts]), self.measures)

    def predict_many(self, history: History, columns: NDArray[np.int32]) -> NDArray[np.float64]:
        """The parts' mean, each weighed by one over its RMSE."""
        weights = 1 / self.measures[:, 0]
        predicted = np.array([_stars(part).predict_many(history, columns) for part in self.parts])
        return np.asarray(np.clip(weights @ predicted / weights.sum(), 0.5, 5.0))


def combined(predicted: NDArray[np.float64], measures: NDArray[np.float64]) -> NDArray[np.float64]:
    """The paper's sum. predicted: shape (parts, films), in stars. measures: shape (parts, 3): RMSE, mean, deviation."""
    errors, means, deviations = measures.T
    return np.asarray(((predicted - means[:, np.newaxis]) / (deviations * errors)[:, np.newaxis]).sum(axis=0))


def top_n(model: Ensemble, row: int, n: int = 5) -> list[tuple[int, float]]:
    """The n films, by column, that the person of a row has not rated and the ensemble puts first, with their sums; ties by lower column."""
    history = History.of_row(model.matrix, row)
    scores = model.score(history)
    scores[history.columns] = -np.inf
    order = np.argsort(-scores, kind="stable")[:n]
    return [(int(column), float(scores[column])) for column in order if np.isfinite(scores[column])]


def _divided(matrix: RatingMatrix, share: float, rng: np.random.Generator) -> tuple[RatingMatrix, NDArray[np.intp]]:
    """The matrix without some ratings, and the places of those in it."""
    n = min(int(matrix.n_ratings * share), MOST_HELD_OUT)
    places = np.sort(rng.choice(matrix.n_ratings, n, replace=False)) if n else np.zeros(0, dtype=np.intp)
    keep = np.ones(matrix.n_ratings, dtype=bool)
    keep[places] = False
    return RatingMatrix.of(matrix.ratings().where(keep), matrix.movie_ids), places


def _measured(part: Model, matrix: RatingMatrix, held_out: NDArray[np.intp]) -> tuple[float, float, float]:
    """RMSE on the ratings held out, and the mean and deviation of the predictions there. part: fitted without them."""
    if len(held_out) < 2:
        return WITHOUT_MEASURE
    rows = np.searchsorted(matrix.row_starts, held_out, side="right") - 1
    predicted = np.empty(len(held_out))
    for row in np.unique(rows).tolist():
        own = part.matrix.row_of(int(matrix.user_ids[row]))
        history = History.of_nobody() if own is None else History.of_row(part.matrix, own)
        theirs = rows == row
        predicted[theirs] = _stars(part).predict_many(history, matrix.columns[held_out[theirs]].astype(np.int32))
    errors = predicted - matrix.half_stars[held_out] / 2
    return max(float(np.sqrt(np.mean(errors**2))), 1e-6), float(predicted.mean()), max(float(predicted.std()), 1e-6)


def _stars(part: Model) -> PredictsStars:
    if not isinstance(part, PredictsStars):
        raise TypeError(f"{part.recipe} predicts no stars")
    return part
