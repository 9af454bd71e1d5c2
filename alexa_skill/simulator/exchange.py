"""One exchange: what was said to the Echo, and what it said and did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class CardShown:
    """What the Alexa app shows, as it came."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """utterance: empty for silence. intent: the request's type where it has none; empty where nothing was sent to the skill.

    slots: what stands in them, as the skill receives it. speech, reprompt: what is heard, as plain text; speech is the Echo's own where
    note says why the skill was not asked. ends: whether the session is closed now. findings: what is wrong with the answer.
    """

    utterance: str
    intent: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    speech: str = ""
    reprompt: str = ""
    card: CardShown | None = None
    ends: bool = True
    note: str = ""
    request: dict[str, Any] | None = None
    response: dict[str, Any] | None = None
    milliseconds: float = 0.0
    findings: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Everything, for programs."""
        return asdict(self)
