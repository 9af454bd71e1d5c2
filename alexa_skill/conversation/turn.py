"""What a person just said or did, as the conversation takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LAUNCH = "launch"  # the skill was opened without a request
INTENT = "intent"  # something was said


@dataclass(frozen=True, slots=True)
class Slot:
    """A value inside a sentence.

    text: as it was heard, "3" or "the matrix"; empty when nothing usable was. id, name: the entry of the slot's type that it was
    resolved to; empty where it fits none or the type has no entries.
    """

    text: str = ""
    id: str = ""
    name: str = ""


NOTHING = Slot()


@dataclass(frozen=True, slots=True)
class Turn:
    """kind: LAUNCH or INTENT. intent: its name; empty for LAUNCH. chance: 0 up to, not including, 1; what is picked at random is picked
    by it. Who speaks is known by the films alone.
    """

    kind: str
    intent: str = ""
    slots: Mapping[str, Slot] = field(default_factory=dict)
    chance: float = 0.0

    def slot(self, name: str) -> Slot:
        """The slot, or one with nothing in it."""
        return self.slots.get(name, NOTHING)
