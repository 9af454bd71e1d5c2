"""What the Echo says back."""

from __future__ import annotations

from dataclasses import dataclass

from alexa_skill.conversation.state import State


@dataclass(frozen=True, slots=True)
class Card:
    """What the Alexa app shows; plain text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """speech: plain text, which no markup has been added to yet. reprompt: said after a silence; empty where the session ends.

    state: what the next turn begins with. elicit: the slot that a bare answer fills, of the intent that ASKED_FOR names; empty for none.
    The session stays open just where reprompt is not empty, and speech ends with a question then.
    """

    speech: str
    reprompt: str
    state: State
    card: Card | None = None
    elicit: str = ""

    @property
    def ends(self) -> bool:
        return not self.reprompt
