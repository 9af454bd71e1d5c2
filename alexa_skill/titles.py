"""Titles as an Echo should say them."""

from __future__ import annotations

import re

from recommender.domain import Movie

# Titles whose spelling is a play that no rule tells how to say.
PLAYFUL = {
    "se7en": "Seven",
    "s1m0ne": "Simone",
    "thir13en ghosts": "Thirteen Ghosts",
    "m*a*s*h": "Mash",
    "8½": "Eight and a Half",
    "alien³": "Alien 3",
    "i ♥ huckabees": "I Heart Huckabees",
    "pi": "Pi",
    "π": "Pi",
    "xxx": "Triple X",
}
SIGNS = {
    "&": " and ",
    "+": " plus ",
    "@": " at ",
    "%": " percent ",
    "#": " number ",
    "=": " equals ",
    "½": " and a half",
    "³": " 3",
    "²": " 2",
}
_SILENT = re.compile(r"[^\w\s.,:;!?'’\-–$£€]|_")
_TO_WORDS = re.compile("|".join(map(re.escape, SIGNS)))
_BETWEEN = re.compile(r"(?<=\w)[/·](?=\w)")  # Face/Off, WALL·E
_LEADING = re.compile(r"^[\s.,:;!?\-–]+(?=\w)")  # ...And Justice for All
_AND_SO_ON = re.compile(r"\s*(\.\.\.|…)\s*")
NAMELESS = "a movie without a name"


def spoken_title(title: str) -> str:
    """The title in words and signs that speech knows: "(500) Days of Summer" is "500 Days of Summer", "&" is "and".

    Never empty, and free of what markup is made of.
    """
    if playful := PLAYFUL.get(title.strip().casefold()):
        return playful
    text = _BETWEEN.sub(" ", title)
    text = _TO_WORDS.sub(lambda found: SIGNS[found[0]], text)
    text = _AND_SO_ON.sub(" ", text)
    text = _LEADING.sub("", _SILENT.sub(" ", text))
    text = " ".join(text.split())
    return re.sub(r"\s+(?=[,:;!?.](?:\s|$))", "", text) if re.search(r"\w", text) else NAMELESS


def spoken_name(name: str) -> str:
    """A person's name as it can be said; "you" where nothing of it can."""
    said = spoken_title(name)
    return "you" if said == NAMELESS else said


def spoken(movie: Movie) -> str:
    """The title with its year: "The Shawshank Redemption, from 1994"."""
    title = spoken_title(movie.title)
    return f"{title}, from {movie.year}" if movie.year else title
