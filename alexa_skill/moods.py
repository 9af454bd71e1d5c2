"""Moods that people name, as the genres that serve them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mood:
    """with_genres: at least one of them; without_genres: none of them. Names as MovieLens writes them."""

    with_genres: tuple[str, ...]
    without_genres: tuple[str, ...] = ()


MOODS = {
    "funny": Mood(("Comedy",), ("Horror", "War")),
    "scary": Mood(("Horror",), ("Comedy", "Children")),
    "romantic": Mood(("Romance",), ("Horror", "War", "Crime")),
    "exciting": Mood(("Action", "Adventure", "Thriller"), ("Children",)),
    "tense": Mood(("Thriller", "Mystery"), ("Comedy", "Children")),
    "sad": Mood(("Drama",), ("Comedy", "Action", "Horror")),
    "thoughtful": Mood(("Drama", "Documentary"), ("Action", "Horror", "Comedy")),
    "cosy": Mood(("Comedy", "Romance", "Musical", "Animation"), ("Horror", "Thriller", "War", "Crime")),
    "family": Mood(("Children", "Animation"), ("Horror", "Crime", "War")),
    "strange": Mood(("Fantasy", "Sci-Fi", "Mystery"), ("Children",)),
    "dark": Mood(("Film-Noir", "Crime", "Thriller"), ("Children", "Comedy")),
    "epic": Mood(("Adventure", "War", "Fantasy"), ("Comedy",)),
}
