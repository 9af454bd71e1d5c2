"""Kinds of films: how much more a person watches of a genre, or of the years around one, than everybody does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.models import History

DOUBT = 10.0  # films of everybody's taste that are mixed with the person's own
RAREST = 1e-3  # no genre is taken for rarer than this share
NO_STARS, USUAL_STARS = 4, 3  # half stars: two stars say nothing for a genre, 3.5 count as one film
YEARS_AROUND = 4.0  # the standard deviation with which a film speaks for the years beside its own
FIRST_YEAR, LAST_YEAR = 1870, 2120
RAREST_YEAR = 1e-4


@dataclass(frozen=True)
class Kinds:
    """genres: shape (n_movies, genres), True where a film is of one. years: shape (n_movies,), from 0 for FIRST_YEAR, -1 unknown.

    usual_genres, usual_years: shares of all votes that go to films of each genre, and to the years around each.
    """

    genres: NDArray[np.bool_]
    years: NDArray[np.int64]
    usual_genres: NDArray[np.float64]
    usual_years: NDArray[np.float64]

    @classmethod
    def of(cls, films: Catalogue, votes: NDArray[np.float64]) -> Kinds:
        """votes: how much each film is watched by everybody, shape (n_movies,)."""
        names, genres = films.genre_table()
        known = (films.years >= FIRST_YEAR) & (films.years <= LAST_YEAR)
        years = np.where(known, films.years.astype(np.int64) - FIRST_YEAR, -1)
        total = float(votes.sum())
        usual_genres = votes @ genres / total if total > 0 else np.full(len(names), 1.0)
        spread = _around(np.bincount(years[known], weights=votes[known], minlength=LAST_YEAR - FIRST_YEAR + 1))
        return cls(genres, years, usual_genres, spread / spread.sum() if spread.sum() > 0 else np.ones_like(spread))

    def by_genres(self, history: History) -> NDArray[np.float64]:
        """The sum over a film's genres of log(person's share / everybody's), divided by the root of their number, shape (n_movies,).

        Films that the person likes count more, and those of two stars or fewer not at all; 0 for a film of no genre.
        """
        likes = np.maximum(history.half_stars.astype(np.float64) - NO_STARS, 0) / USUAL_STARS
        own = (likes @ self.genres[history.columns] + DOUBT * self.usual_genres) / (likes.sum() + DOUBT)
        ratio = np.log(np.maximum(own, RAREST) / np.maximum(self.usual_genres, RAREST))
        return np.asarray(self.genres @ ratio / np.sqrt(np.maximum(self.genres.sum(axis=1), 1)))

    def by_years(self, history: History) -> NDArray[np.float64]:
        """log(person's share / everybody's) of films from the years around a film's own, shape (n_movies,); 0 where it is not known."""
        own = self.years[history.columns]
        own = own[own >= 0]
        watched = _around(np.bincount(own, minlength=len(self.usual_years)))
        mixed = (watched + DOUBT * self.usual_years) / (len(own) + DOUBT)
        ratio = np.log((mixed + RAREST_YEAR) / (self.usual_years + RAREST_YEAR))
        return np.where(self.years >= 0, ratio[self.years], 0.0)


def _around(counts: NDArray[np.number[Any]]) -> NDArray[np.float64]:
    """Each year's count spread over the years around it; nothing is lost at the ends."""
    at = np.arange(len(counts))
    weights = np.exp(-0.5 * ((at[:, np.newaxis] - at) / YEARS_AROUND) ** 2)
    return np.asarray((weights / weights.sum(axis=0)) @ counts)
