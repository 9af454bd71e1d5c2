"""What a person will watch next, whenever they come: what everybody and people like them watch lately, of their genres and years, and
new films first for whoever has seen much.

    score = log(votes + v) + newness · s · new + quality · (1 - s) · good + neighbours · log(near + n) + genres · alike + years · around

with s = ratings / (ratings + settled). Every term is the logarithm of a rate or of a ratio of rates, so that their sum is that of a
log-linear model of what is rated next, as in McFadden's conditional logit. Sources: the decay of votes as in `recent`; `new` is the
posterior mean of a Poisson rate under a Gamma prior (a film that could be rated for a tenth of the time has its votes multiplied up);
`alike` and `around` are log ratios, as in naive Bayes, between what the person watches and what everybody does. How they are put
together is own work, found and weighed on the early windows of the rolling split of ml-latest-small and ml-100k alone, with the same
weights for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.errors import InvalidInputError
from recommender.models import Arrays, History, Parameters
from recommender.models.kinds import Kinds
from recommender.models.parts import BASE, CONTENT, NEIGHBOUR, POPULARITY, Part, Parts
from recommender.models.user_cosine import UserCosine
from recommender.models.votes import DAY, Votes

DEFAULTS: Parameters = {
    **{"half_life_days": 365.0, "n_neighbours": 200, "settled": 70.0},
    **{"newness": 1.2, "quality": 0.3, "neighbours": 0.4, "genres": 0.5, "years": 0.45},
}
DOUBT_OF_VOTES = 2.0  # v: votes that every film has beside its own
DOUBT_OF_NEIGHBOURS = 0.01  # n: the same for the share of near people who watch it
DOUBT_OF_NEWNESS = 0.1  # of the time for which votes count: a film that is newer is taken for no newer
DOUBT_OF_STARS = 5.0  # imaginary ratings at everybody's mean beside a film's own
JULIAN_YEAR = 365.25 * DAY


@dataclass(frozen=True)
class Timely:
    """votes, new, good: of every film, shape (n_movies,). settled: with so many ratings a person is taken for half settled.

    votes: see `Votes`. new: minus the log of the share of the time that counts for which the film could be rated, 0 for an old one.
    good: its mean stars over everybody's, damped. newness, quality, neighbours, genres, years: the weights of the terms.
    """

    matrix: RatingMatrix
    parameters: Parameters
    kinds: Kinds
    fading: Votes
    votes: NDArray[np.float64]
    new: NDArray[np.float64]
    good: NDArray[np.float64]

    recipe = "timely"
    is_personal = True

    def __post_init__(self) -> None:
        for name in ("settled", "newness", "quality", "neighbours", "genres", "years"):
            if not 0 <= self.parameters[name] < float("inf"):
                raise InvalidInputError(name, self.parameters[name], "a number from 0 up")

    @classmethod
    def fit(cls, matrix: RatingMatrix, films: Catalogue, parameters: Parameters | None = None) -> Timely:
        """The model over the matrix and its films; parameters left out take DEFAULTS."""
        chosen = {**DEFAULTS, **(parameters or {})}
        fading = Votes.of(matrix, chosen["half_life_days"])
        votes = fading.by_everybody()
        return cls(matrix, chosen, Kinds.of(films, votes), fading, votes, _newness(fading, films), _quality(matrix))

    @classmethod
    def restore(cls, matrix: RatingMatrix, films: Catalogue, parameters: Parameters, arrays: Arrays) -> Timely:
        """As fitted, from what `arrays` gave."""
        votes, fading = arrays["votes"], Votes(matrix, arrays["by_day"])
        return cls(matrix, parameters, Kinds.of(films, votes), fading, votes, arrays["new"], arrays["good"])

    def arrays(self) -> Arrays:
        return {"by_day": self.fading.by_day, "votes": self.votes, "new": self.new, "good": self.good}

    @property
    def neutral(self) -> float:
        """The score of an old film without votes, near or far, of no kind."""
        return float(np.log(DOUBT_OF_VOTES)) + self._base

    @property
    def _base(self) -> float:
        return self.parameters["neighbours"] * float(np.log(DOUBT_OF_NEIGHBOURS))

    @cached_property
    def _people(self) -> UserCosine:
        return UserCosine.fit(self.matrix, {"n_neighbours": self.parameters["n_neighbours"]})

    @cached_property
    def _log_votes(self) -> NDArray[np.float64]:
        return np.log(self.votes + DOUBT_OF_VOTES)

    def score(self, history: History) -> NDArray[np.float64]:
        """NaN for a film that nobody has rated; whoever has rated nothing gets what is watched lately and well liked."""
        near = self._people.neighbours(history)
        share = self.fading.by(near.rows, near.shares)
        by_people = self.parameters["neighbours"] * np.log1p(share / DOUBT_OF_NEIGHBOURS)
        found = self._base + self._by_everybody(history) + by_people + self._by_genres(history) + self._by_years(history)
        return np.where(self.matrix.raters > 0, found, np.nan)

    def explain(self, history: History, columns: NDArray[np.integer]) -> list[Parts]:
        """What everybody, each near person, the genres and the year add. The neighbours' term is dealt out by their shares in its sum."""
        near = self._people.neighbours(history)
        terms = self.fading.one_by_one(near.rows, near.shares, columns)
        sums = terms.sum(axis=1, keepdims=True)
        whole = self.parameters["neighbours"] * np.log1p(sums / DOUBT_OF_NEIGHBOURS)
        terms *= np.divide(whole, sums, out=np.zeros_like(sums), where=sums > 0)
        everybody, genres, years = (by(history)[columns] for by in (self._by_everybody, self._by_genres, self._by_years))
        found: list[Parts] = []
        for at, column in enumerate(columns.tolist()):
            neighbours = [Part(NEIGHBOUR, float(terms[at, one]), row=int(near.rows[one])) for one in np.flatnonzero(terms[at])]
            content = [Part(CONTENT, float(genres[at])), Part(CONTENT, float(years[at]))]
            parts = sorted([Part(POPULARITY, float(everybody[at])), *content, *neighbours], key=lambda part: -abs(part.amount))
            found.append((Part(BASE, self._base), *parts) if self.matrix.raters[column] else ())
        return found

    def _by_everybody(self, history: History) -> NDArray[np.float64]:
        settled = self.parameters["settled"]
        share = len(history) / (len(history) + settled) if len(history) else 0.0
        return self._log_votes + self.parameters["newness"] * share * self.new + self.parameters["quality"] * (1 - share) * self.good

    def _by_genres(self, history: History) -> NDArray[np.float64]:
        return self.parameters["genres"] * self.kinds.by_genres(history)

    def _by_years(self, history: History) -> NDArray[np.float64]:
        return self.parameters["years"] * self.kinds.by_years(history)


