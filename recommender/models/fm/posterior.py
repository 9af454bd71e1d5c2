"""Gibbs sampling of the machine's weights: one chain, whose kept states together say what is known and what is not.

Source: Freudenthaler, Schmidt-Thieme and Rendle, "Bayesian factorization machines" (2011), with the linked side features of Simm et al.,
"Macau" (2017): a person's weights are drawn around what their features lead one to expect. Differences from a factorisation machine over
all features in one row: products of two features of the same person, or of the same film, are left out, since the person's or the film's
own weight takes them up; persons (and films) are drawn all at once, their weights jointly instead of one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import ndtri

from recommender.models.fm import ordinal
from recommender.models.fm.features import Directions

Floats = NDArray[np.float64]

_SETTLING = 15  # sweeps before anything is learned of how people use the scale
_PRIOR_THRESHOLD = 0.01  # precision: thresholds within some ten standard deviations of 0
_LARGEST_STEP = 0.3  # of a threshold in one sweep
_WANTED_ACCEPTANCE = 0.35  # of two-dimensional random walks (Roberts, Gelman and Gilks, 1997)


@dataclass(frozen=True, slots=True)
class Observed:
    """The ratings to learn from, sorted by person. persons, films: row and column of each. steps: of the scale, 0 to n_steps - 1.

    Every person and every film has at least one rating.
    """

    persons: NDArray[np.intp]
    films: NDArray[np.intp]
    steps: NDArray[np.intp]
    n_persons: int
    n_films: int
    n_steps: int


@dataclass(frozen=True, slots=True)
class State:
    """One draw. films: shape (n_films, 1 + n_factors), the bias first.

    film_mean: what a film without features would be drawn around. film_weights, person_weights: for each block of features of that side,
    shape (features, 1 + n_factors). person_mean, person_precision: of the persons' bias and factors. thresholds: shape (n_steps - 1,).
    scale_spread: the standard deviations of the logarithms of a person's stretch and of their firmness.
    """

    films: Floats
    film_mean: Floats
    film_weights: tuple[Floats, ...]
    person_mean: Floats
    person_precision: Floats
    person_weights: tuple[Floats, ...]
    thresholds: Floats
    scale_spread: Floats


def drawn(
    observed: Observed,
    person_features: Sequence[Directions],
    film_features: Sequence[Directions],
    *,
    n_factors: int,
    kept: Collection[int],
    rng: np.random.Generator,
) -> list[State]:
    """The states after the sweeps named in `kept`, counted from 1; the last of them ends the chain."""
    chain, found, last = _Chain(observed, person_features, film_features, n_factors, rng), [], max(kept)
    for sweep in range(1, last + 1):
        chain.sweep(scales=sweep > _SETTLING, adapt=sweep <= last // 4)
        if sweep in kept:
            found.append(chain.state())
    return found


class _Chain:
    def __init__(
        self,
        observed: Observed,
        person_features: Sequence[Directions],
        film_features: Sequence[Directions],
        n_factors: int,
        rng: np.random.Generator,
    ) -> None:
        self.observed, self.rng = observed, rng
        self.persons = _Side(observed.n_persons, 1 + n_factors, person_features, rng)
        self.films = _Side(observed.n_films, 1 + n_factors, film_features, rng)
        n = len(observed.steps)
        pairs = (observed.persons, observed.films)
        self.by_person = sparse.csr_array((np.ones(n), pairs), shape=(observed.n_persons, observed.n_films))
        self.film_order = np.argsort(observed.films, kind="stable")
        ordered = (observed.films[self.film_order], observed.persons[self.film_order])
        self.by_film = sparse.csr_array((np.ones(n), ordered), shape=(observed.n_films, observed.n_persons))
        below = np.cumsum(np.bincount(observed.steps, minlength=observed.n_steps))[:-1] / n
        self.thresholds: Floats = ndtri(below)
        # Of each person the logarithms of how far apart the thresholds lie and of how firm the ratings are (1 / noise).
        self.scales = np.zeros((2, observed.n_persons))
        self.spread = np.full(2, 0.3)
        self.stride = np.full(observed.n_persons, 0.3)

    def sweep(self, *, scales: bool, adapt: bool) -> None:
        """Everything drawn once, given all the rest."""
        observed, rng = self.observed, self.rng
        liking = self._liking()
        if scales:
            self._draw_scales(liking, adapt)
        self._draw_thresholds(liking, exact=not scales)
        low, high, firmness = self._bounds(liking, self.scales)
        hidden = liking + ordinal.draw(low, high, rng.random(len(liking))) / firmness
        weight = firmness**2
        film_bias, factors = self.films.vectors[:, 0], self.films.vectors.copy()
        factors[:, 0] = 1.0
        self.persons.draw(_filled(self.by_person, weight), _filled(self.by_person, weight * (hidden - film_bias[observed.films])), factors)
        self.persons.draw_prior()
        person_bias, factors = self.persons.vectors[:, 0], self.persons.vectors.copy()
        factors[:, 0] = 1.0
        rest = (weight * (hidden - person_bias[observed.persons]))[self.film_order]
        self.films.draw(_filled(self.by_film, weight[self.film_order]), _filled(self.by_film, rest), factors)
        self.films.draw_prior()

    def state(self) -> State:
        return State(
            films=self.films.vectors,
            film_mean=self.films.mean,
            film_weights=self.films.weights(),
            person_mean=self.persons.mean,
            person_precision=self.persons.precision,
            person_weights=self.persons.weights(),
            thresholds=self.thresholds,
            scale_spread=self.spread,
        )

    def _liking(self) -> Floats:
        """Of every rating, without noise: both biases and the product of the factors."""
        observed = self.observed
        persons, films = np.ascontiguousarray(self.persons.vectors.T), np.ascontiguousarray(self.films.vectors.T)
        found: Floats = persons[0].take(observed.persons) + films[0].take(observed.films)
        for person, film in zip(persons[1:], films[1:], strict=True):
            found += person.take(observed.persons) * film.take(observed.films)
        return found

    def _bounds(self, liking: Floats, scales: Floats) -> tuple[Floats, Floats, Floats]:
        """Low and high of each rating's noise in its own standard deviations, and the firmness."""
        stretch, firmness = np.exp(scales).take(self.observed.persons, axis=1)
        ends = ordinal.bounds(self.thresholds)
        steps, last = self.observed.steps, self.observed.n_steps - 1
        low = np.where(steps == 0, -ordinal.OPEN, (ends.take(steps) * stretch - liking) * firmness)
        high = np.where(steps == last, ordinal.OPEN, (ends.take(steps + 1) * stretch - liking) * firmness)
        return low, high, firmness

    def _draw_scales(self, liking: Floats, adapt: bool) -> None:
        """One step of random walk for each person's stretch and firmness, the hidden values summed out."""
        observed, rng = self.observed, self.rng
        offered = self.scales + self.stride * self.spread[:, np.newaxis] * rng.standard_normal(self.scales.shape)
        gain = np.zeros(observed.n_persons)
        for sign, scales in ((1, offered), (-1, self.scales)):
            low, high, _ = self._bounds(liking, scales)
            gain += sign * np.bincount(observed.persons, np.log(ordinal.probability(low, high)), observed.n_persons)
            gain -= sign * np.sum((scales / self.spread[:, np.newaxis]) ** 2, axis=0) / 2
        taken = np.log(rng.random(observed.n_persons)) < gain
        self.scales = np.where(taken, offered, self.scales)
        if adapt:
            self.stride = np.clip(self.stride * np.exp(0.2 * (taken - _WANTED_ACCEPTANCE)), 0.05, 3.0)
        self.spread = np.sqrt((0.02 + np.sum(self.scales**2, axis=1)) / rng.chisquare(observed.n_persons + 2, 2))

    def _draw_thresholds(self, liking: Floats, *, exact: bool) -> None:
        """One Newton step towards the most probable thresholds, the hidden values summed out, and the noise of their posterior around it.

        exact: without the noise. A step that would put them out of order is left out.
        """
        n = self.observed.n_steps
        low, high, firmness = self._bounds(liking, self.scales)
        per_threshold = firmness * np.exp(self.scales[0]).take(self.observed.persons)
        at = ordinal.slope(low, high)
        gain, loss, steps = at.at_high * per_threshold, at.at_low * per_threshold, self.observed.steps
        slope = np.bincount(steps, gain, n)[:-1] - np.bincount(steps, loss, n)[1:] - _PRIOR_THRESHOLD * self.thresholds
        above = np.bincount(steps, gain**2 + high * per_threshold * gain, n)[:-1]
        below = np.bincount(steps, loss**2 - low * per_threshold * loss, n)[1:]
        beside = -np.bincount(steps, gain * loss, n)[1:-1]
        precision = np.diag(above + below + _PRIOR_THRESHOLD) + np.diag(beside, 1) + np.diag(beside, -1)
        step = np.linalg.solve(precision, slope)
        if not exact:
            step += np.linalg.solve(np.linalg.cholesky(precision).T, self.rng.standard_normal(n - 1))
        moved = self.thresholds + np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
        if np.all(np.diff(moved) > 0):
            self.thresholds = moved


