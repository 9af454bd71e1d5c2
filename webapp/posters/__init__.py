"""Posters drawn by ourselves: the picture by genre, the colours by decade, the details by the film's number, the title as type.

The same film always gets the same poster. Each is below LARGEST bytes, has no ids, styles or scripts, and may stand inside a page
or alone.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random
from xml.sax.saxutils import escape
from zlib import crc32

from recommender.domain import Movie
from webapp.posters.genres import pictures_of, telling
from webapp.posters.lettering import CAPITAL, LEADING, Line, lettered, printable
from webapp.posters.palettes import Palette, palettes_of

WIDTH, HEIGHT = 200, 300
LARGEST = 2048  # bytes
MARGIN = 14
FACE = "'Big Shoulders Display','Arial Narrow',Impact,sans-serif"


@lru_cache(maxsize=1024)
def poster(movie: Movie) -> str:
    """The poster as one SVG element, 2 wide to 3 high; its words are hidden from screen readers where it stands beside a title."""
    rng = Random(f"{movie.movie_id}")  # noqa: S311 - a poster is no secret
    palette = _shuffled(rng.choice(palettes_of(movie.year)), rng)
    picture = rng.choice(pictures_of(telling(movie.genres)))
    turned = rng.random() < 0.5
    below = rng.random() < 0.72
    framed = rng.random() < (0.6 if (movie.year or 0) < 1980 else 0.25)
    justified = rng.random() < 0.55
    art = picture(palette, rng)
    if turned:
        art = f'<g transform="matrix(-1 0 0 1 200 0)">{art}</g>'
    if not below:
        art = f'<g transform="translate(0 100)">{art}</g>'
    return "".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" class="poster" aria-hidden="true">',
            f'<path d="M0 0h{WIDTH}v{HEIGHT}H0z" fill="{palette.ground}"/>',
            art,
            f'<path d="M0 {200 if below else 0}h{WIDTH}v100H0z" fill="{palette.ground}"/>',
            f'<path d="M5 5h190v290H5z" fill="none" stroke="{palette.ink}" stroke-width="10"/>' if framed else "",
            _words(movie, palette, below=below, justified=justified),
            "</svg>",
        )
    )


def version(movie: Movie) -> str:
    """Changes when the poster does: for addresses that browsers may keep for ever."""
    return f"{crc32(poster(movie).encode()):08x}"


def _shuffled(palette: Palette, rng: Random) -> Palette:
    """The palette with the picture's colours in another order; the title keeps its two."""
    main, second, third = rng.sample((palette.main, palette.second, palette.third), 3)
    return palette._replace(main=main, second=second, third=third)


def _words(movie: Movie, palette: Palette, *, below: bool, justified: bool) -> str:
    """The title with the year and a genre on a line of their own."""
    small = f"{movie.year or ''}", printable(telling(movie.genres)).upper()[:16]
    lines = lettered(movie.title, WIDTH - 2 * MARGIN - 6, 68, 58, justified=justified)
    left = MARGIN + 3
    footing = 286 if below else 24
    texts = [f'<text x="{left}" y="{footing}" font-size="11" letter-spacing="1">{small[0]}</text>'] if small[0] else []
    if small[1]:
        texts.append(
            f'<text x="{WIDTH - left}" y="{footing}" font-size="11" letter-spacing="1" text-anchor="end">{escape(small[1])}</text>'
        )
    for line, y in zip(lines, _baselines(lines, 269 if below else 93, top=202 if below else 30), strict=True):
        texts.append(
            f'<text x="{left}" y="{y:.1f}" font-size="{line.size:.1f}" textLength="{line.length:.0f}" '
            f'lengthAdjust="spacingAndGlyphs">{escape(line.text)}</text>'
        )
    return f'<g fill="{palette.ink}" font-family="{FACE}" font-weight="800">{"".join(texts)}</g>'


def _baselines(lines: list[Line], bottom: float, *, top: float) -> list[float]:
    """Where the lines stand: the block in the middle between top and bottom."""
    heights = [line.size * LEADING for line in lines]
    spare = bottom - top - sum(heights)
    y, baselines = top + max(spare, 0) / 2, []
    for line, height in zip(lines, heights, strict=True):
        y += height
        baselines.append(y - (LEADING - CAPITAL) / 2 * line.size)
    return baselines
