"""The name by which people open the skill, by Amazon's rules for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from alexa_skill.model.interaction import DEVELOPMENT_NAME
from alexa_skill.model.lint.finding import Finding

WAKE_WORDS = {"alexa", "amazon", "echo", "computer", "ziggy"}
LAUNCH_WORDS = {"launch", "ask", "tell", "load", "begin", "enable", "open", "start", "run", "play", "use", "skill", "app"}
SMALL_WORDS = {"the", "a", "an", "for", "to", "of", "about", "up", "by", "at", "off", "with", "in", "from", "if", "and", "or", "then", "so"}
_FORM = re.compile(r"[a-z]+('s|s')?( ([a-z]+('s|s')?|[a-z]\.))*")
RANGE = range(2, 51)  # characters


def findings(model: dict[str, Any]) -> Iterator[Finding]:
    """One word is for the development stage alone, and that word is known."""
    name = model["interactionModel"]["languageModel"]["invocationName"]
    words = set(re.findall(r"[a-z]+", name))
    if not _FORM.fullmatch(name) or len(name) not in RANGE:
        yield Finding("invocation", f"{name!r} must be small letters and spaces, 2 to 50 of them, with apostrophes of possession at most.")
    if " " not in name and name != DEVELOPMENT_NAME:
        yield Finding("invocation", f"{name!r} is one word; Amazon publishes names of two or more.")
    if used := sorted(words & (WAKE_WORDS | LAUNCH_WORDS)):
        yield Finding("invocation", f"{name!r} must not contain {', '.join(used)}, by which Alexa is woken or skills are opened.")
    if len(name.split()) == 2 and (used := sorted(words & SMALL_WORDS)):
        yield Finding("invocation", f"{name!r} has two words, and {', '.join(used)} must not be one of them.")
