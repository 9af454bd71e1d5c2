"""`matinee import`: a person's own file from another site, looked at first and written when told so."""

from __future__ import annotations

import csv
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.files import written_whole
from recommender.cli.inputs import opened_profiles, published_in_force
from recommender.domain import MovieId, UserId, is_own_person
from recommender.errors import InvalidInputError, ReadOnlyError, UnknownUserError
from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.data.exports import ExportRow, SkippedRow
    from recommender.data.matching import Match
    from recommender.importing import Found
    from recommender.publication import Published

LONGEST_NUMBER = 18  # digits
MOST_TOLD = 20  # rows of a kind on the terminal; the report has them all
REPORT = ("file", "line", "row", "outcome", "why", "movie_id", "title")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--user", "user_id", type=click.IntRange(1), required=True, help="Whose ratings they are; `matinee profile new` makes a number."
)
@click.option("--save", "is_to_be_saved", is_flag=True, help="Write the ratings; without it they are only shown.")
@click.option(
    "--choose", "chosen", multiple=True, metavar="LINE=MOVIE_ID", help="Which film a line means that was asked about; 0 for none."
)
@click.option("--scale", default="", metavar="5|10|100", help="The highest score, where the file is read wrongly.  [default: as found]")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help=f"A CSV of what became of every row: {','.join(REPORT)}.")
@click.pass_obj
def import_file(
    settings: Settings, file: Path, user_id: int, is_to_be_saved: bool, chosen: tuple[str, ...], scale: str, report: Path | None
) -> None:
    """Take over a person's ratings from the file of another site.

    FILE is as Letterboxd, IMDb, MovieLens, Trakt, Netflix and Criticker write it, or a table of one's own. Nothing is written without
    --save, and the same file taken twice adds nothing. Films seen without a rating, and those to be watched, are counted and not kept yet.
    """
    from recommender import importing

    if not is_own_person(user_id):
        raise ReadOnlyError(user_id)
    with opened_profiles(settings) as profiles:
        if not profiles.has_person(UserId(user_id)):
            raise UnknownUserError(user_id, "`matinee profile new` makes a number")
    published = published_in_force(settings)
    found = importing.find_films(file.name, _content(file), published, scale=scale)
    choices = _choices(chosen, found)
    _tell(found, published, choices)
    if report:
        _write_report(report, found, published, choices)
    if not is_to_be_saved:
        n = len(found.ratings(choices))
        click.echo(f"Nothing is written yet; --save writes {_counted(n, 'rating')} for {user_id}.")
        return
    with opened_profiles(settings) as profiles:
        saved = importing.save(found, UserId(user_id), profiles, now=time.time(), choices=choices)
    click.echo(f"Written for {user_id}: {saved.n_new:,} new, {saved.n_changed:,} with other stars, {saved.n_same:,} as before.")


def _content(file: Path) -> bytes:
    """The file, read no further than it may be long."""
    from recommender.data.exports import MOST_BYTES

    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _choices(chosen: Sequence[str], found: Found) -> dict[int, MovieId | None]:
    """By the place of the match; InvalidInputError for a line that was not asked about, or a film that it does not offer."""
    matches = enumerate(found.matching.matches)
    asked = {_line(match.row, found): (place, match) for place, match in matches if match.outcome == "asked"}
    choices: dict[int, MovieId | None] = {}
    for text in chosen:
        line, _, number = text.rpartition("=")
        if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER and line in asked):
            raise InvalidInputError("--choose", text, "LINE=MOVIE_ID, of a line that was asked about")
        place, match = asked[line]
        if int(number) and int(number) not in match.candidates:
            raise InvalidInputError("--choose", text, f"one of the films offered, {', '.join(map(str, match.candidates))}, or 0 for none")
        choices[place] = MovieId(int(number)) or None
    return choices


def _tell(found: Found, published: Published, choices: dict[int, MovieId | None]) -> None:
    export, counts = found.export, found.matching.counts()
    click.echo(f"{export.site}: {_counted(export.n_rows, 'row')} of {', '.join(export.files)}.")
    for sentence in (*export.scales, *export.notes):
        click.echo(sentence)
    click.echo(
        f"Found {counts['matched']:,}, to be asked {counts['asked']:,}, not found {counts['unknown']:,}, left out {counts['skipped']:,}."
    )
    open_ = [match for place, match in enumerate(found.matching.matches) if match.outcome == "asked" and place not in choices]
    _list("Which film is meant? Say --choose LINE=MOVIE_ID:", [_question(match, found, published) for match in open_])
    unknown = [match for match in found.matching.matches if match.outcome == "unknown"]
    _list("Not found:", [f"line {_line(match.row, found)}: {match.row.text} ({match.how})" for match in unknown])
    _list("Left out:", [f"line {_line(row, found)}: {row.text} ({row.reason})" for row in found.matching.skipped])


def _line(row: ExportRow | SkippedRow, found: Found) -> str:
    """The number of the row's line, with its file where there are several."""
    return str(row.line) if len(found.export.files) == 1 else f"{row.file}:{row.line}"


def _question(match: Match, found: Found, published: Published) -> str:
    films = "; ".join(f"{movie_id} {_title(movie_id, published)}" for movie_id in match.candidates)
    return f"line {_line(match.row, found)}: {match.row.text} → {films}"


def _list(head: str, lines: list[str]) -> None:
    if not lines:
        return
    click.echo(head)
    for line in lines[:MOST_TOLD]:
        click.echo(f"  {line}")
    if len(lines) > MOST_TOLD:
        click.echo(f"  and {len(lines) - MOST_TOLD:,} more; --report FILE has them all")


def _write_report(report: Path, found: Found, published: Published, choices: dict[int, MovieId | None]) -> None:
    with written_whole(report) as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(REPORT)
        for place, match in enumerate(found.matching.matches):
            known = match.candidates[0] if match.outcome == "matched" else None
            film = choices.get(place, known)
            cells = (match.row.file, match.row.line, match.row.text, match.outcome, match.how, film or "", _title(film, published))
            rows.writerow(map(_harmless, cells))
        for row in found.matching.skipped:
            rows.writerow(map(_harmless, (row.file, row.line, row.text, "skipped", row.reason, "", "")))


def _harmless(cell: object) -> object:
    """A text that a spreadsheet would take for a formula is marked as text."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _title(movie_id: int | None, published: Published) -> str:
    column = None if movie_id is None else published.matrix.column_of(movie_id)
    if column is None:
        return ""
    movie = published.catalogue.movie(column)
    return f"{movie.title} ({movie.year})" if movie.year else movie.title


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
