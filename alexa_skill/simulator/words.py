"""Utterances as the words that are compared: small letters, no accents, no signs but those of numbers."""

from __future__ import annotations

import re
import unicodedata

UNINTELLIGIBLE = "?"  # stands for what could not be made out
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_POINT = re.compile(r"(?<!\d)\.|\.(?!\d)")  # of an initial or a sentence, not of a number
_MINUS = re.compile(r"(?<!\S)[-−](?=\d)")
_SILENT = re.compile(r"[^\w\s.?\x00]|_|(?<=\S)\?")
_APOSTROPHES = re.compile(r"['’‘`´]")


def words_of(text: str) -> tuple[str, ...]:
    """The words of an utterance, a sample or a value. "What's WALL·E?" is whats, wall, e; a question mark alone stays one word."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
    plain = _APOSTROPHES.sub("", plain).replace("&", " and ")
    plain = _POINT.sub(" ", _MINUS.sub("\x00", _THOUSANDS.sub("", plain)))
    return tuple(_SILENT.sub(" ", plain).replace("\x00", "-").split())
