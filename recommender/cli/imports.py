"""`matinee import`: a person's own file from another site, looked at first and written when told so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.files import written_whole
from recommender.cli.inputs import keep_count, opened_blobs, opened_profiles, published_in_force
from recommender.domain import SEEN, WATCHLIST, Asker, UserId
from recommender.errors import InvalidInputError
from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.data.exports import ExportRow, SkippedRow
    from recommender.importing import Draft, Effect, Found, Imports, Question, Receipt

LONGEST_NUMBER = 18  # digits
MOST_TOLD = 20  # rows of a kind on the terminal; the report has them all


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--user", "user_id", type=click.IntRange(1), required=True, help="Whose ratings they are; `matinee profile new` makes a number."
)
@click.option("--save", "is_to_be_saved", is_flag=True, help="Write what was found; without it that is only shown.")
@click.option(
    "--choose", "chosen", multiple=True, metavar="LINE=MOVIE_ID", help="Which film a line means that was asked about; 0 for none."
)
@click.option("--scale", default="", metavar="5|10|100", help="The highest score, where the file is read wrongly.  [default: as found]")
@click.option("--profile", default="", help="Whose rows, where the file is of several people.  [default: of whom it says most]")
@click.option("--ask-again", "anew", is_flag=True, help="Ask about what was chosen in an import before, too.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="A CSV of what became of every row.")
@click.pass_obj
def import_file(
    settings: Settings,
    file: Path,
    user_id: int,
    is_to_be_saved: bool,
    chosen: tuple[str, ...],
    scale: str,
    profile: str,
    anew: bool,
    report: Path | None,
) -> None:
    """Take over a person's ratings from the file of another site.

    FILE is as Letterboxd, IMDb, MovieLens, Trakt, Netflix and Criticker write it, or a table of one's own. Nothing is written without
    --save, and the same file taken twice adds nothing. Films seen without a rating are marked so, and those to be watched go on the
    watchlist. What was saved can be taken back by `matinee undo-import`.
    """
    asker = Asker(member=UserId(user_id))
    with _imports(settings) as imports:
        content = _content(file)
        draft = imports.look(user_id, file.name, content, scale=scale, profile=profile, anew=anew, asker=asker)
        draft = replace(draft, choices=draft.check(_choices(chosen, draft)))
        effect = imports.effect(draft)
        _tell(draft, imports)
        if report:
            with written_whole(report) as written:
                written.write(imports.report_of(draft, effect))
        if not is_to_be_saved:
            click.echo(f"Nothing is written yet; --save writes {_said(effect)} for {user_id}.")
            return
        imports.keep(draft, content)
        receipt = imports.save(user_id, draft.import_id, asker=asker)
    keep_count(settings, events=receipt.n_films)
    click.echo(f"Written for {user_id}: {_told(receipt)}. `matinee undo-import {receipt.import_id} --user {user_id}` takes it back.")


@click.command("undo-import")
@click.argument("import_id")
@click.option("--user", "user_id", type=click.IntRange(1), required=True, help="Whose import it was.")
@click.pass_obj
def undo_import(settings: Settings, import_id: str, user_id: int) -> None:
    """Take an import back.

    Its films are rated and marked again as they were before. IMPORT_ID is what `matinee import --save` printed. Films that the person has
    rated or marked since stay as they are.
    """
    with _imports(settings) as imports:
        undone = imports.undo(user_id, import_id, asker=Asker(member=UserId(user_id)))
        click.echo(f"{_counted(undone.receipt.n_films - undone.receipt.n_stayed, 'film')} of {user_id} as before.")
        _list("Changed since, and left so:", [f"{movie_id} {_title(movie_id, imports)}" for movie_id in undone.stayed])


@contextmanager
def _imports(settings: Settings) -> Iterator[Imports]:
    from recommender.access import Access
    from recommender.importing import Imports

    published = cache(lambda: published_in_force(settings))
    with opened_profiles(settings) as profiles:
        yield Imports(opened_blobs(settings), profiles, Access(profiles, sample_viewers=settings.sample_viewers), published)


def _content(file: Path) -> bytes:
    """The file, read no further than it may be long."""
    from recommender.data.exports import MOST_BYTES

    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _choices(chosen: Sequence[str], draft: Draft) -> dict[int, int | None]:
    """By the number of the question; InvalidInputError for a line that was not asked about, or a film that it does not offer."""
    matches = draft.found.matching.matches
    asked = {_line(matches[place].row, draft.found): question for question in draft.questions for place in question.places}
    choices: dict[int, int | None] = {}
    for text in chosen:
        line, _, number = text.rpartition("=")
        if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER and line in asked):
            raise InvalidInputError("--choose", text, "LINE=MOVIE_ID, of a line that was asked about")
        offered = asked[line].candidates
        if int(number) and int(number) not in offered:
            raise InvalidInputError("--choose", text, f"one of the films offered, {', '.join(map(str, offered))}, or 0 for none")
        choices[asked[line].number] = int(number) or None
    return choices


def _tell(draft: Draft, imports: Imports) -> None:
    found = draft.found
    export, counts = found.export, found.matching.counts()
    click.echo(f"{export.site}: {_counted(export.n_rows, 'row')} of {', '.join(export.files)}.")
    for sentence in (*export.scales, *export.notes):
        click.echo(sentence)
    click.echo(
        f"Found {counts['matched']:,}, to be asked {counts['asked']:,}, not found {counts['unknown']:,}, left out {counts['skipped']:,}."
    )
    open_ = [question for question in draft.questions if question.number not in draft.choices]
    _list("Which film is meant? Say --choose LINE=MOVIE_ID:", [_asked(question, found, imports) for question in open_])
    unknown = [match for match in found.matching.matches if match.outcome == "unknown"]
    _list("Not found:", [f"line {_line(match.row, found)}: {match.row.text} ({match.how})" for match in unknown])
    _list("Left out:", [f"line {_line(row, found)}: {row.text} ({row.reason})" for row in found.matching.skipped])


def _said(effect: Effect) -> str:
    """What would be written, in words."""
    counts = effect.counts
    parts = [_counted(sum(counts.get(kind, 0) for kind in ("new", "changed", "same")), "rating")]
    parts += [f"{_counted(counts[kind], 'film')} {words}" for kind, words in _MARKED.items() if counts.get(kind)]
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def _told(receipt: Receipt) -> str:
    """What was written, in words."""
    new, changed, same = (receipt.counts.get(kind, 0) for kind in ("new", "changed", "same"))
    parts = [f"{new:,} new, {changed:,} with other stars, {same:,} as before"]
    return ", ".join([*parts, *(f"{receipt.counts[kind]:,} {words}" for kind, words in _MARKED.items() if receipt.counts.get(kind))])


_MARKED = {SEEN: "seen", WATCHLIST: "to be watched", "hidden": "hidden", "aside": "set aside"}


def _line(row: ExportRow | SkippedRow, found: Found) -> str:
    """The number of the row's line, with its file where there are several."""
    return str(row.line) if len(found.export.files) == 1 else f"{row.file}:{row.line}"


def _asked(question: Question, found: Found, imports: Imports) -> str:
    films = "; ".join(f"{movie_id} {_title(movie_id, imports)}" for movie_id in question.candidates)
    return f"line {_line(question.match.row, found)}: {question.match.row.text} → {films}"


def _list(head: str, lines: list[str]) -> None:
    if not lines:
        return
    click.echo(head)
    for line in lines[:MOST_TOLD]:
        click.echo(f"  {line}")
    if len(lines) > MOST_TOLD:
        click.echo(f"  and {len(lines) - MOST_TOLD:,} more; --report FILE has them all")


def _title(movie_id: int, imports: Imports) -> str:
    movie = imports.movies()(movie_id)
    if movie is None:
        return ""
    return f"{movie.title} ({movie.year})" if movie.year else movie.title


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}{'' if n == 1 else 's'}"
