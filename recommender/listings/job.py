"""A job: which lists are wanted, in which form, and how the work is dealt out so that it can be done by one machine or by many.

People are dealt out in spans of neighbouring rows. The lists of a span depend on the model and on those rows alone, so that it does not
matter who makes them, when, or how often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.errors import InvalidInputError
from recommender.listings import films, people
from recommender.listings.films import Audience
from recommender.listings.schema import FILMS, NESTED, Listing, Schema
from recommender.models import Model, PredictsStars
from recommender.storage.part_files import PartFile, PartFiles

Rows = NDArray[np.int64]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """schema: what is written. order: what people of a film are ordered by, one of `films.ORDERS`; nothing for lists of people."""

    schema: Schema
    order: str = ""

    @classmethod
    def of(cls, model: Model, schema: Schema, order: str | None = None) -> Job:
        """The job, if the recipe can do it; else InvalidInputError. order: left out: by stars where any are predicted."""
        can_predict = isinstance(model, PredictsStars)
        wanted = (order or (films.STARS if can_predict else films.STANDING)) if schema.subject == FILMS else ""
        if not can_predict and (schema.needs_stars or wanted == films.STARS):
            raise InvalidInputError(
                "recipe", schema.recipe, f"one that predicts stars for {'--form flat' if schema.needs_stars else '--by stars'}"
            )
        return cls(schema, wanted)

    @property
    def with_stars(self) -> bool:
        """Whether stars are written where there are any."""
        return self.schema.needs_stars or self.schema.form == NESTED


class Engine(Protocol):
    """Who does the work. Results come in the order of the spans."""

    @property
    def n_at_least(self) -> int:
        """In how many spans people should be dealt out at least, so that everybody has something to do."""

    def texts(self, job: Job, spans: Sequence[Rows]) -> Iterator[str]:
        """The lines of the lists of these people, span by span."""

    def put(self, job: Job, spans: Sequence[Rows], place: PartFiles) -> Iterator[PartFile]:
        """The same, each span put into a file of its own where it was worked out."""

    def audience(self, job: Job, spans: Sequence[Rows]) -> Audience:
        """The best of these people for every film."""


def spans(n: int, n_parts: int) -> list[Rows]:
    """The numbers from 0 to n - 1 in so many runs of nearly equal length, none of them empty but where n is 0."""
    return list(np.array_split(np.arange(n), min(n_parts, n))) if n else [np.arange(0)]


def lines(model: Model, job: Job, rows: Sequence[Rows], progress: Progress = lambda done, total: None) -> Iterator[str]:
    """The text of the lists of the people in each of these runs of rows."""
    together = people.lists_of(model, np.concatenate(rows), job.schema.n, with_stars=job.with_stars, progress=progress)
    for span in rows:
        yield job.schema.text(_next(together, len(span)))


def _next(listings: Iterator[Listing], n: int) -> Iterator[Listing]:
    for _ in range(n):
        yield next(listings)


def put(job: Job, place: PartFiles, number: int, text: str) -> PartFile:
    """A span's text as a file of its own, head and all."""
    return place.put(f"part-{number:05d}{job.schema.suffix}", (job.schema.head() + text).encode(), n_rows=text.count("\n"))


def film_lines(model: Model, job: Job, audience: Audience, columns: Sequence[Rows]) -> Iterator[str]:
    """The text of the lists of the films in each of these runs of columns."""
    stars = None
    if job.with_stars and isinstance(model, PredictsStars):
        stars = audience.values if job.order == films.STARS else films.stars_of(model, model.matrix, audience)
    for span in columns:
        yield job.schema.text(films.lists_of(model, audience, span, stars))


@dataclass(frozen=True, slots=True)
class Here:
    """This machine, in this process."""

    model: Model
    progress: Progress = lambda done, total: None

    @property
    def n_at_least(self) -> int:
        """One: nothing is done side by side."""
        return 1

    def texts(self, job: Job, spans: Sequence[Rows]) -> Iterator[str]:
        """Span by span, as they are asked for."""
        return lines(self.model, job, spans, self.progress)

    def put(self, job: Job, spans: Sequence[Rows], place: PartFiles) -> Iterator[PartFile]:
        """Span by span, as they are asked for."""
        for number, text in enumerate(self.texts(job, spans)):
            yield put(job, place, number, text)

    def audience(self, job: Job, spans: Sequence[Rows]) -> Audience:
        """All at once."""
        return films.audience_of(self.model, np.concatenate(spans), job.schema.n, order=job.order, progress=self.progress)


def write(job: Job, model: Model, engine: Engine, n_parts: int) -> Iterator[str]:
    """The whole text, head first, piece by piece."""
    yield job.schema.head()
    yield from (
        _film_texts(job, model, engine, n_parts) if job.schema.subject == FILMS else engine.texts(job, spans(model.matrix.n_users, n_parts))
    )


def write_parts(job: Job, model: Model, engine: Engine, n_parts: int, place: PartFiles) -> list[PartFile]:
    """The same in so many files, in order; the caller begins and finishes the place."""
    if job.schema.subject == FILMS:
        return [put(job, place, number, text) for number, text in enumerate(_film_texts(job, model, engine, n_parts))]
    return list(engine.put(job, spans(model.matrix.n_users, n_parts), place))


def _film_texts(job: Job, model: Model, engine: Engine, n_parts: int) -> Iterator[str]:
    audience = engine.audience(job, spans(model.matrix.n_users, n_parts))
    return film_lines(model, job, audience, spans(model.matrix.n_movies, n_parts))
