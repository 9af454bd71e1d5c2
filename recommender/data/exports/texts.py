"""From bytes to text, whatever program wrote them."""

from __future__ import annotations

import codecs

from recommender.data.exports.upload import SentFile
from recommender.errors import InvalidInputError

LOOKED_AT = 4096  # bytes or letters from the beginning, to tell what a file is
MOST_CONTROLS = 0.05  # of the letters looked at; a text has hardly any


def text_of(file: SentFile) -> str:
    """The text with plain newlines. InvalidInputError when it is empty or no text.

    UTF-8 and UTF-16 with or without their mark; a line that is not UTF-8 is taken for Windows-1252, so that one damaged letter
    does not spoil the accents of the others.
    """
    text = _decoded(file.content).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip("\n \t\0\ufeff"):
        raise InvalidInputError(file.name, f"{len(file.content)} bytes without a word", "a table, JSON or XML with films in it")
    head = text[:LOOKED_AT]
    controls = sum(letter < " " and letter not in "\t\n" for letter in head)
    if controls > MOST_CONTROLS * len(head):
        raise InvalidInputError(file.name, "a file of another kind", "a text: CSV, JSON or XML")
    return text


def _decoded(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return str(content, "utf-16", "replace")
    content = content.removeprefix(codecs.BOM_UTF8)
    head = content[:LOOKED_AT]
    half = len(head) // 2
    if half and head[1::2].count(0) > 0.4 * half:
        return str(content, "utf-16-le", "replace")
    if half and head[0::2].count(0) > 0.4 * half:
        return str(content, "utf-16-be", "replace")
    try:
        return str(content, "utf-8")
    except UnicodeDecodeError:
        return "\n".join(map(_line, content.split(b"\n")))


def _line(line: bytes) -> str:
    try:
        return str(line, "utf-8")
    except UnicodeDecodeError:
        return str(line, "cp1252", "replace")
