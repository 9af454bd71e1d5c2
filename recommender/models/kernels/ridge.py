"""Many small ridge problems over the same features at once: the loop inside every matrix factorisation by alternating least squares.

One problem: find x that makes  Σ_j w_j·(x·y_j)² − 2·Σ_j t_j·(x·y_j) + x'·P·x + c·|x|²  least, over the observed j of a row, which is
x = (P + c·I + Σ_j w_j·y_j·y_j')⁻¹ · Σ_j t_j·y_j.  P is the same for every row, c the row's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.models.kernels.plain import spans

MOST_CELLS = 1 << 21  # numbers in one block of gathered features: 8 MB as float32
LONGEST_PADDING = 1.25  # rows of a block are padded with nothing up to its longest, which is at most this times its shortest

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Observed:
    """The sparse side of the problems. starts: shape (n_rows + 1,); row r observes starts[r]:starts[r + 1] of the others.

    columns: which features are observed. weights: w, 0 or more. targets: t, which already holds the weight.
    """

    starts: NDArray[np.int64]
    columns: NDArray[np.integer]
    weights: Floats
    targets: Floats

    @property
    def lengths(self) -> NDArray[np.int64]:
        """How many each row observes, shape (n_rows,)."""
        return np.diff(self.starts)


def solve_rows(observed: Observed, features: Floats, prior: Floats, ridge: Floats) -> Floats:
    """x of every row, shape (n_rows, n_factors), in the type of the features.

    features: y, shape (n_features, n_factors). prior: P, shape (n_factors, n_factors), symmetric, no eigenvalue below 0. ridge: c of each
    row, shape (n_rows,), above 0. A row that observes nothing gets zeros.
    """
    scales, turn = np.linalg.eigh(np.asarray(prior, dtype=np.float64))
    # In the prior's own axes P + c·I is diagonal, whatever c is.
    turned = np.asarray(features @ turn, dtype=features.dtype)
    diagonals = (np.maximum(scales, 0.0) + np.asarray(ridge, dtype=np.float64)[:, np.newaxis]).astype(features.dtype)
    found = np.zeros((len(ridge), features.shape[1]), dtype=features.dtype)
    for rows, longest in _blocks(observed.lengths, features.shape[1]):
        gathered, weights, targets = _gathered(observed, rows, longest, turned)
        solve = _by_observations if longest <= features.shape[1] // 2 else _by_factors
        found[rows] = solve(gathered, weights, targets, diagonals[rows])
    return np.asarray(found @ turn.T, dtype=features.dtype)


def _blocks(lengths: NDArray[np.int64], n_factors: int) -> Iterator[tuple[NDArray[np.intp], int]]:
    """Rows of about the same length, and the longest of them; rows of length 0 are in no block."""
    order = np.argsort(lengths, kind="stable")
    start = int(np.searchsorted(lengths[order], 1))
    while start < len(order):
        shortest = int(lengths[order[start]])
        end = int(np.searchsorted(lengths[order], int(shortest * LONGEST_PADDING), side="right"))
        longest = int(lengths[order[end - 1]])
        end = min(end, start + max(1, MOST_CELLS // (max(longest, n_factors) * n_factors)))
        yield order[start:end], int(lengths[order[end - 1]])
        start = end


def _gathered(observed: Observed, rows: NDArray[np.intp], longest: int, features: Floats) -> tuple[Floats, Floats, Floats]:
    """The observed features, shape (rows, longest, n_factors), and beside them their weights and targets, 0 where a row is shorter."""
    lengths = observed.lengths[rows]
    entries = spans(observed.starts[rows], lengths)
    there = np.arange(longest) < lengths[:, np.newaxis]
    columns = np.zeros(there.shape, dtype=np.int32)
    weights, targets = np.zeros(there.shape, dtype=features.dtype), np.zeros(there.shape, dtype=features.dtype)
    columns[there] = observed.columns[entries]
    weights[there], targets[there] = observed.weights[entries], observed.targets[entries]
    return features[columns], weights, targets


def _by_factors(features: Floats, weights: Floats, targets: Floats, diagonals: Floats) -> Floats:
    """(D + Y'WY)⁻¹ Y't, n_factors equations a row."""
    across = np.swapaxes(features, 1, 2)
    normal = across @ (features * weights[:, :, np.newaxis])
    axes = np.arange(features.shape[2])
    normal[:, axes, axes] += diagonals
    return np.asarray(np.linalg.solve(normal, across @ targets[:, :, np.newaxis])[:, :, 0])


def _by_observations(features: Floats, weights: Floats, targets: Floats, diagonals: Floats) -> Floats:
    """The same by Woodbury's identity, with as many equations as are observed: D⁻¹(b − Y'√W (I + √W Y D⁻¹ Y'√W)⁻¹ √W Y D⁻¹ b), b = Y't."""
    roots = np.sqrt(weights)[:, :, np.newaxis]
    scaled = features * roots
    over = scaled / diagonals[:, np.newaxis, :]
    across = np.swapaxes(scaled, 1, 2)
    inner = over @ across
    axes = np.arange(features.shape[1])
    inner[:, axes, axes] += 1
    b = np.swapaxes(features, 1, 2) @ targets[:, :, np.newaxis]
    correction = across @ np.linalg.solve(inner, over @ b)
    return np.asarray((b - correction)[:, :, 0] / diagonals)
