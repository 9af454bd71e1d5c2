"""Numbers, days and addresses as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from recommender.domain import Movie

_ONES = [
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def in_words(number: int) -> str:
    """A count for a headline: "ten", "twenty-five", "one hundred"; digits beyond, "no" for none."""
    if 0 <= number < 20:
        return _ONES[number]
    if 20 <= number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
    return "one hundred" if number == 100 else f"{number:,}"


def counted(number: int, one: str) -> str:
    """A count with its noun, whose plural is by s: "1 film", "1,234 films"."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"


def listed(parts: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"; empty for none."""
    return " and ".join([*filter(None, [", ".join(parts[:-1])]), *parts[-1:]])


def day(seconds: float) -> str:
    """ "21 November 2026", in UTC, of seconds since 1970."""
    when = datetime.fromtimestamp(seconds, UTC)
    return f"{when.day} {when:%B %Y}"


def day_and_time(seconds: float) -> str:
    """ "21 November 2026, 12:30 UTC" of seconds since 1970."""
    return f"{day(seconds)}, {datetime.fromtimestamp(seconds, UTC):%H:%M} UTC"


def iso(seconds: float) -> str:
    """The same moment for programs: "2026-11-21T12:30:45Z"."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def plain_number(stars: float) -> str:
    """Stars without needless zeros: "4", "4.5"; one digit after the point."""
    return f"{stars:.1f}".removesuffix(".0")


def stars_in_words(stars: float) -> str:
    """ "half a star", "1 star", "4½ stars"."""
    whole, half = int(stars), "½" if stars % 1 else ""
    return "half a star" if not whole else f"{whole}{half} {'star' if (whole, half) == (1, '') else 'stars'}"


def other_titles(title: str, also_known_as: Iterable[str]) -> tuple[str, ...]:
    """Titles that tell a reader something; "Dark Knight, The" of The Dark Knight does not."""
    return tuple(name for name in also_known_as if _letters(name) != _letters(title))


def _letters(title: str) -> list[str]:
    return sorted(filter(str.isalnum, title.casefold()))


def imdb_url(movie: Movie) -> str:
    """The film's page at IMDb, or a search there where the data have no link."""
    if movie.imdb_id:
        return f"https://www.imdb.com/title/tt{movie.imdb_id:07d}/"
    words = f"{movie.title} {movie.year or ''}".strip()
    return f"https://www.imdb.com/find/?{urlencode({'q': words}, errors='replace')}"


def tmdb_url(movie: Movie) -> str | None:
    """The film's page at TMDB, where the data have the link."""
    return f"https://www.themoviedb.org/movie/{movie.tmdb_id}" if movie.tmdb_id else None
