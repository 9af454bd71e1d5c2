"""From the records of a training channel to a machine: the recipe `fm-sgd`, and everybody folded in for good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.models.fm_sgd.films import Films, surprises
from recommender.models.fm_sgd.learning import learn
from recommender.sagemaker.channels import Samples
from recommender.sagemaker.hyperparameters import Hyperparameters
from recommender.sagemaker.machine import LIKELY, Machine, Row
from recommender.sagemaker.one_hot import Ids

_ASKED_AT_ONCE = 50_000  # rows


@dataclass(frozen=True, slots=True)
class Lesson:
    """Everything that a machine is made of. first_film: the key where films begin."""

    samples: Samples
    first_film: int
    hyperparameters: Hyperparameters
    ids: Ids | None = None


def films_learned(lesson: Lesson, goes_on: Callable[[int], bool]) -> Films:
    """The films after the last epoch, or after those that there was time for. goes_on: as in `learn`."""
    samples = lesson.samples.in_order()
    course = lesson.hyperparameters.course(len(samples), float(samples.labels.mean()))
    return learn(_matrix(samples, lesson), samples.labels, course, goes_on=goes_on)


def without_people(lesson: Lesson, films: Films) -> Machine:
    """The machine to which everybody is anybody."""
    n, n_films = lesson.hyperparameters.feature_dim, len(films.weights)
    weights = np.zeros(n)
    factors = np.zeros((n, films.factors.shape[1]), dtype=np.float32)
    weights[n - n_films :], factors[n - n_films :] = films.weights, films.factors
    return Machine(films.base, weights, factors, lesson.hyperparameters.is_classifier, lesson.ids)


def with_people(lesson: Lesson, films: Films) -> Machine:
    """The machine that knows everybody who is in the records, each by the weights that are best over what they have rated."""
    machine = without_people(lesson, films)
    samples = lesson.samples.in_order()
    ridge = lesson.hyperparameters.ridge(len(samples))
    loss = lesson.hyperparameters.course(len(samples), 0.0).loss
    starts = np.flatnonzero(np.diff(samples.who, prepend=-1))
    for span in np.split(np.arange(len(samples)), starts[1:]):
        columns = samples.what[span] - lesson.first_film
        surprise = surprises(films, columns, samples.labels[span], ridge, loss)
        key = samples.who[span[0]]
        machine.weights[key] = surprise.sum() / ridge.linear
        machine.factors[key] = surprise @ films.factors[columns].astype(np.float64) / ridge.factors
    return machine


def measured(machine: Machine, samples: Samples) -> dict[str, float]:
    """What SageMaker's machine measures of a channel, under its names: of a classifier three figures, of a regressor the RMSE.

    binary_f_beta has beta 1, and is 0 where nothing is labelled 1.
    """
    scores = np.concatenate(
        [
            machine.scores([Row((user, film), (1.0, 1.0)) for user, film in zip(who.tolist(), what.tolist(), strict=True)])
            for who, what in _pieces(samples)
        ]
    )
    if not machine.is_classifier:
        return {"rmse": float(np.sqrt(np.mean((scores - samples.labels) ** 2)))}
    told, liked = scores >= LIKELY, samples.labels == 1
    n_right = int(np.sum(told & liked))
    with np.errstate(divide="ignore"):
        surprise = -np.mean(np.where(liked, np.log(scores), np.log1p(-scores)))
    return {
        "binary_classification_accuracy": float(np.mean(told == liked)),
        "binary_classification_cross_entropy": float(surprise),
        "binary_f_beta": 2 * n_right / max(int(told.sum()) + int(liked.sum()), 1),
    }


def _pieces(samples: Samples) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    firsts = range(0, len(samples), _ASKED_AT_ONCE)
    return [(samples.who[at : at + _ASKED_AT_ONCE], samples.what[at : at + _ASKED_AT_ONCE]) for at in firsts]


def _matrix(samples: Samples, lesson: Lesson) -> RatingMatrix:
    """The same pairs as a matrix, in the same order; its stars say nothing, since the labels lie beside it."""
    stars = np.ones(len(samples), dtype=np.uint8)
    table = RatingTable(samples.who.astype(np.int32), samples.what.astype(np.int32), stars, np.zeros(len(samples), dtype=np.int64))
    return RatingMatrix.of(table, np.arange(lesson.first_film, lesson.hyperparameters.feature_dim, dtype=np.int32))
