"""Several models in one: each part's scores are put on one scale and added, with weights by how much a person has rated.

Every part's scores for one history are standardised over all films (mean 0, deviation 1), as in the linear blends of Bell, Koren and
Volinsky (The BellKor solution to the Netflix Prize, 2007); differences: the weights are learned for lists (NDCG@10), not for stars, from
ratings that the parts have not seen, and are others for people with few ratings than for people with many. See `weighing` for how.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Additive, Arrays, History, Model, Parameters
from recommender.models.parts import BASE, REMAINDER, Part, Parts
from recommender.models.weighing import Weights, learned, standardised

DEFAULTS: Parameters = {"seed": 0.0}

FitPart = Callable[[str, RatingMatrix], Model]
RestorePart = Callable[[str, Parameters, Arrays], Model]


@dataclass(frozen=True)
class Blend:
    """Fitted parts, and their weights by length of history. parts: in the order of the columns of the weights."""

    matrix: RatingMatrix
    parameters: Parameters
    parts: tuple[Model, ...]
    weights: Weights

    recipe = "blend"
    is_personal = True
    neutral = 0.0  # an average film

    @classmethod
    def fit(cls, matrix: RatingMatrix, parameters: Parameters, prior: Weights, names: tuple[str, ...], fit_part: FitPart) -> Blend:
        """The blend of the parts named. prior: the weights where the data say nothing better. fit_part: a recipe's model over a matrix.

        Every part is fitted twice: without what is held out, to learn the weights, and then on everything; a part without any weight only
        once.
        """
        rng = np.random.default_rng(int(parameters["seed"]))
        weights = learned(matrix, lambda held: [fit_part(name, held) for name in names], prior, rng=rng)
        used = np.flatnonzero(weights.table.any(axis=0))
        return cls(matrix, parameters, tuple(fit_part(names[at], matrix) for at in used), replace(weights, table=weights.table[:, used]))

    @classmethod
    def restore(cls, matrix: RatingMatrix, parameters: Parameters, arrays: Arrays, restore_part: RestorePart) -> Blend:
        """The blend of what `arrays` gave; KeyError where something is missing. restore_part: a recipe's model from its own arrays."""
        parts = []
        for at, (name, its_parameters) in enumerate(json.loads(arrays["parts"].tobytes())):
            prefix = f"part{at}-"
            own = {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}
            parts.append(restore_part(name, its_parameters, own))
        return cls(matrix, parameters, tuple(parts), Weights(arrays["lengths"], arrays["weights"]))

    def arrays(self) -> Arrays:
        """The parts' own arrays, their names and parameters, and the weights."""
        named = json.dumps([[part.recipe, dict(part.parameters)] for part in self.parts]).encode()
        own = {f"part{at}-{name}": array for at, part in enumerate(self.parts) for name, array in part.arrays().items()}
        return {"parts": np.frombuffer(named, dtype=np.uint8), "lengths": self.weights.lengths, "weights": self.weights.table, **own}

    def score(self, history: History) -> NDArray[np.float64]:
        """The weighted sum of the parts' standardised scores; NaN for a film of which no part can tell."""
        total = np.zeros(self.matrix.n_movies)
        unknown = np.ones(self.matrix.n_movies, dtype=bool)
        for part, weight in zip(self.parts, self.weights.of(len(history)), strict=True):
            if weight:
                scores = part.score(history)
                unknown &= np.isnan(scores)
                total += weight * standardised(scores, part.neutral).scores
        return np.where(unknown, np.nan, total)

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """What the parts' scores are made of, each times its share; what puts them on one scale goes to the base."""
        total, found = self.score(history), [dict[tuple[str, int | None, int | None], float]() for _ in columns]
        for part, weight in zip(self.parts, self.weights.of(len(history)), strict=True):
            if not weight:
                continue
            scores = part.score(history)
            scale = standardised(scores, part.neutral)
            share = weight / scale.deviation if scale.deviation else 0.0
            for at, (column, parts) in enumerate(zip(columns.tolist(), _explained(part, history, columns, scores), strict=True)):
                known = scores[column] if parts else part.neutral
                _add(found[at], BASE, (known - sum(one.amount for one in parts) - scale.mean) * share)
                for one in parts:
                    _add(found[at], one.kind, one.amount * share, one.column, one.row)
        return [_sorted(one) if not np.isnan(total[column]) else () for column, one in zip(columns.tolist(), found, strict=True)]


def _explained(part: Model, history: History, columns: NDArray[np.integer], scores: NDArray[np.float64]) -> list[Parts]:
    if isinstance(part, Additive):
        return part.explain(history, columns)
    return [() if np.isnan(scores[column]) else (Part(REMAINDER, float(scores[column])),) for column in columns]


def _add(
    amounts: dict[tuple[str, int | None, int | None], float], kind: str, amount: float, column: int | None = None, row: int | None = None
) -> None:
    amounts[kind, column, row] = amounts.get((kind, column, row), 0.0) + amount


def _sorted(amounts: dict[tuple[str, int | None, int | None], float]) -> Parts:
    parts = [Part(kind, amount, column, row) for (kind, column, row), amount in amounts.items() if amount]
    return tuple(sorted(parts, key=lambda part: (part.kind != BASE, -abs(part.amount))))
