"""A file that was read and looked at, on its way: what it says, what was found, and what the person chose. Nothing of it is written yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from recommender.data.matching import ASKED, BY_CHOICE, NONE_CHOSEN, Match, row_key
from recommender.domain import MovieId, UserId
from recommender.errors import InvalidInputError
from recommender.importing.finding import Found


@dataclass(frozen=True, slots=True)
class Question:
    """A film that is not sure. number: from 1. key: what the answer is remembered under. places: of its rows, in the matches."""

    number: int
    key: str
    places: tuple[int, ...]
    match: Match

    @property
    def candidates(self) -> tuple[MovieId, ...]:
        """What the person is offered, most likely first."""
        return self.match.candidates


@dataclass(frozen=True, slots=True)
class Begun:
    """What a list of drafts says of each, without its rows. As in Draft; site: who wrote the file, n_rows: of how many rows."""

    import_id: str
    name: str
    made_at: int
    site: str
    n_rows: int


@dataclass(frozen=True)
class Draft:
    """import_id: names it, also once it is saved. name: of the file. made_at: seconds since 1970, UTC.

    scale, profile: as asked for; empty where the file itself tells. choices: by the number of the question, None for none of the films.
    """

    import_id: str
    user_id: UserId
    name: str
    made_at: int
    found: Found
    scale: str = ""
    profile: str = ""
    choices: Mapping[int, MovieId | None] = field(default_factory=dict)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The rows asked about, those of one film together, in the order of the file."""
        return tuple(_questions(self.found))

    @cached_property
    def by_place(self) -> dict[int, MovieId | None]:
        """What was chosen, for each row that it settles."""
        chosen = self.choices
        return {place: chosen[question.number] for question in self.questions if question.number in chosen for place in question.places}

    @property
    def begun(self) -> Begun:
        """What a list says of it."""
        return Begun(self.import_id, self.name, self.made_at, self.found.export.site, self.found.export.n_rows)

    @property
    def was_answered_before(self) -> bool:
        """Whether an answer to the file of before settles any row of it."""
        return any(match.how in (BY_CHOICE, NONE_CHOSEN) for match in self.found.matching.matches)

    @property
    def fixes(self) -> dict[str, MovieId | None]:
        """What was chosen, as it is remembered for the next file."""
        chosen = self.choices
        return {question.key: chosen[question.number] for question in self.questions if question.number in chosen}

    def check(self, choices: Mapping[int, int | None]) -> dict[int, MovieId | None]:
        """The choices, if they answer questions that were asked with films that were offered; else InvalidInputError."""
        by_number = {question.number: question for question in self.questions}
        checked: dict[int, MovieId | None] = {}
        for number, movie_id in choices.items():
            if number not in by_number:
                raise InvalidInputError("question", number, f"one of those asked, 1 to {len(by_number)}")
            offered = by_number[number].candidates
            if movie_id is not None and movie_id not in offered:
                raise InvalidInputError("film", movie_id, f"one of the films offered, {', '.join(map(str, offered))}, or 0 for none")
            checked[number] = None if movie_id is None else MovieId(movie_id)
        return checked


def _questions(found: Found) -> Iterator[Question]:
    together: dict[tuple[str, tuple[MovieId, ...]], list[int]] = {}
    for place, match in enumerate(found.matching.matches):
        if match.outcome == ASKED:
            together.setdefault((row_key(match.row), match.candidates), []).append(place)
    for number, ((key, _), places) in enumerate(together.items(), start=1):
        yield Question(number, key, tuple(places), found.matching.matches[places[0]])
