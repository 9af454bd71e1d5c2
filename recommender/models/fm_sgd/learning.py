"""From ratings to what the machine has learned of the films, mini-batch by mini-batch.

Source: AdaGrad of Duchi, Hazan and Singer (JMLR 12, 2011), by coordinate, on the logistic loss of the labels with a ridge for every weight,
dealt out evenly over the ratings that the weight takes part in; so that a step touches only who and what is in its mini-batch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import Parameters
from recommender.models.fm.features import one_hot
from recommender.models.fm_sgd.films import Films
from recommender.models.fm_sgd.losses import LOGISTIC, Loss

Reals = NDArray[np.float32]

TINY = 1e-8  # beside the root of what AdaGrad has seen, so that nothing is divided by zero
NORMAL, UNIFORM, CONSTANT = "normal", "uniform", "constant"


@dataclass(frozen=True, slots=True)
class Start:
    """What weights are first. size: of a normal distribution its spread, of a uniform one how far it goes to both sides, or the constant.

    around: the middle of either distribution.
    """

    method: str
    size: float
    around: float = 0.0

    def drawn(self, rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Weights of this shape."""
        if self.method == CONSTANT:
            return np.full(shape, self.size)
        return (
            rng.normal(self.around, self.size, shape) if self.method == NORMAL else self.around + rng.uniform(-self.size, self.size, shape)
        )


@dataclass(frozen=True, slots=True)
class OfEach:
    """A number for the base, one for every person's and film's weight, and one for every factor."""

    base: float
    weights: float
    factors: float


@dataclass(frozen=True, slots=True)
class Course:
    """How the machine is taught. rates: how far AdaGrad's first steps go. ridges: what the squares cost, over all ratings together, halved.

    tiny: beside the root of what AdaGrad has seen. rescale, clip: the slope of a mini-batch's loss is multiplied by the one, then kept
    within the other on both sides, before the ridge comes to it.
    """

    n_factors: int
    epochs: int
    mini_batch_size: int
    base: Start
    weights: Start
    factors: Start
    rates: OfEach
    ridges: OfEach
    seed: int = 0
    loss: Loss = LOGISTIC
    tiny: float = TINY
    rescale: float = 1.0
    clip: float = np.inf


def course_of(parameters: Parameters) -> Course:
    """That of the recipe's parameters, of which none is missing."""
    p = parameters
    return Course(
        int(p["num_factors"]),
        int(p["epochs"]),
        int(p["mini_batch_size"]),
        base=Start(NORMAL, p["bias_init_sigma"]),
        weights=Start(NORMAL, p["linear_init_sigma"]),
        factors=Start(NORMAL, p["factors_init_sigma"]),
        rates=OfEach(p["learning_rate"], p["learning_rate"], p["learning_rate"]),
        ridges=OfEach(0.0, p["linear_regularisation"], p["factors_regularisation"]),
        seed=int(p["seed"]),
    )


def learn(
    matrix: RatingMatrix, labels: NDArray[np.float64], course: Course, *, goes_on: Callable[[int], bool] = lambda epochs: True
) -> Films:
    """The films of the machine after the last epoch, under the mean of its persons, whose own weights are thrown away.

    labels: of each rating of the matrix. goes_on: asked before every mini-batch, with the epochs that are done, whether it should; else
    what has been learned so far is all.
    """
    rng = np.random.default_rng(course.seed)
    cells = one_hot(matrix)
    places = cells.indices.reshape(-1, 2)  # two ones in each row: who and what
    machine = _first(cells.shape[1], places, course, rng)
    told, size = labels.astype(np.float32), course.mini_batch_size
    for epoch in range(course.epochs):
        order = rng.permutation(len(places))
        for first in range(0, len(places), size):
            if not goes_on(epoch):
                return machine.films(matrix)
            batch = order[first : first + size]
            machine.learn_from(places[batch], told[batch])
    return machine.films(matrix)


@dataclass
class _Machine:
    """While it learns. table: shape (n_features, 1 + num_factors), the weight of each feature, then its factors. base: of all.

    ridge: shape of table, of each weight for one rating. base_ridge: of the base for one. rates: shape of a row of the table.
    seen, base_seen: the sums of squared slopes so far.
    """

    table: Reals
    base: float
    ridge: Reals
    base_ridge: float
    seen: Reals
    base_seen: float
    rates: Reals
    course: Course

    def learn_from(self, places: NDArray[np.integer], labels: Reals) -> None:
        """One step. places: shape (n, 2), the two features of each rating. labels: beside them."""
        who, what = self.table[places[:, 0]], self.table[places[:, 1]]
        logits = self.base + who[:, 0] + what[:, 0] + np.einsum("nk,nk->n", who[:, 1:], what[:, 1:])
        surplus = self.course.loss.expected(logits).astype(np.float32) - labels
        slopes = np.concatenate([what, who])  # of a weight one, of a factor that of the other feature
        slopes[:, 0] = 1
        slopes *= np.concatenate([surplus, surplus])[:, np.newaxis]
        features = places.T.ravel()
        order = np.argsort(features, kind="stable")
        features, starts, times = np.unique(features[order], return_index=True, return_counts=True)
        own = self.table[features]
        slope = self._kept(np.add.reduceat(slopes[order], starts, axis=0))
        slope = slope + self.ridge[features] * own * times[:, np.newaxis].astype(np.float32)
        self.seen[features] = seen = self.seen[features] + slope**2
        self.table[features] = own - self.rates * slope / (np.sqrt(seen) + self.course.tiny)
        of_base = float(self._kept(surplus.sum(keepdims=True))[0]) + self.base_ridge * self.base * len(labels)
        self.base_seen += of_base**2
        self.base -= self.course.rates.base * of_base / (self.base_seen**0.5 + self.course.tiny)

    def _kept(self, slope: Reals) -> Reals:
        """Of the loss, multiplied and clipped as the course says; the same array where it says nothing."""
        rescaled = slope if self.course.rescale == 1 else slope * np.float32(self.course.rescale)
        return rescaled if self.course.clip == np.inf else np.clip(rescaled, -self.course.clip, self.course.clip)

    def films(self, matrix: RatingMatrix) -> Films:
        """What is left when the persons are gone: a person of whom nothing is known is their mean."""
        persons, films = np.split(self.table.astype(np.float64), [matrix.n_users])
        anybody = persons.mean(axis=0) if len(persons) else np.zeros(films.shape[1])
        films[matrix.raters == 0] = 0
        weights = films[:, 0] + films[:, 1:] @ anybody[1:]
        factors = np.ascontiguousarray(films[:, 1:], dtype=np.float32)
        return Films(np.array([self.base + anybody[0]]), weights, factors)


def _first(n_features: int, places: NDArray[np.integer], course: Course, rng: np.random.Generator) -> _Machine:
    """Every weight as the course begins."""
    shape = (n_features, 1 + course.n_factors)
    base = float(course.base.drawn(rng, (1,))[0])
    table = course.factors.drawn(rng, shape)
    table[:, 0] = course.weights.drawn(rng, (n_features,))
    ridge = np.full(shape, course.ridges.factors, dtype=np.float64)
    ridge[:, 0] = course.ridges.weights
    ridge /= np.maximum(np.bincount(places.ravel(), minlength=n_features), 1)[:, np.newaxis]
    rates = np.full(shape[1], course.rates.factors, dtype=np.float32)
    rates[0] = course.rates.weights
    return _Machine(
        table.astype(np.float32),
        base,
        ridge.astype(np.float32),
        course.ridges.base / max(len(places), 1),
        np.zeros(shape, np.float32),
        0.0,
        rates,
        course,
    )
