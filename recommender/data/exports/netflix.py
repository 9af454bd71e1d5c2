"""Netflix: the viewing history of a profile, and the tables of the full copy of one's data.

NetflixViewingHistory.csv is Title,Date, the date as the account's country writes it. Of the full copy (a zip of many folders)
ViewingActivity.csv, Ratings.csv and MyList.csv are read, which name a profile in each row. None of them has a year or a number of a film.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from recommender.data.exports.dates import order_of, seconds_of
from recommender.data.exports.rows import RATING, ExportRow, Reading, RowError
from recommender.data.exports.scales import FIVE, Scale, stars_of
from recommender.data.exports.tables import Record, Table
from recommender.domain import SEEN, WATCHLIST

SITE = "Netflix"

THUMBS = {"1": 1.5, "2": 4.0, "3": 5.0}  # down, up, twice up; 0 is a thumb taken back
SHORTEST_SECONDS = 600  # of a sitting that counts as having watched

_TITLES = frozenset(["title", "titel", "titre", "titulo", "titolo", "tytul", "제목", "タイトル"])
_DATES = frozenset(["date", "datum", "fecha", "data", "dato", "날짜", "日付"])

_PARTS = (
    "season|series|staffel|saison|temporada|stagione|seizoen|säsong|sæson|sesong|sezon|sezona|сезон|kausi|évad|part|partie|parte|teil|"
    "volume|volumen|vol|book|buch|livre|libro|chapter|kapitel|chapitre|capítulo|capitolo|collection|set"
)
_NUMBERED = re.compile(
    rf"(?:{_PARTS})\.?\s+(?:\d+|one|two|three|four|five|six|[ivx]+)\b.*|(?:시즌|シーズン)\s*\d+|第\s*\d+\s*[季部]", re.IGNORECASE
)
_SEASON = re.compile(r"(?:season|staffel|saison|temporada|stagione|seizoen|säsong|sæson|sesong|sezon|сезон)\s+\d+\b.*", re.IGNORECASE)
_WHOLE = re.compile(
    r"(?:limited|mini|anthology|docu)[ -]?seri(?:es?|en?)|miniserie|serie limitada|mini-série|série limitée|miniseries", re.IGNORECASE
)
_EPISODE = re.compile(r"(?:episode|folge|épisode|episodio|episódio|aflevering|avsnitt|afsnit|odcinek|bölüm|серия)\s+\d+\b.*", re.IGNORECASE)


def reads(columns: Collection[str]) -> bool:
    """Whether a table with these columns is of this site."""
    names = list(columns)
    history = len(names) == 2 and names[0] in _TITLES and names[1] in _DATES
    return history or ("profilename" in names and not {"titlename", "title"}.isdisjoint(names))


def read(table: Table, scale: Scale | None = None) -> Reading:
    """Films watched are seen, thumbs are stars (THUMBS), the list is the watchlist.

    Episodes, trailers and short sittings are left out.
    """
    title = table.columns[0] if len(table.columns) == 2 else "titlename" if "titlename" in table.columns else "title"
    dates: list[str] = [name for name in ("starttime", "eventutcts", "utctitleaddts", "regionviewdate") if name in table.columns]
    dates = dates or [table.columns[1]] * (len(table.columns) == 2)
    order, certain = order_of(table.column(*dates))
    rated = not {"thumbsvalue", "starvalue"}.isdisjoint(table.columns)
    watched = "starttime" in table.columns or len(table.columns) == 2
    seen = SEEN if watched else WATCHLIST

    def row(record: Record) -> ExportRow:
        name = table.cell(record, title)
        if table.cell(record, "supplementalvideotype"):
            raise RowError("This is a trailer or other extra, and no film.")
        if is_episode(name):
            raise RowError("This is an episode of a series, and Matinee knows films alone.")
        if watched and _too_short(table.cell(record, "duration")):
            raise RowError(f"It ran for less than {SHORTEST_SECONDS // 60} minutes, so the film was not watched.")
        return table.row(
            record,
            RATING if rated else seen,
            name,
            stars=_stars(table, record, scale) if rated else None,
            at=seconds_of(table.cell(record, *dates), order),
            profile=table.cell(record, "profilename"),
        )

    rows, skipped = table.sorted_out(row)
    notes = () if certain else (f"Dates such as {table.column(*dates)[0]} of {table.file} are read with the month first.",)
    says = "A thumb down is read as 1.5 stars, up as 4, two thumbs up as 5; Netflix's stars as they are." if rated else ""
    return Reading(SITE, rows, skipped, says, notes)


def is_episode(title: str) -> bool:
    """Whether a title is of a part of a series: "Dark: Season 1: Secrets", "Unbelievable: Limited Series: Episode 1".

    "Dune: Part Two" and "Kill Bill: Vol. 2" are films: a numbered part counts where something follows it, a season always.
    """
    parts = [part.strip(" \"'“”") for part in re.split(r"[:：]\s+|:(?=\D)", title)]
    if len(parts) < 2:
        return False
    later = parts[1:]
    if any(_SEASON.fullmatch(part) or _WHOLE.fullmatch(part) for part in later) or _EPISODE.fullmatch(parts[-1]):
        return True
    return any(_NUMBERED.fullmatch(part) for part in parts[1:-1])


def _stars(table: Table, record: Record, scale: Scale | None) -> float:
    star = table.cell(record, "starvalue")
    if star and star.strip("0."):
        return stars_of(star, scale or FIVE)
    thumb = table.cell(record, "thumbsvalue").removesuffix(".0")
    if thumb not in THUMBS:
        raise RowError("The thumb was taken back." if thumb == "0" else f"The thumb must be 1, 2 or 3, not {thumb[:20]!r}.")
    return THUMBS[thumb]


def _too_short(duration: str) -> bool:
    parts = duration.split(":")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return False
    hours, minutes, seconds = map(int, parts)
    return hours * 3600 + minutes * 60 + seconds < SHORTEST_SECONDS
