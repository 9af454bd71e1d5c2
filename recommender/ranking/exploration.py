"""Films shown to find something out: which they are, and which places of a list they take.

A weight of 0.3 gives three places of ten to films that the list would not have shown. Some test a film that few have rated, the others a
genre in which the person has rated nothing, or hardly anything; the larger the weight, the larger the part of the genres.

Source: a fixed share of the places is the ε-greedy rule (Sutton and Barto, Reinforcement Learning, 2nd edition, section 2.2), dealt out
evenly instead of by tossing a coin, so that every list of ten has the same number. Which films come first is Thompson sampling (Chapelle
and Li, NeurIPS 2011) of each film's mean stars under a normal prior. Difference: a draw stays the same for as long as the seed does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.domain import LIST_LENGTH
from recommender.errors import InvalidInputError

WEIGHT_OF_PERSONALIZE = 0.3  # what Amazon Personalize explores by when nothing else is said
AGE_OF_PERSONALIZE = 30  # days, the same
WEIGHT_OF_THE_BROADEST = 0.6  # what "auto" gives a history spread evenly over all genres

FILM, GENRE = "film", "genre"  # what is tested
FEW_RATERS = 25  # from here on a film's mean is known to 0.4 stars, in 19 of 20 cases, and there is little left to find out
HARDLY = 5  # ratings of a genre, below which it is hardly rated
HARDLY_SHARE = 0.05  # and of all ratings of the person, so that a short history does not make every genre one of these
RATING_VARIANCE, FILM_VARIANCE = 0.85, 0.29  # stars squared, of one film's ratings and of films' means: ml-latest-small, by moments
AFFINITY_DAMPING = 5.0  # ratings at the person's own mean that stand beside those of each genre
EXPECTED_CLICKS = (1.0, 9.0)  # clicked and ignored: what a film is taken to have met with before anybody saw it
ALMOST = 1e-9  # by which 0.7 × 10 may miss 7
A_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Films:
    """What is known of every film. raters, mean_stars (NaN without raters): shape (n_movies,). genres: shape (n_movies, n_genres)."""

    raters: NDArray[np.int64]
    mean_stars: NDArray[np.float64]
    genres: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Probe:
    """What showing a film would test. kind: FILM or GENRE. genre: position of the genre, -1 for FILM.

    n: how many have rated the film, or how many films of the genre the person has rated.
    """

    column: int
    kind: str
    genre: int
    n: int


@dataclass(frozen=True, slots=True)
class Placed:
    """One place of a list. probe: what it tests; None for a film that is there by relevance.

    instead_of: the column that relevance would have put here, where a probe stands; None where none was left.
    """

    column: int
    probe: Probe | None = None
    instead_of: int | None = None


@dataclass(frozen=True, slots=True)
class Probes:
    """Films worth showing to find something out, most worth first. by_film, by_genre: columns, none in both.

    genre: the genre that each film of by_genre tests, shape (n_movies,). n_own: how many films of each genre the person has rated.
    """

    by_film: NDArray[np.intp]
    by_genre: NDArray[np.intp]
    genre: NDArray[np.intp]
    n_own: NDArray[np.int64]
    raters: NDArray[np.int64]

    def of(self, column: int, kind: str) -> Probe:
        """What showing the film tests."""
        if kind == FILM:
            return Probe(column, FILM, -1, int(self.raters[column]))
        genre = int(self.genre[column])
        return Probe(column, GENRE, genre, int(self.n_own[genre]))


def checked_weight(weight: float | str) -> float:
    """The weight, if it is one; else InvalidInputError."""
    if isinstance(weight, str) or not 0 <= weight <= 1:
        raise InvalidInputError("explore", weight, "a number from 0 to 1, or auto")
    return float(weight)


def checked_age(days: int | None) -> int | None:
    """The cut-off in days, if it is one, None for none; else InvalidInputError."""
    if days is not None and days < 1:
        raise InvalidInputError("explore days", days, "a whole number from 1 up")
    return days


def explored_places(weight: float, n: int) -> NDArray[np.bool_]:
    """True for each place of a list, from the first, that goes to exploration; shape (n,).

    Evenly spread, ⌊weight · n⌋ of n: the first only at weight 1, and a longer list begins with the places of a shorter one.
    """
    steps = np.floor(weight * np.arange(n + 1) + ALMOST)
    return np.asarray(np.diff(steps) > 0)


def filled(relevant: NDArray[np.integer], n: int, weight: float, probes: Probes, *, ordinary: int = LIST_LENGTH) -> list[Placed]:
    """The list of n films: relevance in its order, and probes on the explored places.

    relevant: columns, best first, at least n where there are that many. A probe is never a film that relevance has among the first
    `ordinary`, or would have shown by then. Of the explored places the share `weight`, rounded, is for genres; where one kind runs out the
    other takes its places, and where both do, relevance. At weight 0 it is the order of `relevant`. A longer list begins with the shorter.
    """
    order = relevant.tolist()
    rank = {column: place for place, column in enumerate(order, start=1)}
    waiting = {FILM: iter(probes.by_film.tolist()), GENRE: iter(probes.by_genre.tolist())}
    by_relevance, shown, made = iter(order), set[int](), list[Placed]()
    n_explored = 0
    following = next(by_relevance, None)
    for place, is_explored in enumerate(explored_places(weight, n).tolist(), start=1):
        while following is not None and following in shown:
            following = next(by_relevance, None)
        probe = None
        if is_explored:
            n_explored += 1
            kinds = (GENRE, FILM) if _rounded(weight * n_explored) > _rounded(weight * (n_explored - 1)) else (FILM, GENRE)
            late = max(place, ordinary)
            probe = next(filter(None, (_next_probe(waiting[kind], kind, probes, rank, late) for kind in kinds)), None)
        if probe is not None:
            made.append(Placed(probe.column, probe, following))
        elif following is not None:
            made.append(Placed(following))
        else:
            break
        shown.add(made[-1].column)
    return made


def _next_probe(waiting: Iterator[int], kind: str, probes: Probes, rank: dict[int, int], late: int) -> Probe | None:
    """The first film still waiting that relevance would not have shown up to the place `late`."""
    column = next((column for column in waiting if rank.get(column, late + 1) > late), None)
    return None if column is None else probes.of(column, kind)


def _rounded(number: float) -> int:
    return int(np.floor(number + 0.5 + ALMOST))


def probes_for(
    films: Films,
    columns: NDArray[np.integer],
    half_stars: NDArray[np.integer],
    *,
    allowed: NDArray[np.bool_],
    rng: np.random.Generator,
    lift: NDArray[np.float64] | None = None,
) -> Probes:
    """The films worth showing to somebody, by what they have rated: columns, and half stars beside them.

    allowed: True for films that may be shown, shape (n_movies,). lift: stars added to each film's draw, as `feedback` gives them.
    Genres: first films of which no genre has been rated, then those of which one has not, then those of a genre hardly rated; in each the
    best of every genre, then the second of every genre, by a draw that holds what few have rated for middling. Films: those of fewer than
    FEW_RATERS and of none of the above, by a draw about what their raters and the person's own genres let expect.
    Somebody who has rated nothing knows no genre, so that no genre is new to them: only films are tested then.
    """
    noise = rng.standard_normal(len(films.raters))
    n_own = films.genres[columns].sum(axis=0, dtype=np.int64)
    tested, order = tested_genres(films.genres, n_own, len(columns))
    base = float(np.nanmean(films.mean_stars)) if len(films.raters) and films.raters.any() else 0.0
    lifted = 0.0 if lift is None else lift
    # For a genre stand films that are known: of others chance lifts none, and they are held for middling.
    heard = films.raters / (films.raters + FEW_RATERS)
    in_genre = _draws(films, np.full(len(films.raters), base), RATING_VARIANCE / FEW_RATERS, noise * heard) + lifted
    of_film = _draws(films, base + _affinity(films.genres, columns, half_stars), FILM_VARIANCE, noise) + lifted
    new = np.flatnonzero(allowed & (order > 0))
    few = np.flatnonzero(allowed & (order == 0) & (films.raters < FEW_RATERS))
    return Probes(
        by_film=few[np.argsort(-of_film[few], kind="stable")],
        by_genre=_in_turn(new, order[new], tested[new], in_genre[new]),
        genre=tested,
        n_own=n_own,
        raters=films.raters,
    )


def tested_genres(genres: NDArray[np.bool_], n_own: NDArray[np.int64], n_rated: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The genre each film would test, and how well: 1 no genre rated, 2 one not rated, 3 one hardly rated, 0 none of it.

    Tested is the film's genre that the person has rated least, ties by the genres' own order; -1 and 0 where there is nothing to test.
    """
    n_movies = len(genres)
    if not n_rated or not genres.shape[1]:
        return np.full(n_movies, -1, dtype=np.intp), np.zeros(n_movies, dtype=np.intp)
    counts = np.where(genres, n_own, np.iinfo(np.int64).max)
    tested, least = counts.argmin(axis=1), counts.min(axis=1)
    none_rated = genres.any(axis=1) & ~(genres & (n_own > 0)).any(axis=1)
    hardly = least < min(HARDLY, HARDLY_SHARE * n_rated)
    order = np.where(none_rated, 1, np.where(least == 0, 2, np.where(hardly, 3, 0)))
    return np.where(order > 0, tested, -1), order.astype(np.intp)


