"""What was just done, told once on the next page, with the way back from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from flask import session

from webapp.accounts import visitor

KEY = "said"


@dataclass(frozen=True, slots=True)
class Said:
    """text: a sentence. path: where the undo is sent to, with these fields; empty where there is nothing to undo."""

    text: str
    path: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def say(said: Said) -> None:
    """Tell it on the next page that this browser shows to the same person."""
    session[KEY] = {"to": _listener(), **asdict(said)}


def just_said() -> Said | None:
    """What the page before wants told; once, and not to whoever is signed in or shown by now."""
    kept = session.pop(KEY, None)
    if not kept or kept.pop("to", None) != _listener():
        return None
    return Said(**kept)


def _listener() -> int:
    known = visitor()
    return known.user_id if known else 0
