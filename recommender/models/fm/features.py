"""What is known of a person or a film beside its number: feature matrices, brought to their principal directions.

implicit: of a person, which films they have rated. flipped: of a film, who has rated it. content: of a film, its genres, year and tags.
Source: Rendle, Zhang and Koren, "On the difficulty of evaluating baselines" (2019), section 3, for implicit and flipped; each row of a
kind is divided by the root of its sum, as in SVD++ (Koren, KDD 2008, equation 15).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix

YEAR_BINS = 12  # of equally many films each
LEAST_FILMS = 3  # a tag of fewer films says nothing of others
MOST_TAGS = 500
_EXACT = 1_500  # rows or columns up to which the directions are worked out exactly


@dataclass(frozen=True, slots=True)
class Directions:
    """The singular directions of a feature matrix X, shape (n, d): X = left · diag(size) · rightᵀ, the smallest left out.

    left: shape (n, k), single precision, since every sweep reads it twice. size: shape (k,), above 0. right: shape (d, k).
    """

    left: NDArray[np.float32]
    size: NDArray[np.float64]
    right: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.size)


def directions(features: sparse.csr_array, most: int, rng: np.random.Generator) -> Directions:
    """At most `most` directions, the largest.

    Exact where rows or columns are few; else by random projection with two power steps (Halko, Martinsson and Tropp, SIAM Review 2011,
    algorithm 4.4).
    """
    n, d = features.shape
    if min(n, d) > _EXACT:
        basis = np.linalg.qr(features @ rng.standard_normal((d, most + 20)))[0]
        for _ in range(2):
            basis = np.linalg.qr(features @ np.linalg.qr(features.T @ basis)[0])[0]
        left, size, right = np.linalg.svd((features.T @ basis).T, full_matrices=False)
        return _largest(basis @ left, size, right.T, most)
    wide = n <= d
    gram = (features @ features.T if wide else features.T @ features).toarray()
    squared, vectors = np.linalg.eigh(gram)
    keep = squared > 1e-8 * max(float(squared[-1]), 1e-300) if len(squared) else np.zeros(0, dtype=bool)
    size, vectors = np.sqrt(squared[keep][::-1]), vectors[:, keep][:, ::-1]
    others = ((features.T if wide else features) @ vectors) / size
    return _largest(vectors, size, others, most) if wide else _largest(others, size, vectors, most)


def _largest(left: NDArray[np.float64], size: NDArray[np.float64], right: NDArray[np.float64], most: int) -> Directions:
    return Directions(np.ascontiguousarray(left[:, :most], dtype=np.float32), size[:most].copy(), np.ascontiguousarray(right[:, :most]))


def rooted(features: sparse.csr_array) -> sparse.csr_array:
    """Each row divided by the root of its sum; an empty row stays empty."""
    sums = np.asarray(features.sum(axis=1), dtype=np.float64)
    return sparse.csr_array(sparse.diags_array(1 / np.sqrt(np.maximum(sums, 1.0))) @ features)


def one_hot(matrix: RatingMatrix) -> sparse.csr_array:
    """A row for each rating, person by person: a 1 for who rated and a 1 for what, shape (n_ratings, n_users + n_movies).

    The first columns are the persons, in order of `user_ids`, then come the films, in order of `movie_ids`.
    """
    n = matrix.n_ratings
    rows = np.repeat(np.arange(matrix.n_users), np.diff(matrix.row_starts))
    places = np.column_stack([rows, matrix.n_users + matrix.columns.astype(np.int64)]).ravel()
    return sparse.csr_array((np.ones(2 * n), places, np.arange(0, 2 * n + 1, 2)), shape=(n, matrix.n_users + matrix.n_movies))


def content(films: Catalogue) -> sparse.csr_array:
    """Of every film its genres, the bin of its year and its tags, each kind `rooted`; shape (n_movies, kinds).

    The bins hold about equally many films; a film without a year is in none. Tags: those of LEAST_FILMS films and more, at most
    MOST_TAGS, those of most films first.
    """
    genres = np.column_stack([films.genre_mask([genre]) for genre in films.genres()]) if films.genres() else np.zeros((len(films), 0))
    return sparse.csr_array(sparse.hstack([rooted(sparse.csr_array(genres.astype(np.float64))), _years(films), rooted(_tags(films))]))


def _years(films: Catalogue) -> sparse.csr_array:
    known = films.years > 0
    if not known.any():
        return sparse.csr_array((len(films), 0))
    inner = np.unique(np.quantile(films.years[known], np.arange(1, YEAR_BINS) / YEAR_BINS, method="lower"))
    bins = np.searchsorted(inner, films.years, side="left")
    return sparse.csr_array((np.ones(int(known.sum())), (np.flatnonzero(known), bins[known])), shape=(len(films), len(inner) + 1))


def _tags(films: Catalogue) -> sparse.csr_array:
    used = [films.tags(column) for column in range(len(films))]
    counts = Counter(tag for tags in used for tag in set(tags))
    best = sorted((tag for tag, n in counts.items() if n >= LEAST_FILMS), key=lambda tag: (-counts[tag], tag))[:MOST_TAGS]
    place = {tag: at for at, tag in enumerate(best)}
    found = [(column, place[tag]) for column, tags in enumerate(used) for tag in set(tags) if tag in place]
    rows, columns = np.array(found, dtype=np.int64).reshape(-1, 2).T
    return sparse.csr_array((np.ones(len(found)), (rows, columns)), shape=(len(films), len(best)))
