"""Titles as people type them: in other forms, half done, and with a slip of the finger."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from recommender.data.catalogue import Catalogue
from recommender.data.titles import plain, squeezed, without_article
from recommender.domain import Movie

ALPHABET = "abcdefghijklmnopqrstuvwxyz"
SHORTEST_SLIPPED = 4  # letters; one slip in three leaves nothing to go by


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed for a film."""

    query: str
    movie: Movie


def _without_accents(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _article_last(text: str) -> str:
    rest = without_article(text)
    return f"{rest} {text[: -len(rest)].strip()}"


def _without_signs(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter.isspace() else "" for letter in text)


FORMS: tuple[Callable[[str], str], ...] = (
    str,
    str.lower,
    str.upper,
    _without_accents,
    without_article,
    _article_last,
    _without_signs,
    lambda title: title.replace("&", "and"),
)


def typed(catalogue: Catalogue, n: int, rng: np.random.Generator, *, slips: int = 0) -> list[Typed]:
    """n films drawn evenly, each by its title in some form and with so many slips; the year goes with a title that several films have."""
    movies = [catalogue.movie(column) for column in range(len(catalogue))]
    shared = Counter(squeezed(movie.title) for movie in movies)
    queries: list[Typed] = []
    while len(queries) < n:
        movie = movies[int(rng.integers(len(movies)))]
        text = FORMS[int(rng.integers(len(FORMS)))](movie.title)
        if len(squeezed(text)) < (SHORTEST_SLIPPED * slips or 1):
            continue
        for _ in range(slips):
            text = slipped(text, rng)
        year = f" {movie.year}" if movie.year and (shared[squeezed(movie.title)] > 1 or rng.random() < 0.1) else ""
        queries.append(Typed(text + year, movie))
    return queries


def slipped(text: str, rng: np.random.Generator) -> str:
    """The text with one letter doubled, missing, wrong or before its turn; figures stay, since another figure is another film."""
    places = [at for at, letter in enumerate(text) if letter.isalpha()]
    if not places:
        return text
    at = places[int(rng.integers(len(places)))]
    match int(rng.integers(4)):
        case 0:
            return text[: at + 1] + text[at:]
        case 1:
            return text[:at] + text[at + 1 :]
        case 2:
            return text[:at] + ALPHABET[int(rng.integers(len(ALPHABET)))] + text[at + 1 :]
        case _:
            return text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]


def share_found(catalogue: Catalogue, popularity: np.ndarray, queries: list[Typed], within: int = 3) -> tuple[float, list[Typed]]:
    """The share of queries whose film, or one of the same title and year, is among the first; and the queries where none is."""
    missed = []
    for each in queries:
        found = [catalogue.movie(column) for column in catalogue.search(each.query, within, popularity=popularity)]
        if not any(plain(movie.title) == plain(each.movie.title) and movie.year == each.movie.year for movie in found):
            missed.append(each)
    return 1 - len(missed) / len(queries), missed
