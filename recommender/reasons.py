"""Why a film is in a list: true sentences from what the score was made of."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from recommender.data.catalogue import Catalogue
from recommender.domain import Reason
from recommender.models import History
from recommender.models.contributions import Contributions
from recommender.models.popular import Popular

PEOPLE, FILMS, EVERYONE = "people", "films", "everyone"
MOST_FILMS_NAMED = 3
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def personal(
    column: int, contributions: Contributions, n_neighbours: int, history: History, catalogue: Catalogue, popular: Popular
) -> tuple[Reason, ...]:
    """Up to three reasons for a film that some neighbours rated: how they liked it, what joins them to the person, how all liked it."""
    _, half_stars = contributions.votes(column)
    people = Reason(PEOPLE, _how_they_liked_it(half_stars, n_neighbours))
    joined = _what_joins(contributions.by_film(column), history, lambda at: catalogue.movie(int(history.columns[at])).title)
    everyone = in_general(column, popular)
    return (people, *([Reason(FILMS, joined)] if joined else []), *everyone)


def unknown_near(column: int, popular: Popular) -> tuple[Reason, ...]:
    """For a film that fills a list up: none of the neighbours has rated it."""
    general = in_general(column, popular)
    return general or (Reason(EVERYONE, "Nobody has rated it yet."),)


def in_general(column: int, popular: Popular) -> tuple[Reason, ...]:
    """How the film is liked by all who rated it; nothing when nobody has."""
    raters = int(popular.matrix.raters[column])
    if not raters:
        return ()
    mean = f"{popular.mean_stars[column]:.1f}"
    return (Reason(EVERYONE, f"{raters:,} people gave it {mean} stars on average." if raters > 1 else f"One person gave it {mean} stars."),)


def _how_they_liked_it(half_stars: np.ndarray, n_neighbours: int) -> str:
    raters, loved, liked = len(half_stars), int(np.sum(half_stars == 10)), int(np.sum(half_stars >= 8))
    if n_neighbours == 1:
        return f"The person most like you gave it {_stars(float(half_stars[0]) / 2)}."
    people = f"the {n_neighbours} people most like you"
    if loved >= 3 and loved * 2 >= liked:
        return f"{_number(loved)} of {people} gave it 5 stars."
    if liked >= 1:
        return f"{_number(liked)} of {people} gave it 4 stars or more."
    return f"{_number(raters)} of {people} gave it {_stars(round(float(half_stars.mean())) / 2)}{' on average' if raters > 1 else ''}."


def _what_joins(amounts: np.ndarray, history: History, title: Callable[[int], str]) -> str:
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
