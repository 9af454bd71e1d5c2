"""Why a film is in a list: true sentences from what the score was made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.domain import Reason
from recommender.models import History
from recommender.models.contributions import Contributions

PEOPLE, FILMS, EVERYONE = "people", "films", "everyone"
MOST_FILMS_NAMED = 3
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def personal(column: int, contributions: Contributions, n_neighbours: int, history: History, catalogue: Catalogue) -> tuple[Reason, ...]:
    """Up to three reasons for a film that some neighbours rated: how they liked it, what joins them to the person, how all liked it."""
    _, half_stars = contributions.votes(column)
    people = Reason(PEOPLE, _how_they_liked_it(half_stars, n_neighbours))
    joined = _what_joins(contributions.by_film(column), history, lambda at: catalogue.movie(int(history.columns[at])).title)
    return (people, *([Reason(FILMS, joined)] if joined else []), *in_general(column, contributions.matrix, history.own_row))


def in_general(column: int, matrix: RatingMatrix, own_row: int | None = None) -> tuple[Reason, ...]:
    """How the film is liked by all others who rated it. own_row: the person's own row, which is none of the others."""
    rows, half_stars = matrix.column(column)
    if own_row is not None:
        half_stars = half_stars[rows != own_row]
    if not len(half_stars):
        return (Reason(EVERYONE, "Nobody else has rated it yet."),)
    mean = f"{half_stars.mean() / 2:.1f}"
    return (
        Reason(
            EVERYONE,
            f"{len(half_stars):,} people gave it {mean} stars on average." if len(half_stars) > 1 else f"One person gave it {mean} stars.",
        ),
    )


def _how_they_liked_it(half_stars: NDArray[np.float64], n_neighbours: int) -> str:
    raters, loved, liked = len(half_stars), int(np.sum(half_stars == 10)), int(np.sum(half_stars >= 8))
    if n_neighbours == 1:
        return f"The person most like you gave it {_stars(float(half_stars[0]) / 2)}."
    people = f"the {n_neighbours} people most like you"
    if loved >= 3 and loved * 2 >= liked:
        return f"{_number(loved)} of {people} gave it 5 stars."
    if liked >= 1:
        return f"{_number(liked)} of {people} gave it 4 stars or more."
    return f"{_number(raters)} of {people} gave it {_stars(round(float(half_stars.mean())) / 2)}{' on average' if raters > 1 else ''}."


def _what_joins(amounts: NDArray[np.float64], history: History, title: Callable[[int], str]) -> str:
    best = [int(at) for at in np.argsort(-amounts, kind="stable")[:MOST_FILMS_NAMED] if amounts[at] > 0]
    if not best:
        return ""
    titles = [title(at) for at in best]
    named = titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"
    return f"What you share with them most: {named}."


def _number(n: int) -> str:
    return _WORDS[n].capitalize() if n < len(_WORDS) else f"{n:,}"


def _stars(stars: float) -> str:
    return "1 star" if stars == 1 else f"{stars:g} stars"