class _Side:
    """The persons, or the films: their vectors, drawn around mean + features · weights with a common precision."""

    def __init__(self, n: int, size: int, features: Sequence[Directions], rng: np.random.Generator) -> None:
        self.features, self.rng = features, rng
        self.vectors = 0.1 * rng.standard_normal((n, size))
        self.vectors[:, 0] = 0.0
        self.mean, self.precision = np.zeros(size), 10.0 * np.eye(size)
        self.along = [np.zeros((len(block), size)) for block in features]  # the weights, in the block's directions
        self.expected = [np.zeros((n, size)) for _ in features]  # features · weights
        self.tightness = [10.0 for _ in features]  # how much nearer to 0 the weights lie than the vectors to what is expected

    def draw(self, weights: sparse.csr_array, values: sparse.csr_array, others: Floats) -> None:
        """All vectors given the other side's. weights, values: shape (n, n_others), precision and precision times value of each rating."""
        size = len(self.mean)
        upper = np.triu_indices(size)
        summed = (weights @ (others[:, upper[0]] * others[:, upper[1]])).T
        precision = np.empty((size, size, len(self.vectors)))
        precision[upper] = summed
        precision[upper[::-1]] = summed
        precision += self.precision[:, :, np.newaxis]
        pull = (values @ others + (self.mean + self._expected()) @ self.precision).T
        root = _roots(precision)
        self.vectors = np.ascontiguousarray(_back(root, _forth(root, pull) + self.rng.standard_normal(pull.shape)).T)

    def draw_prior(self) -> None:
        """Weights of the features, mean and precision given the vectors; conjugate priors of the weight of one vector."""
        n, size = self.vectors.shape
        root = np.linalg.cholesky(self.precision).astype(np.float64)
        for at, block in enumerate(self.features):
            rest = self.vectors - self.mean - (self._expected() - self.expected[at])
            squared, tightness = block.size[:, np.newaxis] ** 2, self.tightness[at]
            mean = block.size[:, np.newaxis] * (block.left.T @ rest.astype(np.float32)) / (squared + tightness)
            self.along[at] = mean + self._noise(root, len(block)) / np.sqrt(squared + tightness)
            self.expected[at] = (block.left @ (block.size[:, np.newaxis] * self.along[at]).astype(np.float32)).astype(np.float64)
            spread = np.sum((self.along[at] @ root) ** 2)
            self.tightness[at] = self.rng.gamma((1 + self.along[at].size) / 2, 2 / (1 + spread))
        rest = self.vectors - self._expected()
        self.mean = rest.sum(axis=0) / (n + 1) + self._noise(root, 1)[0] / np.sqrt(n + 1)
        scatter = np.eye(size) + (rest - self.mean).T @ (rest - self.mean) + np.outer(self.mean, self.mean)
        freedom = n + 1 + size
        for along, tightness in zip(self.along, self.tightness, strict=True):
            scatter += tightness * along.T @ along
            freedom += len(along)
        self.precision = _wishart(freedom, np.asarray(np.linalg.inv(scatter), dtype=np.float64), self.rng)

    def weights(self) -> tuple[Floats, ...]:
        """Of each block, by feature; where the features have no direction, what is expected there: 0."""
        return tuple(block.right @ along for block, along in zip(self.features, self.along, strict=True))

    def _expected(self) -> Floats:
        return np.asarray(np.sum(self.expected, axis=0), dtype=np.float64)

    def _noise(self, root: Floats, n: int) -> Floats:
        return np.asarray(np.linalg.solve(root.T, self.rng.standard_normal((len(self.mean), n))).T)


