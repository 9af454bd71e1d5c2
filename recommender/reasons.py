"""Why a film is in a list: true sentences from what the score was made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.domain import Reason
from recommender.models import History
from recommender.models.parts import CONTENT, NEIGHBOUR, OWN, POPULARITY, Parts
from recommender.models.popular import Popular
from recommender.ranking.exploration import FILM, Probe

PEOPLE, FILMS, EVERYONE = "people", "films", "everyone"
MOST_FILMS_NAMED = 3
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def personal(
    column: int,
    votes: NDArray[np.uint8],
    by_film: NDArray[np.float64],
    history: History,
    catalogue: Catalogue,
    popular: Popular,
) -> tuple[Reason, ...]:
    """Up to three reasons for a film that some neighbours rated: how they liked it, what joins them to the person, how all liked it.

    votes, by_film: the film's rows of `Contributions`.
    """
    people = Reason(PEOPLE, _how_they_liked_it(votes[votes > 0].tolist(), len(votes)))
    joined = _what_joins(by_film, lambda at: catalogue.movie(int(history.columns[at])).title)
    return (people, *([Reason(FILMS, joined)] if joined else []), *in_general(column, popular, history.own_row))


def from_parts(column: int, parts: Parts, history: History, catalogue: Catalogue, popular: Popular) -> tuple[Reason, ...]:
    """Up to three reasons for a film from what its score is made of: the own ratings that led there, what else weighed, how all like it.

    A kind of part is named only where it spoke for the film; without parts there is the general reason alone.
    """
    own = {part.column: part.amount for part in parts if part.kind == OWN and part.column is not None}
    best = [film for film in sorted(own, key=lambda film: -own[film])[:MOST_FILMS_NAMED] if own[film] > 0]
    said = []
    if best:
        said.append(Reason(FILMS, f"Because of your ratings of {_listed([catalogue.movie(film).title for film in best])}."))
    near = sum(1 for part in parts if part.kind == NEIGHBOUR and part.amount > 0)
    amounts = {kind: sum(part.amount for part in parts if part.kind == kind) for kind in (NEIGHBOUR, CONTENT, POPULARITY)}
    strongest = max(amounts, key=lambda kind: amounts[kind])
    if amounts[strongest] > 0:
        said.append(
            {
                NEIGHBOUR: Reason(PEOPLE, f"{_number(near)} of the people most like you liked it."),
                CONTENT: Reason(FILMS, "Its genres, year and tags are like those of films you like."),
                POPULARITY: Reason(EVERYONE, "Many people have watched it lately."),
            }[strongest]
        )
    return (*said, *in_general(column, popular, history.own_row))


def in_general(column: int, popular: Popular, own_row: int | None = None) -> tuple[Reason, ...]:
    """How the film is liked by all others who rated it. own_row: the person's own row, which is none of the others."""
    raters, half_stars = int(popular.matrix.raters[column]), float(popular.mean_stars[column]) * 2
    own = popular.matrix.rating_of(own_row, column) if own_row is not None else 0
    if own:
        raters, half_stars = raters - 1, (half_stars * raters - own) / max(raters - 1, 1)
    if not raters:
        return (Reason(EVERYONE, "Nobody else has rated it yet."),)
    stars = f"{half_stars / 2:.1f} stars"
    return (Reason(EVERYONE, f"{raters:,} people gave it {stars} on average." if raters > 1 else f"One person gave it {stars}."),)


def tested(probe: Probe, genres: Sequence[str]) -> str:
    """What a film is shown to find out. genres: their names, in the order that the probe counts in."""
    if probe.kind == FILM:
        if probe.n < 2:
            return "A film that only one person has rated." if probe.n else "A film that nobody has rated yet."
        return f"A film few have rated: {_number(probe.n).lower()} people so far."
    name = genres[probe.genre]
    if not probe.n:
        return f"A genre you have not rated: {name}."
    often = {1: "once", 2: "twice"}.get(probe.n, f"{_number(probe.n).lower()} times")
    return f"A genre you have hardly rated, {often} so far: {name}."


def _how_they_liked_it(half_stars: list[int], n_neighbours: int) -> str:
    raters, loved, liked = len(half_stars), half_stars.count(10), sum(map(half_stars.count, (8, 9, 10)))
    if n_neighbours == 1:
        return f"The person most like you gave it {_stars(half_stars[0] / 2)}."
    people = f"the {n_neighbours} people most like you"
    if loved >= 3 and loved * 2 >= liked:
        return f"{_number(loved)} of {people} gave it 5 stars."
    if liked >= 1:
        return f"{_number(liked)} of {people} gave it 4 stars or more."
    return f"{_number(raters)} of {people} gave it {_stars(round(sum(half_stars) / raters) / 2)}{' on average' if raters > 1 else ''}."


def _what_joins(amounts: NDArray[np.float64], title: Callable[[int], str]) -> str:
    best = _highest_above_0(amounts, MOST_FILMS_NAMED)
    if not best:
        return ""
    return f"What you share with them most: {_listed([title(at) for at in best])}."


def _highest_above_0(amounts: NDArray[np.float64], n: int) -> list[int]:
    """The places of the n highest amounts above 0, highest first, ties by lower place; n is so small that sorting would take longer."""
    left, best = amounts.copy(), []
    for _ in range(min(n, len(amounts))):
        at = int(left.argmax())
        if not left[at] > 0:
            break
        best.append(at)
        left[at] = -np.inf
    return best


def _listed(titles: list[str]) -> str:
    return titles[0] if len(titles) == 1 else f"{', '.join(titles[:-1])} and {titles[-1]}"


def _number(n: int) -> str:
    return _WORDS[n].capitalize() if n < len(_WORDS) else f"{n:,}"


def _stars(stars: float) -> str:
    return "1 star" if stars == 1 else f"{stars:g} stars"
