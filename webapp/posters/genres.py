"""Which pictures suit a genre, and which of a film's genres says most about it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from webapp.posters.palettes import Palette
from webapp.posters.pictures.comedy import confetti, quarters, smile
from webapp.posters.pictures.country import castle, dunes, horizon, kites, peaks, rainbow, tree
from webapp.posters.pictures.crime import blinds, diamond, keyhole, lamp, road, skyline
from webapp.posters.pictures.fear import claws, eye, house, spiral, teeth
from webapp.posters.pictures.forms import arches, burst, chevrons, speed, split, stairs, target
from webapp.posters.pictures.love import bench, heart, letter, two_discs
from webapp.posters.pictures.space import grid, orbits, rocket, saucer
from webapp.posters.pictures.stage import beam, contact_sheet, curtain, record, waves

Composition = Callable[[Palette, Random], str]

# Genre -> its pictures. The order is the order of telling: of a film's genres the first in this table says most about it.
BY_GENRE: dict[str, tuple[Composition, ...]] = {
    "Film-Noir": (blinds, skyline, keyhole, lamp),
    "Western": (horizon,),
    "Musical": (record, curtain, waves),
    "War": (chevrons, speed, target),
    "Horror": (claws, teeth, house, eye),
    "Documentary": (contact_sheet, waves),
    "Animation": (rainbow, kites, castle, tree),
    "Sci-Fi": (orbits, saucer, grid, rocket),
    "Fantasy": (peaks, castle, tree),
    "Mystery": (keyhole, spiral, eye),
    "Crime": (skyline, blinds, stairs, diamond, road, lamp),
    "Children": (kites, rainbow, tree),
    "Romance": (two_discs, heart, letter, bench),
    "Thriller": (spiral, eye, keyhole, road, lamp),
    "Adventure": (dunes, horizon, peaks, target),
    "Action": (burst, speed, target),
    "Comedy": (quarters, smile, confetti),
    "Drama": (split, arches, stairs, curtain, two_discs, dunes, bench, lamp),
    "IMAX": (beam, orbits),
}
WITHOUT_GENRE: tuple[Composition, ...] = (beam,)


def telling(genres: tuple[str, ...]) -> str:
    """The genre that says most about a film; of genres that the table does not know the first, and "" of none."""
    return next((genre for genre in BY_GENRE if genre in genres), genres[0] if genres else "")


def pictures_of(genre: str) -> tuple[Composition, ...]:
    """The pictures that suit a genre."""
    return BY_GENRE.get(genre, WITHOUT_GENRE)