def _filled(pattern: sparse.csr_array, values: Floats) -> sparse.csr_array:
    """The same places with other values, given in the order of the places."""
    return sparse.csr_array((values, pattern.indices, pattern.indptr), shape=pattern.shape)


def _wishart(freedom: int, scale: Floats, rng: np.random.Generator) -> Floats:
    """Bartlett's decomposition."""
    size = len(scale)
    factor = np.tril(rng.standard_normal((size, size)), -1) + np.diag(np.sqrt(rng.chisquare(freedom - np.arange(size))))
    root = np.linalg.cholesky((scale + scale.T) / 2) @ factor
    return np.asarray(root @ root.T)


# Cholesky's method for many small matrices at once, shape (size, size, n): several times faster than n calls of LAPACK.


def _roots(matrices: Floats) -> Floats:
    found = np.zeros_like(matrices)
    for j in range(len(matrices)):
        found[j, j] = np.sqrt(matrices[j, j] - np.sum(found[j, :j] ** 2, axis=0))
        found[j + 1 :, j] = (matrices[j + 1 :, j] - np.einsum("ikn,kn->in", found[j + 1 :, :j], found[j, :j])) / found[j, j]
    return found


def _forth(roots: Floats, right: Floats) -> Floats:
    """root⁻¹ · right, shape (size, n)."""
    found = np.empty_like(right)
    for j in range(len(roots)):
        found[j] = (right[j] - np.sum(roots[j, :j] * found[:j], axis=0)) / roots[j, j]
    return found


def _back(roots: Floats, right: Floats) -> Floats:
    """root⁻ᵀ · right, shape (size, n)."""
    found = np.empty_like(right)
    for j in reversed(range(len(roots))):
        found[j] = (right[j] - np.sum(roots[j + 1 :, j] * found[j + 1 :], axis=0)) / roots[j, j]
    return found
