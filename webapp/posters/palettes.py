"""The colours of a poster: five to a palette, a handful of palettes to an age of cinema."""

from __future__ import annotations

from typing import NamedTuple


class Palette(NamedTuple):
    """ground: what the title stands on. ink: the title, at least 4.5 : 1 on the ground. main, second, third: the picture's colours."""

    ground: str
    ink: str
    main: str
    second: str
    third: str


def _palettes(*rows: str) -> tuple[Palette, ...]:
    return tuple(Palette(*(f"#{colour}" for colour in row.split())) for row in rows)


UNDATED = _palettes("efe3c8 1b1714 b4232a e9a93a 8d8577", "1b1714 efe3c8 c8372d e9a93a 7d7466")

# First year of an age -> its palettes, oldest first.
AGES: dict[int, tuple[Palette, ...]] = {
    0: _palettes(  # silent greys and sepia
        "e6dfd0 1d1b19 8d8577 3a3733 b9ad98",
        "22201e ece4d3 8d8272 b9ad98 5a534a",
        "d8c8a8 2a2018 6f5a40 a3895f f0e6d0",
    ),
    1930: _palettes(  # ink, cream, one lamp
        "17181c f1e6cf c8372d d9a441 56555a",
        "efe3c8 1b1a1a b4232a 22384d d9a441",
        "24313a f0e4c6 d9a441 8ea3a6 c8553d",
        "dcd3bd 20242b 3d5a6c a8322b 8f8874",
    ),
    1950: _palettes(  # Technicolor
        "f4d35e 1d2b3a d7263d 1b6ca8 fbf3df",
        "b81d34 fff3da f4c542 1c2e4a f08a4b",
        "15577f fff6e0 f4d35e e0413f 7fc6d8",
        "f5ead2 1d2b3a e4572e 168f86 f2b632",
    ),
    1960: _palettes(  # cut paper and pop
        "f2e8d5 231f20 e8502f 2a6f97 f0b429",
        "ef8354 1f1410 2d3142 f7d488 7a1f2b",
        "1f5f5b fdf1d6 f0b429 e8502f 9fc9b0",
        "efb9ab 2b1326 8a1c4a e4572e fbe9d3",
    ),
    1970: _palettes(  # browns and oranges
        "5a2a18 f7dfb5 e07a2f c84b22 f0b54a",
        "f0c27b 3a1b10 c84b22 8a3a1c 6b7a3a",
        "e9d8b4 40210f d9722e a63d1e 7a6a2b",
        "2f3b2a f3dfb0 d9722e a8a04a e9b04a",
        "7a2e1a fbe6c2 f0a13a 3d2016 d8692f",
    ),
    1980: _palettes(  # neon after dark
        "1a0f3c ffe9fb ff3d8b 2de2e6 f9c80e",
        "0b132b e9fbff ff2e63 08d9d6 8b5de5",
        "2b0a3d fff0d9 ff6c11 fd1d53 f9c80e",
        "ff8fa3 2a0b3a 6a2fd0 12a4c4 fff0b3",
        "0d2a3f fdf3e1 ff5f6d ffc371 26c6c0",
    ),
    1990: _palettes(  # teal and rust
        "0f4c4a f3ecd8 e2b04a 1f8a80 e07246",
        "e6e0cf 12302f 1f7a74 c7522a e2b04a",
        "10313b e9f1e6 3fa796 f0a04b 8fb8a8",
        "d8a24a 1c2321 1d5c5a 8f2d1f f4e5c2",
        "3b2238 f6e7d7 d9653b 4fa59a c9a24d",
    ),
    2000: _palettes(  # steel, moss, amber
        "16222b e8eef0 5b9cb5 e0823f 9fb7bf",
        "dfe5e2 1a2a33 2f6f8f d1603d 86a9b0",
        "20312a eef3df 8fb339 e39b34 5d8f6d",
        "c9d3c0 20281f 5b7a3a b4552d f0e8cf",
        "3a1f24 f7e9e3 c94f4f e8a15b 8f6f78",
    ),
    2010: _palettes(  # digital blues
        "0b1f4b f2f5ff 3a74ff ff8a3d 7fb2ff",
        "e8eefc 0d1f4d 2f6bff ff5a36 8fb0ff",
        "101420 eef2ff 00b2c8 ff5e5b 5a6bff",
        "ffb59e 1b1440 4338ca e5383b fff1e6",
    ),
    2020: _palettes(  # violet and mint
        "1c1236 f6eeff 8f6bff ff8f70 3fd0c9",
        "f4efe6 171717 ff5a36 5b5bd6 9cc9ae",
        "0f2d2a eafff4 2ec4a0 ffb84d e86a92",
        "cfe3d4 1a2333 5b5bd6 ff6b4a f7f1d8",
    ),
}


def palettes_of(year: int | None) -> tuple[Palette, ...]:
    """The palettes of the age that the year belongs to."""
    if year is None:
        return UNDATED
    return AGES[max(first for first in AGES if first <= max(year, 0))]
