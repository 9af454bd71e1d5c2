"""The network as arrays, and what it says of a person and all films: arithmetic alone, the same with and without what it was trained by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from recommender.models import Arrays
from recommender.models.classifier.person import mean_weights, numbers
from recommender.models.walks import Walk

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Network:
    """films: shape (n_movies, n_factors), what was learned of each. kinds: shape (n_movies, n_kinds), its genres and years.

    raters: shape (n_movies,), how well known it is. beside: shape (n_movies, hidden), what the film puts into the layer that sees both
    sides. base: shape (n_movies,), what it starts from. person, person_base: the person's layer, shape (hidden, inputs) and (hidden,).
    tower, tower_base: from it to the films' vectors. into, into_base: from it to the layer that sees both; out: shape (hidden,), from that.
    """

    films: Floats
    kinds: Floats
    raters: Floats
    beside: Floats
    base: Floats
    person: Floats
    person_base: Floats
    tower: Floats
    tower_base: Floats
    into: Floats
    into_base: Floats
    out: Floats

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Network:
        """The network of what `arrays` gave; KeyError where one is missing."""
        return cls(**{field.name: arrays[field.name] for field in fields(cls)})

    def arrays(self) -> Arrays:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def chances(self, walks: Sequence[Walk], columns: NDArray[np.integer] | None = None) -> NDArray[np.float64]:
        """p(yes) of each person for each of the films, all of them where none are named; shape (people, films)."""
        films, beside, base = (
            (each if columns is None else each[np.asarray(columns)]).astype(np.float32, copy=False)
            for each in (self.films, self.beside, self.base)
        )
        found = np.zeros((len(walks), len(films)))
        for row, walk in enumerate(walks):
            person = np.maximum(self.person @ self._told(walk) + self.person_base, 0)
            both = np.maximum(beside + (self.into @ person + self.into_base), 0)
            logits = films @ (self.tower @ person + self.tower_base) + both @ self.out + base
            found[row] = 0.5 + 0.5 * np.tanh(0.5 * logits.astype(np.float64))
        return found

    def _told(self, walk: Walk) -> Floats:
        """What the person's layer takes: three means of films, two of kinds, and numbers."""
        weights = mean_weights(walk)
        means = weights @ self.films[walk.columns]
        kinds = weights[:2] @ self.kinds[walk.columns]
        return np.concatenate([means.ravel(), kinds.ravel(), numbers(walk, self.raters)])
