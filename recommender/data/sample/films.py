"""The films of the built-in sample: real ones, each on a shelf or two, with what the simulation has to know of it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from recommender.data.catalogue import CatalogueEntry
from recommender.domain import Movie, MovieId


@dataclass(frozen=True, slots=True)
class SampleFilm:
    """A film and its place among tastes.

    entry: what the catalogue takes; the shelves are its tags. Numbered from 1 in the order of films.tsv, so new films go to its
    end; no links, since a wrong one is worse than none.
    shelves: one or two tastes that the film serves, such as "film noir", the first foremost.
    known: 2 to 9, how widely it has been seen. liked: 4 to 9, how well those who saw it took to it. Both are rough guesses that
    only steer the simulation.
    """

    entry: CatalogueEntry
    shelves: tuple[str, ...]
    known: int
    liked: int


def sample_films() -> tuple[SampleFilm, ...]:
    """Every film of the sample, by ascending id."""
    text = files(__package__).joinpath("films.tsv").read_text(encoding="utf-8")
    lines = csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    return tuple(_film(MovieId(number), line) for number, line in enumerate(lines, start=1))


def shelves_of(films: Sequence[SampleFilm]) -> tuple[str, ...]:
    """The names of all shelves, alphabetically."""
    return tuple(sorted({shelf for film in films for shelf in film.shelves}))


def _film(number: MovieId, line: dict[str, str]) -> SampleFilm:
    shelves = tuple(line["shelves"].split("|"))
    movie = Movie(number, line["title"], int(line["year"]), tuple(line["genres"].split("|")))
    also_known_as = (line["also_known_as"],) if line["also_known_as"] else ()
    return SampleFilm(CatalogueEntry(movie, also_known_as, tags=shelves), shelves, int(line["known"]), int(line["liked"]))
