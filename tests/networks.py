"""Networks of weights by chance, which nobody has learned: for what must hold of any, with PyTorch and without."""

from __future__ import annotations

from collections.abc import Sequence as Several

import numpy as np

from recommender.data.matrix import RatingMatrix
from recommender.models import classifier, sequence
from recommender.models.classifier import Classifier
from recommender.models.classifier.network import Network as ClassifierNetwork
from recommender.models.classifier.person import N_MEANS, N_NUMBERS
from recommender.models.sequence import Sequence
from recommender.models.sequence.network import Network as SequenceNetwork

KINDS = 3  # genres and years


def a_sequence(matrix: RatingMatrix, rng: np.random.Generator) -> Sequence:
    """Over all films of the matrix."""
    columns = np.arange(matrix.n_movies, dtype=np.int32)
    return Sequence.restore(matrix, sequence.DEFAULTS, {"columns": columns, **sequence_network(rng, matrix.n_movies).arrays()})


def a_classifier(matrix: RatingMatrix, rng: np.random.Generator) -> Classifier:
    return Classifier.restore(matrix, classifier.DEFAULTS, classifier_network(rng, matrix.n_movies).arrays())


def sequence_network(rng: np.random.Generator, n_films: int = 9, n_factors: int = 4, hidden: int = 5) -> SequenceNetwork:
    shapes = [
        (n_films, n_factors),
        (n_films,),
        (n_factors,),
        (6, n_factors),
        (3 * hidden, n_factors),
        (3 * hidden, hidden),
        (3 * hidden,),
        (3 * hidden,),
        (n_factors, hidden),
        (n_factors,),
    ]
    return SequenceNetwork(*_weights(rng, shapes))


def classifier_network(rng: np.random.Generator, n_movies: int, n_factors: int = 4, hidden: int = 5) -> ClassifierNetwork:
    told = N_MEANS * n_factors + 2 * KINDS + N_NUMBERS
    shapes = [
        (n_movies, n_factors),
        (n_movies, KINDS),
        (n_movies,),
        (n_movies, hidden),
        (n_movies,),
        (hidden, told),
        (hidden,),
        (n_factors, hidden),
        (n_factors,),
        (hidden, hidden),
        (hidden,),
        (hidden,),
    ]
    return ClassifierNetwork(*_weights(rng, shapes))


def _weights(rng: np.random.Generator, shapes: Several[tuple[int, ...]]) -> list[np.ndarray]:
    return [(0.7 * rng.standard_normal(shape)).astype(np.float32) for shape in shapes]