def _newness(fading: Votes, films: Catalogue) -> NDArray[np.float64]:
    """Minus the log of the share of all faded ratings that were given since the film could be rated, at least DOUBT_OF_NEWNESS.

    It could be rated since its first rating, and since the end of its year at the latest: what few have heard of is not new.
    """
    matrix = fading.matrix
    if not matrix.latest:
        return np.zeros(matrix.n_movies)
    known = matrix.rated_at > 0
    days, last_day = fading.days(matrix.rated_at[known]), len(fading.by_day) - 1
    first = np.full(matrix.n_movies, -1, dtype=np.int64)
    np.maximum.at(first, matrix.columns[known], days)
    year_ends = ((films.years.astype(np.float64) + 1 - 1970) * JULIAN_YEAR).astype(np.int64)
    out_for = np.where(films.years > 0, np.clip((matrix.latest - year_ends) // DAY, -1, last_day), -1)
    given = np.cumsum(fading.by_day * np.bincount(days, minlength=last_day + 1))
    since = np.append(given / given[-1], 0.0)[np.maximum(first, out_for)]  # the last for what could not be rated yet: -1 is its place
    return -np.log((since + DOUBT_OF_NEWNESS) / (1 + DOUBT_OF_NEWNESS))


def _quality(matrix: RatingMatrix) -> NDArray[np.float64]:
    """Each film's mean stars less everybody's, damped; 0 where nobody has rated it."""
    if not matrix.n_ratings:
        return np.zeros(matrix.n_movies)
    sums = np.bincount(matrix.columns, weights=matrix.half_stars, minlength=matrix.n_movies) / 2
    mean = float(matrix.half_stars.sum(dtype=np.int64)) / 2 / matrix.n_ratings
    return np.asarray((sums - matrix.raters * mean) / (matrix.raters + DOUBT_OF_STARS))
