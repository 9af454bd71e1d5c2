"""Rows about films of a catalogue, as people and sites write them: other articles, accents, numbers, years and typing slips."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

import numpy as np

from recommender.data.catalogue import Catalogue
from recommender.data.exports.rows import RATING, ExportRow
from recommender.data.titles import ARTICLES
from recommender.domain import Movie

ROMAN = {"2": "II", "3": "III", "4": "IV", "5": "V", "6": "VI", "7": "VII", "8": "VIII"}
ARABIC = {roman: number for number, roman in ROMAN.items()}
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def article_last(title: str) -> str:
    first, _, rest = title.partition(" ")
    return f"{rest}, {first}" if rest and first.lower() in ARTICLES else title


def without_article(title: str) -> str:
    first, _, rest = title.partition(" ")
    return rest if len(rest) > 2 and first.lower() in ARTICLES else title


def without_accents(title: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", title) if not unicodedata.combining(letter))


def other_and(title: str) -> str:
    return title.replace(" & ", " and ") if " & " in title else title.replace(" and ", " & ")


def other_numbers(title: str) -> str:
    words = [ROMAN.get(word, ARABIC.get(word, word)) for word in title.split(" ")]
    return " ".join(words)


def dash_for_colon(title: str) -> str:
    return title.replace(": ", " - ")


def bare_of_signs(title: str) -> str:
    return " ".join(re.sub(r"[^\w\s&]", "", title).split()) or title


def curly(title: str) -> str:
    return title.replace("'", "’")


def without_subtitle(title: str) -> str:
    main, colon, _ = title.partition(": ")
    return main if colon and len(main) > 5 else title


SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "article last": article_last,
    "no article": without_article,
    "capitals": str.upper,
    "small letters": str.lower,
    "no accents": without_accents,
    "and": other_and,
    "numbers": other_numbers,
    "dash": dash_for_colon,
    "no signs": bare_of_signs,
    "curly": curly,
    "no subtitle": without_subtitle,
}


def slip(title: str, rng: np.random.Generator) -> str:
    """One letter swapped, left out, doubled or hit beside; short titles and digits are typed right."""
    places = [place for place in range(1, len(title) - 1) if title[place].isalpha() and title[place + 1].isalpha()]
    if len([letter for letter in title if letter.isalnum()]) < 6 or not places:
        return title
    at = int(rng.choice(places))
    return [
        title[:at] + title[at + 1] + title[at] + title[at + 2 :],
        title[:at] + title[at + 1 :],
        title[:at] + title[at] + title[at:],
        title[:at] + LETTERS[int(rng.integers(26))] + title[at + 1 :],
    ][int(rng.integers(4))]


def row_of(title: str, year: int | None, *, line: int = 2, **facts: object) -> ExportRow:
    """A rating of four stars."""
    return ExportRow("films.csv", line, title, RATING, title, year, stars=4.0, **facts)  # type: ignore[arg-type]


def rows_about(catalogue: Catalogue, n: int, rng: np.random.Generator) -> Iterator[tuple[str, ExportRow, Movie]]:
    """n rows about films of the catalogue, all that have a year in turn: what was done to the title, the row, the film that is meant.

    Half are spelt otherwise, a quarter have a typing slip, a quarter a year beside; a tenth of all have two of it.
    """
    films = [film for film in map(catalogue.movie, range(len(catalogue))) if film.year]
    order = rng.permutation(len(films))
    names = list(SPELLINGS)
    for number in range(n):
        film = films[int(order[number % len(films)])]
        title, year, did = film.title, film.year or 0, []
        kind = int(rng.integers(20))
        if kind < 12:
            did.append(names[int(rng.integers(len(names)))])
            title = SPELLINGS[did[-1]](title)
        if kind in (10, 12, 13, 14, 15):
            did.append("slip")
            title = slip(title, rng)
        if kind in (11, 16, 17, 18, 19):
            did.append("year")
            year += int(rng.choice([-1, 1]))
        yield " + ".join(did), row_of(title, year, line=number + 2), film
