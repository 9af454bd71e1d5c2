"""A person as a network takes them: what their ratings say, in numbers, whoever they are.

Three means over the films rated (of all, by liking, and of the latest), to be taken of whatever is known of films; and a few numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.models.walks import Walk

Floats = NDArray[np.float32]

MIDDLING = 3.5  # stars that speak neither for nor against a film
LATEST = 10  # ratings
N_MEANS, N_NUMBERS = 3, 6
USUAL_LENGTH = 3.0  # of a history, as a logarithm


def mean_weights(walk: Walk) -> Floats:
    """Of each film in the three means, shape (N_MEANS, len(walk)): in all alike, by stars more or less than MIDDLING, of the LATEST."""
    n = len(walk)
    found = np.zeros((N_MEANS, n), dtype=np.float32)
    if n:
        found[0] = 1 / n
        found[1] = (walk.half_stars / 2 - MIDDLING) / n
        found[2, -LATEST:] = 1 / min(n, LATEST)
    return found


def numbers(walk: Walk, raters: Floats) -> Floats:
    """How many they have rated, their stars (mean and spread), and how well known the films are (mean, spread, lately).

    raters: shape (n_movies,), how well known each film is. All 0 where nothing was rated.
    """
    if not len(walk):
        return np.zeros(N_NUMBERS, dtype=np.float32)
    stars, known = walk.half_stars / 2, raters[walk.columns].astype(np.float64)
    told = [np.log1p(len(walk)) / USUAL_LENGTH - 1, stars.mean() - MIDDLING, stars.std(), known.mean(), known.std(), known[-LATEST:].mean()]
    return np.array(told, dtype=np.float32)
