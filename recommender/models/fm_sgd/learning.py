"""From ratings to what the machine has learned of the films, mini-batch by mini-batch.

Source: AdaGrad of Duchi, Hazan and Singer (JMLR 12, 2011), by coordinate, on the logistic loss of the labels with a ridge for every weight,
dealt out evenly over the ratings that the weight takes part in; so that a step touches only who and what is in its mini-batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Parameters
from recommender.models.fm.features import one_hot
from recommender.models.fm_sgd.films import Films, chance_of

Reals = NDArray[np.float32]

TINY = 1e-8  # beside the root of what AdaGrad has seen, so that nothing is divided by zero


def learn(matrix: RatingMatrix, labels: NDArray[np.float64], parameters: Parameters) -> Films:
    """The films of the machine after the last epoch, under the mean of its persons, whose own weights are thrown away.

    labels: of each rating of the matrix, 1 or 0.
    """
    rng = np.random.default_rng(int(parameters["seed"]))
    cells = one_hot(matrix)
    places = cells.indices.reshape(-1, 2)  # two ones in each row: who and what
    machine = _first(cells.shape[1], places, parameters, rng)
    told, size = labels.astype(np.float32), int(parameters["mini_batch_size"])
    for _ in range(int(parameters["epochs"])):
        order = rng.permutation(len(places))
        for first in range(0, len(places), size):
            batch = order[first : first + size]
            machine.learn_from(places[batch], told[batch])
    return machine.films(matrix)


@dataclass
class _Machine:
    """While it learns. table: shape (n_features, 1 + num_factors), the weight of each feature, then its factors. base: of all.

    ridge: shape of table, of each weight for one rating. seen, base_seen: the sums of squared slopes so far. rate: AdaGrad's.
    """

    table: Reals
    base: float
    ridge: Reals
    seen: Reals
    base_seen: float
    rate: float

    def learn_from(self, places: NDArray[np.integer], labels: Reals) -> None:
        """One step. places: shape (n, 2), the two features of each rating. labels: beside them."""
        who, what = self.table[places[:, 0]], self.table[places[:, 1]]
        logits = self.base + who[:, 0] + what[:, 0] + np.einsum("nk,nk->n", who[:, 1:], what[:, 1:])
        surplus = chance_of(logits).astype(np.float32) - labels
        slopes = np.concatenate([what, who])  # of a weight one, of a factor that of the other feature
        slopes[:, 0] = 1
        slopes *= np.concatenate([surplus, surplus])[:, np.newaxis]
        features = places.T.ravel()
        order = np.argsort(features, kind="stable")
        features, starts, times = np.unique(features[order], return_index=True, return_counts=True)
        own = self.table[features]
        slope = np.add.reduceat(slopes[order], starts, axis=0) + self.ridge[features] * own * times[:, np.newaxis].astype(np.float32)
        self.seen[features] = seen = self.seen[features] + slope**2
        self.table[features] = own - self.rate * slope / (np.sqrt(seen) + TINY)
        of_base = float(surplus.sum())
        self.base_seen += of_base**2
        self.base -= self.rate * of_base / (self.base_seen**0.5 + TINY)

    def films(self, matrix: RatingMatrix) -> Films:
        """What is left when the persons are gone: a person of whom nothing is known is their mean."""
        persons, films = np.split(self.table.astype(np.float64), [matrix.n_users])
        anybody = persons.mean(axis=0) if len(persons) else np.zeros(films.shape[1])
        films[matrix.raters == 0] = 0
        weights = films[:, 0] + films[:, 1:] @ anybody[1:]
        factors = np.ascontiguousarray(films[:, 1:], dtype=np.float32)
        return Films(np.array([self.base + anybody[0]]), weights, factors)


def _first(n_features: int, places: NDArray[np.integer], parameters: Parameters, rng: np.random.Generator) -> _Machine:
    """Every weight drawn from a normal distribution around 0, as the papers' job begins."""
    shape = (n_features, 1 + int(parameters["num_factors"]))
    base = float(rng.normal(0, parameters["bias_init_sigma"]))
    table = rng.normal(0, parameters["factors_init_sigma"], shape)
    table[:, 0] = rng.normal(0, parameters["linear_init_sigma"], n_features)
    ridge = np.full(shape, parameters["factors_regularisation"], dtype=np.float64)
    ridge[:, 0] = parameters["linear_regularisation"]
    ridge /= np.maximum(np.bincount(places.ravel(), minlength=n_features), 1)[:, np.newaxis]
    return _Machine(table.astype(np.float32), base, ridge.astype(np.float32), np.zeros(shape, np.float32), 0.0, parameters["learning_rate"])
