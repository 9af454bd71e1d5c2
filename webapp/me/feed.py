"""Lists as feeds: RSS and JSON for readers, a list that Radarr reads, and a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from email.utils import formatdate
from xml.etree import ElementTree

import orjson

from recommender.domain import RecommendedMovie
from recommender.exporting import harmless
from webapp.wording import imdb_url

Lines = Iterable[RecommendedMovie]


def rss(title: str, home: str, built_at: float, lines: Lines) -> bytes:
    """RSS 2.0. A film keeps its guid, so that a reader shows it once."""
    root = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(root, "channel")
    for name, text in (("title", title), ("link", home), ("description", "Films from your own ratings, best first.")):
        ElementTree.SubElement(channel, name).text = text
    for line in lines:
        item = ElementTree.SubElement(channel, "item")
        ElementTree.SubElement(item, "title").text = _printable(_named(line))
        ElementTree.SubElement(item, "link").text = imdb_url(line.movie)
        ElementTree.SubElement(item, "description").text = _printable(_why(line))
        ElementTree.SubElement(item, "guid", isPermaLink="false").text = f"matinee-film-{line.movie.movie_id}"
        ElementTree.SubElement(item, "pubDate").text = formatdate(built_at, usegmt=True)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def json_feed(title: str, home: str, built_at: float, lines: Lines) -> bytes:
    """JSON Feed 1.1 (jsonfeed.org)."""
    items = [
        {
            "id": f"matinee-film-{line.movie.movie_id}",
            "url": imdb_url(line.movie),
            "title": _named(line),
            "content_text": _why(line),
            "tags": line.movie.genres,
            "_matinee": {"movie_id": line.movie.movie_id, **_links(line), "match": line.match},
        }
        for line in lines
    ]
    return orjson.dumps({"version": "https://jsonfeed.org/version/1.1", "title": title, "home_page_url": home, "items": items})


def radarr(title: str, home: str, built_at: float, lines: Lines) -> bytes:
    """A custom list of Radarr ("StevenLu Custom"): title and IMDb id; films without one are left out: it knows them by no other."""
    known = [line for line in lines if line.movie.imdb_id]
    return orjson.dumps([{"title": _named(line), "imdb_id": f"tt{line.movie.imdb_id:07d}"} for line in known])


def table(title: str, home: str, built_at: float, lines: Lines) -> bytes:
    """CSV with title, year and ids; a title that a table's program would take for a formula begins with an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["rank", "title", "year", "genres", "match", "imdb_id", "tmdb_id", "movie_id"])
    for rank, line in enumerate(lines, 1):
        movie = line.movie
        imdb = f"tt{movie.imdb_id:07d}" if movie.imdb_id else ""
        writer.writerow(
            [rank, harmless(movie.title), movie.year or "", "|".join(movie.genres), line.match, imdb, movie.tmdb_id or "", movie.movie_id]
        )
    return text.getvalue().encode(errors="replace")


Writer = Callable[[str, str, float, Lines], bytes]
FORMATS: Mapping[str, tuple[Writer, str, str]] = {
    "rss": (rss, "application/rss+xml; charset=utf-8", "RSS, for readers of news"),
    "json": (json_feed, "application/feed+json; charset=utf-8", "JSON Feed, for programs"),
    "radarr": (radarr, "application/json", "A custom list for Radarr"),
    "csv": (table, "text/csv; charset=utf-8", "A table"),
}


def _named(line: RecommendedMovie) -> str:
    return f"{line.movie.title} ({line.movie.year})" if line.movie.year else line.movie.title


def _why(line: RecommendedMovie) -> str:
    match = f"{line.match} match. " if line.match is not None else ""
    return match + (line.reasons[0].text if line.reasons else "")


def _links(line: RecommendedMovie) -> dict[str, object]:
    return {"imdb_id": line.movie.imdb_id, "tmdb_id": line.movie.tmdb_id, "year": line.movie.year}


def _printable(text: str) -> str:
    """Without control characters, which XML cannot hold."""
    return "".join(letter for letter in text if letter.isprintable() or letter == " ")
