"""Simulated viewers: tastes one can recognise, what each of them has watched, how they rated it and when.

The same seed gives the same ratings on every machine and with every numpy: of a generator only the raw bits are promised to stay, its
distributions may change, and whole numbers, which is all there is here, are never rounded differently by another processor.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.data.ratings import RatingTable
from recommender.data.sample.films import SampleFilm, shelves_of

Whole = NDArray[np.int64]

# How a viewer feels about a shelf, and about a film by the dearest of its shelves.
COLD, INDIFFERENT, LIKED, LOVED = range(4)

FEWEST_PICKED, MOST_PICKED = 20, 100  # films of a viewer

_PULL = np.array([1, 4, 16, 30], dtype=np.int64)  # by feeling: how likely a film is picked
_WARMTH = np.array([-1100, -350, 250, 700], dtype=np.int64)  # by feeling: thousandths of a star that it adds
_LORE = np.array([0, 0, 4, 16], dtype=np.int64)  # by feeling: fame that a film has on top among those who look for its kind
_FAME = np.array([0, 0, 3, 4, 6, 9, 13, 18, 25, 34], dtype=np.int64)  # by how widely a film is known: how likely it is picked
_STEP = 400  # thousandths of a star from one step of how a film is liked to the next

_DAY = 86_400
_FIRST_DAY = 19_723 * _DAY  # 1 January 2024, when every film of the sample was out
_LAST_TO_JOIN, _STAY = 600, 120  # days after the first; days in which a viewer's evenings lie
_MOST_EVENINGS = 8
_DUSK, _EVENING = 19 * 3600, 3 * 3600


def simulated_tastes(films: Sequence[SampleFilm], n_viewers: int, rng: np.random.Generator) -> Whole:
    """How each viewer feels about each shelf, shape (n_viewers, n_shelves), shelves in the order of shelves_of.

    A viewer loves two or three shelves, most likely such as share films with each other, likes one or two, is cold to about a third
    of the others and indifferent to the rest.
    """
    kinship = _kinship(films)
    n_shelves = len(kinship)
    viewers = np.arange(n_viewers)
    tastes = np.where(_below(3, (n_viewers, n_shelves), rng) == 0, COLD, INDIFFERENT).astype(np.int64)
    first = viewers % n_shelves  # in turn, so that every shelf has its lovers
    tastes[viewers, first] = LOVED
    for feeling in (LOVED, LIKED + _below(2, n_viewers, rng), LIKED):
        free = np.where(tastes < LIKED, kinship[first], 0)
        tastes[viewers, _turns(free, rng).argmin(axis=1)] = feeling
    return tastes


def simulated_ratings(films: Sequence[SampleFilm], tastes: Whole, rng: np.random.Generator) -> RatingTable:
    """What viewers 1, 2, 3 … of these tastes have rated, by viewer and then by time.

    A viewer picks FEWEST_PICKED to MOST_PICKED films, more likely the well-known ones and those of a loved shelf, of which also the
    lesser-known are found. The stars come from the viewer's own mean and spread, how well the film is liked, how the viewer feels
    about it, and chance; the times lie in a few evenings of 2024 and 2025.
    """
    n_viewers = len(tastes)
    feelings = _feelings_about(films, tastes)
    fame = _FAME[[film.known for film in films]]
    picked = _picked((fame + _LORE[feelings]) * _PULL[feelings], rng)
    half_stars = _half_stars(np.array([film.liked for film in films], dtype=np.int64), feelings, rng)
    rows, columns = np.nonzero(picked)
    rated_at = _evenings(rows, n_viewers, rng)
    by_time = np.lexsort((rated_at, rows))
    rows, columns = rows[by_time], columns[by_time]
    return RatingTable(
        user_ids=(rows + 1).astype(np.int32),
        movie_ids=np.array([film.entry.movie.movie_id for film in films], dtype=np.int32)[columns],
        half_stars=half_stars[rows, columns].astype(np.uint8),
        rated_at=rated_at[by_time],
    )


def _kinship(films: Sequence[SampleFilm]) -> Whole:
    """How near shelves are to each other, shape (n_shelves, n_shelves): more the more films stand on both, never 0."""
    place = {shelf: i for i, shelf in enumerate(shelves_of(films))}
    kinship = np.ones((len(place), len(place)), dtype=np.int64)
    for film in films:
        for one in film.shelves:
            for other in film.shelves:
                kinship[place[one], place[other]] += 4
    return kinship


def _feelings_about(films: Sequence[SampleFilm], tastes: Whole) -> Whole:
    """How each viewer feels about each film, shape (n_viewers, n_films)."""
    place = {shelf: i for i, shelf in enumerate(shelves_of(films))}
    first = [place[film.shelves[0]] for film in films]
    last = [place[film.shelves[-1]] for film in films]
    return np.maximum(tastes[:, first], tastes[:, last])


def _picked(pull: Whole, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which films each viewer has seen, shape (n_viewers, n_films) like pull: those whose turn comes first."""
    turns = _turns(pull, rng)
    n_picked = FEWEST_PICKED + _below(MOST_PICKED - FEWEST_PICKED + 1, len(pull), rng)
    last_of_viewer = np.sort(turns, axis=1)[np.arange(len(pull)), n_picked - 1]
    among_first: NDArray[np.bool_] = turns <= last_of_viewer[:, None]
    return among_first


def _half_stars(liked: Whole, feelings: Whole, rng: np.random.Generator) -> Whole:
    """The stars that each viewer would give each film, times two, 1 to 10."""
    mean = 2600 + _below(1001, (len(feelings), 1), rng)
    spread = 700 + _below(601, (len(feelings), 1), rng)
    chance = _below(801, feelings.shape, rng) + _below(801, feelings.shape, rng) + _below(801, feelings.shape, rng) - 1200
    thousandths = mean + spread * (_STEP * (liked - 6) + _WARMTH[feelings] + chance) // 1000
    half_stars: Whole = np.clip((thousandths + 250) // 500, 1, 10)
    return half_stars


def _evenings(rows: NDArray[np.intp], n_viewers: int, rng: np.random.Generator) -> Whole:
    """When each rating was given: a viewer joins on some day, and rates in a few evenings of the weeks that follow."""
    joined = _below(_LAST_TO_JOIN, (n_viewers, 1), rng)
    days = joined + _below(_STAY, (n_viewers, _MOST_EVENINGS), rng)
    evening = _below(1 + _below(_MOST_EVENINGS, n_viewers, rng)[rows], len(rows), rng)
    return _FIRST_DAY + days[rows, evening] * _DAY + _DUSK + _below(_EVENING, len(rows), rng)


def _turns(weights: Whole, rng: np.random.Generator) -> Whole:
    """When each comes up in a draw without putting back, of the shape of weights; the lower, the sooner, weight 0 never."""
    draws = (rng.bit_generator.random_raw(weights.shape) >> np.uint64(1)).astype(np.int64)
    return np.where(weights > 0, draws // np.maximum(weights, 1), np.iinfo(np.int64).max)


def _below(n: int | Whole, shape: int | tuple[int, ...], rng: np.random.Generator) -> Whole:
    """Whole numbers from 0 to n - 1, all alike likely; n of at most 31 bits."""
    bits = (rng.bit_generator.random_raw(shape) >> np.uint64(33)).astype(np.int64)
    return (bits * n) >> 31
