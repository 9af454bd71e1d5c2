"""The name of a film that somebody adds: title and year in the form in which two of them are the same."""

from __future__ import annotations

from recommender.domain import Movie
from recommender.errors import InvalidInputError
from recommender.storage.accounts.kept import folded


def name_of(movie: Movie) -> str:
    """Letters and digits of the title, whatever their case and accents, and the year; InvalidInputError for a title with neither.

    Signs count where there is nothing else. Without a year a film is another one than with any.
    """
    words = folded(movie.title)
    letters = "".join(letter if letter.isalnum() else " " for letter in words).split()
    if not words:
        raise InvalidInputError("title", movie.title, "what the film is called")
    return f"{' '.join(letters) or words} ({movie.year or ''})"


def check_link(link: str) -> None:
    """InvalidInputError for a link that is neither empty nor of https, which alone may be shown."""
    if link and not link.startswith("https://"):
        raise InvalidInputError("link", link, "an address that begins with https://, or left out")
