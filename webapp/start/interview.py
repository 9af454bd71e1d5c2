"""What was answered in this browser, kept in its signed cookie: a stranger's answers nowhere else, and of others what was last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import session

from recommender.domain import HIDDEN, SEEN, FilmMark, MovieId, Opinions, Rating, UserId
from recommender.errors import InvalidInputError
from webapp import inputs
from webapp.wording import stars_in_words

KEY = "start"
STRANGER = UserId(0)
MOST_ANSWERS = 20  # of a stranger
MOST_UNSEEN = 60  # the latest; a cookie has room for 4,096 bytes
UNSEEN = "unseen"
WORDS = {SEEN: "seen, no stars", HIDDEN: "not for you", UNSEEN: "not seen"}


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one film: stars, or SEEN, HIDDEN or UNSEEN."""

    movie_id: MovieId
    stars: float | None
    kind: str = ""

    @property
    def words(self) -> str:
        """As people would say it."""
        return WORDS[self.kind] if self.stars is None else stars_in_words(self.stars)


@dataclass(frozen=True, slots=True)
class Interview:
    """person: whose answers these are; STRANGER for somebody who is not signed in. answers: oldest first, a film once.

    shown: the films that stood in the list before the last answer, for the new ones to be marked.
    """

    person: UserId
    answers: tuple[Answer, ...] = ()
    shown: tuple[int, ...] = ()

    @property
    def unseen(self) -> list[int]:
        """Films that they have not seen."""
        return [answer.movie_id for answer in self.answers if answer.kind == UNSEEN]

    @property
    def given(self) -> tuple[Answer, ...]:
        """Answers that say something of a film."""
        return tuple(answer for answer in self.answers if answer.kind != UNSEEN)

    @property
    def n_stars(self) -> int:
        """How many answers are stars."""
        return sum(answer.stars is not None for answer in self.answers)

    @property
    def is_full(self) -> bool:
        """Whether a stranger's cookie takes no more."""
        return self.person == STRANGER and len(self.given) >= MOST_ANSWERS

    def with_answer(self, answer: Answer, shown: Sequence[int]) -> Interview:
        """With one more; what was answered of that film before is forgotten, and so are the oldest not seen beyond MOST_UNSEEN."""
        answers = [*(one for one in self.answers if one.movie_id != answer.movie_id), answer]
        over = sum(one.kind == UNSEEN for one in answers) - MOST_UNSEEN
        if over > 0:
            first = next(one for one in answers if one.kind == UNSEEN)
            answers.remove(first)
        return Interview(self.person, tuple(answers), tuple(shown))

    def without_last(self) -> Interview:
        """As it was before the last answer."""
        return Interview(self.person, self.answers[:-1])

    def opinions(self) -> Opinions:
        """What a stranger said, as if it were kept."""
        ratings = [Rating(self.person, one.movie_id, one.stars, 0) for one in self.answers if one.stars is not None]
        marks = tuple(FilmMark(self.person, one.movie_id, one.kind, 0) for one in self.given if one.stars is None)
        return Opinions(self.person, len(self.given), tuple(sorted(ratings, key=lambda rating: rating.movie_id)), marks)


def current(person: UserId) -> Interview:
    """The one in this browser, if it is that person's; else a new one."""
    kept = session.get(KEY)
    if not kept or kept["person"] != person:
        return Interview(person)
    return Interview(person, tuple(_read(*one) for one in kept["answers"]), tuple(kept["shown"]))


def keep(interview: Interview) -> None:
    """In the cookie."""
    answers = [[one.movie_id, one.kind if one.stars is None else one.stars] for one in interview.answers]
    session[KEY] = {"person": interview.person, "answers": answers, "shown": list(interview.shown)}


def forget() -> None:
    """Nothing is left in the cookie."""
    session.pop(KEY, None)


def read(rating: str | None, kind: str | None, movie_id: int) -> Answer:
    """The answer that a form sent: `answer` where a button was pressed, else `rating`."""
    if kind is not None:
        return Answer(MovieId(movie_id), None, inputs.one_of(kind, tuple(WORDS), "answer"))
    if rating is None:
        raise InvalidInputError("rating", rating, inputs.RATING_EXPECTED)
    return Answer(MovieId(movie_id), inputs.stars(rating))


def _read(movie_id: int, said: float | str) -> Answer:
    return Answer(MovieId(movie_id), None, said) if isinstance(said, str) else Answer(MovieId(movie_id), float(said))
