"""Films as sparse vectors of what is known of them without any rating: genres, year and viewers' tags."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.models import Arrays

YEAR_STEP = 10  # years from one knot to the next; a film lies between two
FIRST_KNOT, N_KNOTS = 1870, 26
LEAST_FILMS = 3  # a tag of fewer films says nothing of others


@dataclass(frozen=True)
class Traits:
    """The film of column c has values[starts[c]:starts[c + 1]] at the traits of the same span of `places`; everywhere else 0.

    starts: shape (n_movies + 1,). n: how many traits there are.
    """

    starts: NDArray[np.int64]
    places: NDArray[np.int64]
    values: NDArray[np.float64]
    n: int

    @classmethod
    def of_table(cls, table: NDArray[np.floating]) -> Traits:
        """From a dense table, shape (n_movies, n)."""
        rows, places = np.nonzero(table)
        return cls(np.searchsorted(rows, np.arange(len(table) + 1)), places, table[rows, places].astype(np.float64), table.shape[1])

    @classmethod
    def of_films(cls, films: Catalogue, *, years: float, tags: float, knots: bool) -> Traits:
        """One-hot genres, the year, and the tags that LEAST_FILMS or more have, a tag by how early it stands among its film's.

        years, tags: what ten years, and the tags of a film all together, weigh beside one genre. knots: whether the year is dealt out to
        the two nearest of N_KNOTS, so that a product of two films is higher the nearer they are; else it is one number, in tens of years
        from the mean, and a difference of two films is. A film without a year stands at none of the knots, or at the mean.
        """
        cells = [_genres(films), _knots(films, years) if knots else _number(films, years), _tags(films, tags)]
        first = np.cumsum([0, *(n for *_, n in cells)])
        rows = np.concatenate([rows for rows, *_ in cells])
        places = np.concatenate([places + at for (_, places, _, _), at in zip(cells, first, strict=False)])
        values = np.concatenate([values for _, _, values, _ in cells])
        order = np.lexsort((places, rows))
        return cls(np.searchsorted(rows[order], np.arange(len(films) + 1)), places[order], values[order], int(first[-1]))

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Traits:
        """What `arrays` gave."""
        return cls(arrays["starts"], arrays["places"], arrays["values"], int(arrays["n"][0]))

    def arrays(self) -> Arrays:
        return {"starts": self.starts, "places": self.places, "values": self.values, "n": np.array([self.n])}

    def unit(self) -> Traits:
        """Every film's vector at length 1; one without traits stays 0."""
        lengths = np.sqrt(np.where(self.squared > 0, self.squared, 1.0))
        return Traits(self.starts, self.places, self.values / lengths[self._rows], self.n)

    @cached_property
    def squared(self) -> NDArray[np.float64]:
        """Each film's squared length, shape (n_movies,)."""
        return np.asarray(np.bincount(self._rows, weights=self.values**2, minlength=len(self.starts) - 1), dtype=np.float64)

    @cached_property
    def _rows(self) -> NDArray[np.int64]:
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def mixed(self, columns: NDArray[np.integer], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of weight times vector over some films, shape (n,)."""
        found = np.zeros(self.n)
        for column, weight in zip(columns.tolist(), weights.tolist(), strict=True):
            span = slice(self.starts[column], self.starts[column + 1])
            found[self.places[span]] += weight * self.values[span]
        return found

    def products(self, vector: NDArray[np.float64]) -> NDArray[np.float64]:
        """Every film's vector times this one, shape (n_movies,)."""
        return np.asarray(
            np.bincount(self._rows, weights=self.values * vector[self.places], minlength=len(self.starts) - 1), dtype=np.float64
        )

    def squared_distances(self, vector: NDArray[np.float64]) -> NDArray[np.float64]:
        """From every film to this one, Euclid's, squared, shape (n_movies,)."""
        return np.maximum(self.squared - 2 * self.products(vector) + float(vector @ vector), 0.0)


Cells = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], int]  # rows, traits, values, how many traits there are


def _genres(films: Catalogue) -> Cells:
    names, table = films.genre_table()
    rows, places = np.nonzero(table)
    return rows, places, np.ones(len(rows)), len(names)


def _number(films: Catalogue, weight: float) -> Cells:
    known = np.flatnonzero(films.years > 0)
    mean = float(films.years[known].mean()) if len(known) else 0.0
    return known, np.zeros(len(known), np.int64), weight * (films.years[known] - mean) / YEAR_STEP, 1


def _knots(films: Catalogue, weight: float) -> Cells:
    known = np.flatnonzero(films.years > 0)
    at = np.clip((films.years[known] - FIRST_KNOT) / YEAR_STEP, 0, N_KNOTS - 1.001)
    below = at.astype(np.int64)
    above = at - below
    return np.repeat(known, 2), np.stack([below, below + 1], axis=1).ravel(), weight * np.stack([1 - above, above], axis=1).ravel(), N_KNOTS


def _tags(films: Catalogue, weight: float) -> Cells:
    used = [tuple(dict.fromkeys(tag.casefold() for tag in films.tags(column))) for column in range(len(films))] if weight else []
    counts = Counter(tag for tags in used for tag in tags)
    place = {tag: at for at, tag in enumerate(sorted(tag for tag, n in counts.items() if n >= LEAST_FILMS))}
    rows, places, values = [], [], []
    for row, tags in enumerate(used):
        kept = [(place[tag], 1 / (1 + at)) for at, tag in enumerate(tags) if tag in place]
        length = sum(value**2 for _, value in kept) ** 0.5
        rows += [row] * len(kept)
        places += [at for at, _ in kept]
        values += [weight * value / length for _, value in kept]
    return np.array(rows, np.int64), np.array(places, np.int64), np.array(values), len(place)
