"""Titles: of a catalogue's films, best known first, in the forms in which people say them."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from alexa_skill.model.numbers import spelt_out
from alexa_skill.model.slot_types import Value
from alexa_skill.titles import NAMELESS, spoken_title
from recommender.errors import DataError

COLUMNS = ("movie_id", "title", "year", "n_ratings", "also_known_as")  # as `matinee titles` writes them; the last one's are lines
LONGEST = 140  # characters of a value
_REFUSED = re.compile(r"[^\w\s.'-]|_")  # what Amazon takes in a value are letters, digits, spaces and these three
_ARTICLE = re.compile(r"(the|an?) [-.']*(?=\w)", re.IGNORECASE)
_ARTICLE_LAST = re.compile(r"(.+), (the|an?|les?|l[ao]|el|l[ao]s|il|gli|der|die|das|den|un|une|det|en|ett)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Titled:
    """A film by its number and its titles, the one shown first."""

    movie_id: int
    titles: tuple[str, ...]


def read_titles(path: Path) -> list[Titled]:
    """The films of a file that `matinee titles` has written, in its order."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            if tuple(rows.fieldnames or ()) != COLUMNS:
                raise DataError(f"{path} must have the columns {','.join(COLUMNS)}; `matinee titles` writes them.")
            return [Titled(int(row["movie_id"]), (row["title"], *row["also_known_as"].splitlines())) for row in rows]
    except (OSError, ValueError, csv.Error) as error:
        raise DataError(f"{path} holds no titles ({error}); `matinee titles` writes such a file.") from error


def titles(films: Iterable[Titled]) -> tuple[Value, ...]:
    """A value for each film. Of two that are called the same only the first has one: nobody could tell which is meant."""
    named = [(film, name) for film in films if (name := said(film.titles[0]))]
    taken: dict[str, Titled] = {}  # by name or synonym
    for film, name in named:
        taken.setdefault(name.casefold(), film)
    values = []
    for film, name in named:
        if taken[name.casefold()] is not film:
            continue
        synonyms: list[str] = []
        for form in _forms(film.titles):
            if taken.setdefault(form.casefold(), film) is film and form.casefold() not in map(str.casefold, (name, *synonyms)):
                synonyms.append(form)
        values.append(Value(str(film.movie_id), name, tuple(synonyms)))
    return tuple(values)


def said(title: str) -> str:
    """The title in signs that Amazon takes; empty where none is left of it."""
    turned = _ARTICLE_LAST.fullmatch(title)  # "Matrix, The", as data sets write it
    spoken = spoken_title((f"{turned[2]} {turned[1]}" if turned else title).replace("1/2", "½"))
    text = " ".join(_REFUSED.sub(" ", spoken.replace("’", "'").replace("–", " ")).split())
    text = " ".join(word for word in text.split() if word.strip("-.'")).lstrip("-.'")
    return "" if spoken == NAMELESS or len(text) > LONGEST or not _is_latin(text) else text


def _forms(all_titles: tuple[str, ...]) -> Iterator[str]:
    """Other ways of saying the same title: without its article or accents, with its numbers in words, and its other titles likewise."""
    for title in all_titles:
        text = said(title)
        for form in (text, _ARTICLE.sub("", text, count=1) if _ARTICLE.match(text) else text):
            for way in (form, spelt_out(form), _without_accents(form), spelt_out(form.replace("-", " "))):
                if way and len(way) <= LONGEST:
                    yield way


def _without_accents(text: str) -> str:
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def _is_latin(text: str) -> bool:
    return any(sign.isalnum() for sign in text) and all(
        not sign.isalpha() or unicodedata.name(sign, "").startswith("LATIN") for sign in text
    )
