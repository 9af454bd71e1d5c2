"""A title as type that fits: broken into one to four lines, as large as its box allows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate, combinations, pairwise
from typing import NamedTuple

MOST_LINES = 4
MOST_WORDS = 12  # the lines of more words are not worth the search
MOST_CHARACTERS = 64  # what four lines hold and can still be read at 120 pixels
LEADING = 0.95  # line height of capitals, in font sizes
CAPITAL = 0.8  # height of a capital, in font sizes

# Advance widths of the capitals of Big Shoulders Display 800, hundredths of the font size: width -> characters.
_ADVANCES = {
    19: "'’",
    22: " IÌÍÎÏ|",
    24: "!,.:;‘",
    26: '1"*•',
    28: "()",
    33: "[]",
    38: "EFTÈÉÊËZ/LÐ",
    41: "-JYÝ",
    44: "ABPRSXÀÁÂÃÄÅ$?UÙÚÛÜK",
    46: "CDGHNOQVÇÒÓÔÕÖØÑ02346789",
    48: "5+=–",
    58: "&ÆŒ",
    66: "#%@—…",
    71: "MW",
}
_WIDTHS = {character: width / 100 for width, characters in _ADVANCES.items() for character in characters}
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Line(NamedTuple):
    """text: not escaped. size: font size. length: the width that the text takes, in the same units."""

    text: str
    size: float
    length: float


def lettered(title: str, width: float, height: float, largest: float, *, justified: bool = False) -> list[Line]:
    """The title in capitals, on as many lines as make it largest inside width and height, no line's size above `largest`.

    Too long a title ends in "…"; a title without a visible character gives no line. justified: each line is set as wide as the box
    allows, by its own size, like wooden type.
    """
    words = _words(title)
    if not words:
        return []
    lines = _best_break(words, width, height, largest)
    size = min(largest, width / max(map(width_of, lines)), height / (len(lines) * LEADING))
    sizes = [size] * len(lines)
    if justified and len(lines) > 1:
        sizes = [min(width / width_of(line), size * 2.2, largest * 1.25) for line in lines]
        shrink = min(1.0, height / (sum(sizes) * LEADING))
        sizes = [each * shrink for each in sizes]
    return [Line(line, each, each * width_of(line)) for line, each in zip(lines, sizes, strict=True)]


def width_of(text: str) -> float:
    """How wide the text is in the display face, in font sizes; an estimate for letters that the face does not have."""
    return sum(map(_width, text)) or 0.2


def printable(text: str) -> str:
    """The text without what XML cannot hold, spaces run together."""
    return " ".join(_NOT_IN_XML.sub(" ", text).split())


def _width(character: str) -> float:
    if character in _WIDTHS:
        return _WIDTHS[character]
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0.0
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else 0.5


def _words(title: str) -> list[str]:
    text = printable(title).upper()
    if len(text) > MOST_CHARACTERS:
        cut = text[: MOST_CHARACTERS - 1]
        text = (cut[: cut.rfind(" ")] if " " in cut[MOST_CHARACTERS // 2 :] else cut).rstrip(" ,.:;-") + "…"
    words = [piece for word in text.split() for piece in _short(word)]
    return [*words[: MOST_WORDS - 1], " ".join(words[MOST_WORDS - 1 :])] if len(words) > MOST_WORDS else words


def _short(word: str) -> Iterator[str]:
    """The word, or its pieces where it alone would not fit a poster."""
    for start in range(0, len(word), 22):
        yield word[start : start + 22]


def _best_break(words: list[str], width: float, height: float, largest: float) -> list[str]:
    """The words on the lines that allow the largest type; of equals the fewest lines, then the most even ones."""
    space = width_of(" ")
    ends = [0.0, *accumulate(width_of(word) + space for word in words)]  # where each word ends, were all on one line

    def preference(edges: tuple[int, ...]) -> tuple[float, int, float]:
        widths = [ends[end] - ends[start] - space for start, end in pairwise(edges)]
        size = min(largest, width / max(*widths, 0.01), height / (len(widths) * LEADING))
        return round(size), -len(widths), min(widths) - max(widths)

    best = max(_edges(len(words)), key=preference)
    return [" ".join(words[start:end]) for start, end in pairwise(best)]


def _edges(n_words: int) -> Iterator[tuple[int, ...]]:
    """Every way to break so many words into one to four lines, as the places of the first words, and n_words."""
    for n_lines in range(1, min(MOST_LINES, n_words) + 1):
        for breaks in combinations(range(1, n_words), n_lines - 1):
            yield (0, *breaks, n_words)
