"""A conversation with the Echo page, as the browser hands it back: signed, so that nobody can write one, and nothing is remembered here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

if TYPE_CHECKING:
    from alexa_skill.simulator import Exchange

FORMAT = 1
SECONDS = 24 * 3600  # a conversation may rest for a day
MOST_TURNS = 30  # that are shown again
LARGEST = 40 * 1024  # characters of a signed conversation; a form may have 64 KiB


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said and heard, as it is shown. said: empty for silence. note: where the skill was not asked, why."""

    said: str
    heard: str
    intent: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    reprompt: str = ""
    card_title: str = ""
    card_text: str = ""
    note: str = ""
    findings: tuple[str, ...] = ()
    ends: bool = False

    @classmethod
    def of(cls, made: Exchange, *, was_open: bool) -> Turn:
        """ends: whether a session that was open, or opened just now, is closed by it."""
        card = made.card
        return cls(
            made.utterance,
            made.speech,
            made.intent,
            dict(made.slots),
            made.reprompt,
            card.title if card else "",
            card.text if card else "",
            made.note,
            made.findings,
            made.ends and bool(was_open or made.request),
        )


@dataclass(frozen=True, slots=True)
class Kept:
    """echo: the device's state. turns: what was said so far, the oldest first; older ones are let go."""

    echo: dict[str, Any] = field(default_factory=dict)
    turns: tuple[Turn, ...] = ()

    def with_turn(self, echo: dict[str, Any], turn: Turn) -> Kept:
        return Kept(echo, (*self.turns, turn)[-MOST_TURNS:])


class ForgedError(Exception):
    """No conversation of ours, or one of long ago."""


def written(kept: Kept) -> str:
    """The conversation for a form field; so many of its oldest turns are let go that it can be sent back."""
    turns = kept.turns
    while True:
        text = str(_signer().dumps([FORMAT, kept.echo, [asdict(turn) for turn in turns]]))
        if len(text) <= LARGEST or not turns:
            return text
        turns = turns[len(turns) // 2 + 1 :]


def read(text: str) -> Kept:
    """The conversation again; a new one where the field is empty. ForgedError for what we have not written lately."""
    if not text:
        return Kept()
    try:
        number, echo, turns = _signer().loads(text, max_age=SECONDS)
        if number != FORMAT:
            raise ForgedError
        return Kept(echo, tuple(Turn(**{**turn, "findings": tuple(turn["findings"])}) for turn in turns))
    except (BadData, TypeError, ValueError, KeyError) as error:
        raise ForgedError from error


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="the conversation on the Echo page")