def _affinity(genres: NDArray[np.bool_], columns: NDArray[np.integer], half_stars: NDArray[np.integer]) -> NDArray[np.float64]:
    """By how many stars the person likes each film's genres more than their own mean: the mean over the genres of a damped deviation."""
    own = genres[columns]
    stars = half_stars / 2 - (half_stars.mean() / 2 if len(half_stars) else 0.0)
    liking = (own * stars[:, np.newaxis]).sum(axis=0) / (own.sum(axis=0) + AFFINITY_DAMPING)
    return np.asarray(genres @ liking / np.maximum(genres.sum(axis=1), 1))


def _draws(films: Films, prior: NDArray[np.float64], variance: float, noise: NDArray[np.float64]) -> NDArray[np.float64]:
    """One draw from what each film's mean stars may be: the normal posterior of a normal prior of this mean and variance.

    Source: the posterior mean and variance under a known variance of the ratings, e.g. Gelman et al., Bayesian Data Analysis, 3rd
    edition, equation 2.12.
    """
    imaginary = RATING_VARIANCE / variance
    weight = films.raters + imaginary
    mean = (films.raters * np.nan_to_num(films.mean_stars) + imaginary * prior) / weight
    return np.asarray(mean + noise * np.sqrt(RATING_VARIANCE / weight))


