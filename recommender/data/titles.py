"""Titles: from the way data sets write them to the way people say them, and to the words they are found by."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Title:
    """A title taken apart: "Matrix, The (1999)" is The Matrix of 1999, also known as "Matrix, The".

    title: as people say it, without its year. year: None when none is written; of a span of years, the first.
    also_known_as: other forms, as written first; never the title itself, never twice the same.
    """

    title: str
    year: int | None = None
    also_known_as: tuple[str, ...] = ()


ARTICLES = frozenset(
    """
    the a an le la les l' un une des el los las una il lo gli i uno der die das den dem ein eine
    det de en ett et een het o os as um uma az
    """.split()  # noqa: SIM905 -- reads as the list of words it is
)

_YEAR = re.compile(r"\s*\((\d{4})(?:\s*[-\u2013]\s*(?:\d{4})?)?\)\s*(?:\((?:V|TV|VG)\))?$")  # "(1999)", "(2006-2007)", "(1995) (V)"
_LAST_BRACKET = re.compile(r"(.*\S)\s*\(([^()]+)\)$")
_PART_OF_TITLE = re.compile(r"\bor:?$|:$", re.IGNORECASE)  # "Birdman: Or (The Unexpected Virtue of Ignorance)"
_KNOWN_AS = re.compile(r"(?:^|\s+)(?:a\.\s?k\.\s?a\.?|aka|also known as):?\s+", re.IGNORECASE)
_ARTICLE_LAST = re.compile(r"(.*\S),\s*(\S+)$")
_ARTICLE_FIRST = re.compile(r"(l['’]\s*|\S+\s+)(?=\S)", re.IGNORECASE)


def read_title(written: str) -> Title:
    """The title as people say it, its year and its other forms, from one line of a data set.

    Understands a year in brackets at the end, articles after a comma in a dozen languages, and other titles in brackets:
    "City of Lost Children, The (Cité des enfants perdus, La) (1995)".
    """
    text = " ".join(written.split())
    year = None
    if found := _YEAR.search(text):
        rest = text[: found.start()]
        if rest:  # a film may be called "(1999)"
            text, year = rest, int(found[1]) or None
    others: list[str] = []
    while (found := _LAST_BRACKET.fullmatch(text)) and not _PART_OF_TITLE.search(found[1]):
        others[:0] = [article_first(other.strip()) for other in _KNOWN_AS.split(found[2]) if other.strip()]
        text = found[1]
    title = article_first(text)
    forms = dict.fromkeys([text, *others])
    forms.pop(title, None)
    return Title(title, year, tuple(forms))


def article_first(title: str) -> str:
    """ "Matrix, The" as "The Matrix", "Avventura, L'" as "L'Avventura"; any other title as it is."""
    found = _ARTICLE_LAST.fullmatch(title)
    if not found or found[2].lower().replace("’", "'") not in ARTICLES:
        return title
    article = found[2][0].upper() + found[2][1:]
    return article + found[1] if article[-1] in "'’" else f"{article} {found[1]}"


def without_article(title: str) -> str:
    """ "The Matrix" as "Matrix"; a title that is nothing but its article stays."""
    found = _ARTICLE_FIRST.match(title)
    if found and found[1].strip().lower().replace("’", "'") in ARTICLES:
        return title[found.end() :]
    return title


_UNMARKED = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "&": " and "})


def plain(text: str) -> str:
    """The text without case and accents: "Amélie" and "AMELIE" are both "amelie". Signs stay, but for & which is "and"."""
    if text.isascii():  # most titles, in a tenth of the time
        return text.lower().replace("&", " and ")
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_UNMARKED))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def spellings(word: str) -> tuple[str, tuple[str, ...]]:
    """A plain word squeezed, and its parts: "spider-man" is "spiderman", and "spider" and "man"; ("", ()) for mere signs."""
    parts = tuple("".join(letter if letter.isalnum() else " " for letter in word).split())
    return "".join(parts), parts


def squeezed(text: str) -> str:
    """A title by its letters and digits alone, so that "Spider-Man" and "spider man" are one."""
    return "".join(filter(str.isalnum, plain(text)))


_NUMBERS = [
    f"{number} {words}".split()
    for number, words in enumerate(
        [
            "one",
            "ii two",
            "iii three",
            "iv four",
            "v five",
            "vi six",
            "vii seven",
            "viii eight",
            "ix nine",
            "x ten",
            "xi eleven",
            "xii twelve",
        ],
        start=1,
    )
]  # without "i", which is a word
_SAME_NUMBER = {word: tuple(other for other in words if other != word) for words in _NUMBERS for word in words}


def same_number(word: str) -> tuple[str, ...]:
    """The other ways to write the number that a plain word is: "2" is "ii" and "two"; () for any other word."""
    return _SAME_NUMBER.get(word, ())
