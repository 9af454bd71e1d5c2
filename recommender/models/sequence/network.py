"""The network as arrays, and what it says of a history: arithmetic alone, the same with and without what it was trained by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recommender.models import Arrays
from recommender.models.walks import Walk

Floats = NDArray[np.float32]

MIDDLING, SPREAD = 7, 3  # half stars: 3.5 stars say nothing beside the film itself, five stars one
PAUSES = (1, 60, 3600, 86_400, 30 * 86_400)  # seconds: none, moments, minutes, hours, days, longer; each has a vector


class Inputs(NamedTuple):
    """What a walk puts in at each step: place of the film, how it was liked, and the kind of pause before it."""

    places: NDArray[np.int64]
    likes: Floats
    pauses: NDArray[np.int64]


def inputs(walk: Walk) -> Inputs:
    """Of every step, oldest first; before the first there was no pause."""
    seconds = np.diff(walk.rated_at, prepend=walk.rated_at[:1])
    likes = (walk.half_stars.astype(np.float32) - np.float32(MIDDLING)) / np.float32(SPREAD)
    return Inputs(walk.columns.astype(np.int64), likes.astype(np.float32), np.digitize(seconds, PAUSES).astype(np.int64))


@dataclass(frozen=True, slots=True)
class Network:
    """films: shape (n_films, n_factors), by which they go in and out. base: shape (n_films,), what each starts from.

    liking: shape (n_factors,), what a good rating adds to its film. pauses: shape (len(PAUSES) + 1, n_factors).
    from_input, from_state: shapes (3·hidden, n_factors) and (3·hidden, hidden): reset, update and new state, one below the other;
    input_base, state_base: shape (3·hidden,). output: shape (n_factors, hidden); output_base: shape (n_factors,).
    """

    films: Floats
    base: Floats
    liking: Floats
    pauses: Floats
    from_input: Floats
    from_state: Floats
    input_base: Floats
    state_base: Floats
    output: Floats
    output_base: Floats

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Network:
        """The network of what `arrays` gave; KeyError where one is missing."""
        return cls(**{field.name: arrays[field.name] for field in fields(cls)})

    def arrays(self) -> Arrays:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def scores(self, walks: Sequence[Walk], *, shared: int = 0) -> NDArray[np.float64]:
        """The logarithm of every film's chance to be next, times the number of films; shape (walks, n_films).

        walks: one at least, all of one length. shared: how many steps all have in common at their beginning, which are gone once only.
        """
        if not len(self.films):
            return np.zeros((len(walks), 0))
        asked = self.memory(walks, shared=shared) @ self.output.T + self.output_base
        found = (asked @ self.films.T + self.base).astype(np.float64)
        highest = found.max(axis=1, keepdims=True)
        return np.asarray(found - highest - np.log(np.mean(np.exp(found - highest), axis=1, keepdims=True)))

    def memory(self, walks: Sequence[Walk], *, shared: int = 0) -> Floats:
        """What is left in the state after the last step, shape (walks, hidden); zeros where there was none."""
        steps = [inputs(walk) for walk in walks]
        state = np.zeros((1, self.from_state.shape[1]), dtype=np.float32)
        state = self._gone(state, [steps[0]], slice(0, shared))
        return self._gone(np.repeat(state, len(walks), axis=0), steps, slice(shared, None))

    def _gone(self, state: Floats, walks: Sequence[Inputs], span: slice) -> Floats:
        """The state of each walk after these of its steps, shape (walks, hidden).

        Source: Cho et al. (EMNLP 2014), equations 5 to 8, with the reset after the product, as PyTorch's GRU has it.
        """
        places, likes, pauses = (np.stack([getattr(walk, name)[span] for walk in walks]) for name in Inputs._fields)
        said = self.films[places] + likes[..., np.newaxis] * self.liking + self.pauses[pauses]
        put_in, hidden = said @ self.from_input.T + self.input_base, self.from_state.shape[1]
        for step in range(places.shape[1]):
            kept = state @ self.from_state.T + self.state_base
            gates = _logistic(put_in[:, step, : 2 * hidden] + kept[:, : 2 * hidden])
            reset, update = gates[:, :hidden], gates[:, hidden:]
            new = np.tanh(put_in[:, step, 2 * hidden :] + reset * kept[:, 2 * hidden :])
            state = new + update * (state - new)
        return state


def _logistic(x: Floats) -> Floats:
    """1 / (1 + exp(-x)), without numbers too large."""
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * x), dtype=np.float32)
