"""What every answer is made from, and the two ways in which one ends: with a question or with a goodbye."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from alexa_skill.conversation import state as asked
from alexa_skill.conversation.reply import Card, Reply
from alexa_skill.conversation.state import Heard, State
from alexa_skill.conversation.turn import Turn
from alexa_skill.films import Films, Linked, NoSiteError, OutOfReachError
from alexa_skill.intents import AMOUNT, CODE, ID, STARS, YEAR
from recommender.errors import NotLinkedError

if TYPE_CHECKING:
    from alexa_skill.speech.english import English  # which knows what was asked, by a module of this package

# The titles of the cards are those of the report's program.
WELCOME_CARD, STATUS_CARD, LIST_CARD, GOODBYE_CARD = "movie", "movie Status", "movie recommend", "movie - Thanks"
ELICITED = {asked.ID: ID, asked.AMOUNT: AMOUNT, asked.CODE: CODE, asked.STARS: STARS, asked.WHICH_YEAR: YEAR}


@dataclass(frozen=True, slots=True)
class Scene:
    """One turn in its place. speech: that of the locale."""

    state: State
    turn: Turn
    films: Films
    speech: English

    @property
    def me(self) -> Linked | None:
        """For whom the Echo speaks; None for nobody, and while that cannot be found out, since lists of numbers can be read then too."""
        try:
            return self.films.who()
        except OutOfReachError:
            return None

    def linked(self) -> Linked:
        """For whom the Echo speaks, by whom alone anything can be said of a film. NotLinkedError, OutOfReachError; NoSiteError."""
        if not self.films.has_site:
            raise NoSiteError("Without a site nobody can be linked.")
        me = self.films.who()
        if me is None:
            raise NotLinkedError
        return me

    @property
    def who(self) -> int | None:
        """Whose list is meant: that of whom the Echo speaks for, else of the number that was spoken; None while neither is known."""
        me = self.me
        return me.user_id if me else self.state.user or None

    def ask(self, text: str, question: str, *, card: Card | None = None, **changes: Any) -> Reply:
        """Say it, leave the session open and wait for the answer. text: ends with the question; changes: of the state."""
        kept = replace(self.state, **{"missed": 0, "again": None, **changes, "asked": question, "said": text[: asked.LONGEST_SPEECH]})
        return Reply(text, self.speech.reprompt(question), kept, card, ELICITED.get(question, ""))

    def leave(self, text: str, card: Card | None = None) -> Reply:
        """Say it and close the session."""
        return Reply(text, "", State(), card)


def listed(films: tuple[Heard, ...], first: int = 0) -> str:
    """The films as lines of a card. first: the place of the first of them, from 0."""
    return "\n".join(f"{place}. {film.title}{f' ({film.year})' if film.year else ''}" for place, film in enumerate(films, first + 1))
