"""From a classifier's answers about one person to films: the paper's UserFmDf, GetRecIndex and GetRecMovieID.

Source: "Building Movie Recommendation System Using Multiple Models", the part on the factorisation machine: all responses of a user are
collected, those labelled 1 are kept and sorted by score, and their places are turned into movie ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models import History, TellsLiking

YES = 0.5  # the least score that is labelled 1


@dataclass(frozen=True, slots=True)
class Responses:
    """What the classifier says of one person and each of these films. scores: in [0, 1]. labels: 1 where liked, else 0."""

    columns: NDArray[np.int32]
    scores: NDArray[np.float64]
    labels: NDArray[np.int8]


class Classifier(TellsLiking, Protocol):
    """Either machine, or another recipe that tells how probably a film is liked."""

    @property
    def matrix(self) -> RatingMatrix: ...


def responses_of(model: Classifier, history: History, columns: NDArray[np.int32] | None = None) -> Responses:
    """UserFmDf: the responses for these films, or for all that the person has not rated."""
    if columns is None:
        columns = np.setdiff1d(np.arange(model.matrix.n_movies, dtype=np.int32), history.columns)
    scores = model.chances(history, columns)
    return Responses(columns, scores, (scores >= YES).astype(np.int8))


def recommended(responses: Responses) -> NDArray[np.intp]:
    """GetRecIndex: places in the responses of what is labelled 1, highest score first, ties by lower place."""
    liked = np.flatnonzero(responses.labels)
    return liked[np.argsort(-responses.scores[liked], kind="stable")]


def movie_ids_of(responses: Responses, places: NDArray[np.intp], matrix: RatingMatrix) -> NDArray[np.int32]:
    """GetRecMovieID: the movies at these places of the responses, in their order."""
    return matrix.movie_ids[responses.columns[places]]
