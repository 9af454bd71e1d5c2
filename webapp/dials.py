"""The dials of a list as a page shows them, and what they have done to it in words."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import MultiDict

from recommender.domain import AUTO, NO_WISHES, RecommendationList, Wishes
from recommender.errors import InvalidInputError
from webapp import inputs, wording
from webapp.kept import url_for

ANY_FILM = 1  # whichever: what follows the question mark is the same for all


@dataclass(frozen=True, slots=True)
class Slider:
    """One dial. name: of the parameter. low, high: what its ends mean. lowest: -1 or 0; highest is 1. value: where it stands."""

    name: str
    label: str
    low: str
    high: str
    lowest: int
    value: float


def sliders(wishes: Wishes, explore: float = 0.0) -> tuple[Slider, ...]:
    """Every dial where the wishes have it. explore: what "auto" came to."""
    weight = explore if wishes.explore == AUTO else float(wishes.explore)
    return (
        Slider("explore", "Explore", "What fits best", "What is new to you", 0, weight),
        Slider("diversity", "Variety", "As it comes", "All unlike", 0, wishes.dials.diversity),
        Slider("popularity", "Fame", "Little known", "Well known", -1, wishes.dials.popularity),
        Slider("recency", "Age", "Old films", "New films", -1, wishes.dials.recency),
    )


def typed(values: MultiDict[str, str]) -> Mapping[str, str]:
    """The wishes in an address as they were typed, those that were not sent left out."""
    return {name: text for name in inputs.WISHES if (text := values.get(name))}


def typed_wishes(values: MultiDict[str, str]) -> Wishes:
    """The same as wishes; none where they cannot be meant, since the form that shows them is where that is put right."""
    with suppress(InvalidInputError):
        return inputs.wishes(values)
    return NO_WISHES


def n_explored(made: RecommendationList) -> int:
    """How many films of the list are there to find something out."""
    return sum(line.explored is not None for line in made.movies)


def turned_to(wishes: Wishes, made: RecommendationList) -> str:
    """What the dials do to the list, in a few words; empty where they are at rest."""
    n, dials = n_explored(made), wishes.dials
    found = [
        f"{wording.in_words(n)} to try" if n else "",
        "more varied" if dials.diversity else "",
        "" if not dials.popularity else "better known" if dials.popularity > 0 else "lesser known",
        "" if not dials.recency else "newer" if dials.recency > 0 else "older",
    ]
    return ", ".join(filter(None, found))


def address_of_sum(movie_id: int, user_id: int) -> str:
    """Where a score of the list on this page is taken apart: with the wishes that the list was made with."""
    # All films of a page are asked about in the same words, so that is built once, and a film's address without it once for all pages.
    _, _, question = url_for("arithmetic.why", movie_id=ANY_FILM, user=user_id, **typed(request.args)).partition("?")
    return f"{url_for('arithmetic.why', movie_id=movie_id)}?{question}"