def _in_turn(columns: NDArray[np.intp], order: NDArray[np.intp], genres: NDArray[np.intp], worth: NDArray[np.float64]) -> NDArray[np.intp]:
    """Columns by order, and among those of one order the best of each genre before the second of any; ties by lower column."""
    if not len(columns):
        return columns
    by_genre = np.lexsort((columns, -worth, genres, order))
    group = np.stack([order[by_genre], genres[by_genre]])
    starts = np.flatnonzero(np.concatenate([[True], (np.diff(group) != 0).any(axis=0)]))
    turn = np.arange(len(columns)) - np.repeat(starts, np.diff(np.append(starts, len(columns))))
    return np.asarray(columns[by_genre][np.lexsort((columns[by_genre], -worth[by_genre], turn, order[by_genre]))])


def breadth(genres: NDArray[np.bool_]) -> float:
    """How widely a history is spread over genres, 0 (one genre, or nothing) to 1 (evenly over all).

    genres: those of the films rated, shape (n_rated, n_genres). The effective number of genres, e to the entropy of their shares (Hill,
    Ecology 54, 1973, order 1), less 1, as a share of what it could be; a film of several genres counts in each by its part.
    """
    n_genres = genres.shape[1]
    shares = (genres / np.maximum(genres.sum(axis=1, keepdims=True), 1)).sum(axis=0)
    if n_genres < 2 or not shares.any():
        return 0.0
    shares = shares[shares > 0] / shares.sum()
    return float((np.exp(-(shares * np.log(shares)).sum()) - 1) / (n_genres - 1))


def weight_of(broad: float) -> float:
    """The weight that "auto" means for a history of that breadth, in hundredths: who watches of everything is shown more that is new."""
    return round(WEIGHT_OF_THE_BROADEST * broad, 2)


def age_days(first_rated: NDArray[np.int64], latest: int, created: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
    """Each film's age in days at the latest of all ratings, from 0 up; 0 for a film of which neither creation nor a rating is known.

    first_rated: when each was first rated; created: when it came to be, which counts where it is known; seconds, 0 for not known.
    Source: explorationItemAgeCutOff of Amazon Personalize, which reckons from the latest interaction of all items, never from today.
    """
    since = first_rated if created is None else np.where(created > 0, created, first_rated)
    return np.asarray(np.where(since > 0, np.maximum(latest - since, 0) / A_DAY, 0.0))


def young(ages: NDArray[np.float64], cut_off: int | None) -> NDArray[np.bool_]:
    """True for films that may be explored: those at most `cut_off` days old, all where it is None. A later cut-off drops none."""
    return np.ones(len(ages), dtype=bool) if cut_off is None else ages <= cut_off


def feedback(shown: NDArray[np.integer], clicked: NDArray[np.integer]) -> NDArray[np.float64]:
    """Stars to add to a film's draw for what became of it: the logarithm of its share of clicks over that of a film nobody was shown.

    shown: how often each was in sight as a probe, clicked: how many of these were followed up, at most `shown`. 0 for a film never
    shown; falls with every time it is ignored, rises with every click. The share is damped by EXPECTED_CLICKS (a beta prior).
    """
    if np.any(clicked > shown) or np.any(clicked < 0):
        raise InvalidInputError("clicked", int(np.max(clicked)), "from 0 to as many as were shown")
    hits, misses = EXPECTED_CLICKS
    return np.asarray(np.log((clicked + hits) / (shown + hits + misses) * (hits + misses) / hits))
