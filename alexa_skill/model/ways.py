"""A notation for many ways of saying one thing: "(find|show) [me] movies" is four sentences."""

from __future__ import annotations

import re
from itertools import product

from alexa_skill.speech import LOCALES

_GROUP = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]")  # the innermost ones
_FILM = re.compile(r"\bmovie(s?)\b")
AMERICAN = {"favourite": "favorite"}  # what is spelt as in Britain here


def ways(*patterns: str) -> tuple[str, ...]:
    """Every sentence that the patterns stand for, each once, in order. (a|b): one of them; [a]: with it or without it."""
    return tuple(dict.fromkeys(" ".join(text.split()) for pattern in patterns for text in _spelt_out(pattern)))


def _spelt_out(pattern: str) -> list[str]:
    found = _GROUP.search(pattern)
    if not found:
        return [pattern]
    choices = [*found[2].split("|"), ""] if found[2] is not None else found[1].split("|")
    before, after = pattern[: found.start()], pattern[found.end() :]
    return [text for choice in choices for text in _spelt_out(before + choice + after)]


def in_english_of(locale: str, samples: tuple[str, ...]) -> list[str]:
    """The samples as they are said and spelt there. Movies are films as well, everywhere."""
    if locale not in LOCALES:
        raise ValueError(locale)
    both = [text for sample in samples for text in (sample, _FILM.sub(r"film\1", sample))]
    if locale == "en-US":
        for british, american in AMERICAN.items():
            both = [text.replace(british, american) for text in both]
    return list(dict.fromkeys(both))


def each_with(beginnings: tuple[str, ...], ends: tuple[str, ...]) -> tuple[str, ...]:
    """Every beginning with every end."""
    return tuple(f"{beginning} {end}" for beginning, end in product(beginnings, ends))
