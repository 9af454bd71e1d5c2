"""What was just done, told once on the next page, with the way back from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from flask import session

KEY = "said"


@dataclass(frozen=True, slots=True)
class Said:
    """text: a sentence. path: where the undo is sent to, with these fields; empty where there is nothing to undo."""

    text: str
    path: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def say(said: Said) -> None:
    """Tell it on the next page that this browser is shown."""
    session[KEY] = asdict(said)


def just_said() -> Said | None:
    """What the page before wants told; once."""
    kept = session.pop(KEY, None)
    return Said(**kept) if kept else None
