"""What a person sees in a terminal: progress bars, lists, tables of figures."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import click
from tqdm import tqdm

from recommender.domain import RecommendationList

if TYPE_CHECKING:
    from recommender.evaluation.comparison import Comparison

IN_BYTES = {"reading", "download", "upload"}  # stages counted in bytes


class Figure(Protocol):
    """A mean with its standard error."""

    @property
    def mean(self) -> float: ...
    @property
    def error(self) -> float: ...


class Bars:
    """One progress bar at a time on standard error, none where that is no terminal; sentences go above it.

    A stage with nothing to count, of a total of 0, is shown by its name.
    """

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None
        self._stage, self._done = "", 0

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if not total:
            self._name(stage)
            return
        if self._bar is None or self._stage != stage:
            self._end()
            self._stage, self._done = stage, 0
            in_bytes = stage in IN_BYTES
            self._bar = tqdm(
                total=total, desc=stage, unit="B" if in_bytes else "", unit_scale=in_bytes, file=sys.stderr, disable=None, leave=False
            )
        self._bar.update(done - self._done)
        self._done = done

    def rows_read(self, n: int) -> None:
        """How many rows the stage under way has read so far, beside its bar."""
        if self._bar is not None:
            self._bar.set_postfix_str(f"{n:,} rows", refresh=False)

    def say(self, text: str) -> None:
        """A sentence on standard error."""
        tqdm.write(text, file=sys.stderr)

    def _name(self, stage: str) -> None:
        """A stage of which nobody can say how far it is: its name alone, until the next one begins."""
        self._end()
        self._stage, self._done = stage, 0
        self._bar = tqdm(total=None, desc=stage, bar_format="{desc} …", file=sys.stderr, disable=None, leave=False)

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def print_list(made: RecommendationList) -> None:
    """Rank, match, predicted stars, title and number of each film, its first reason, or what it tests, below."""
    for rank, line in enumerate(made.movies, start=1):
        match = f"{line.match:3d} %" if line.match is not None else "     "
        stars = f"{line.predicted_stars:.1f}" if line.predicted_stars is not None else "   "
        stars += "  {:.1f} to {:.1f}".format(*line.likely_stars) if line.likely_stars else ""
        year = f" ({line.movie.year})" if line.movie.year else ""
        click.echo(f"{rank:4d}  {match}  {stars}  {line.movie.title}{year}  [{line.movie.movie_id}]")
        if line.explored or line.reasons:
            click.echo(f"{'':18}{f'To try: {line.explored.text}' if line.explored else line.reasons[0].text}")
    explored = f", explored by {made.explore:g}" if made.explore else ""
    click.echo(
        f"{len(made.movies)} films for viewer {made.user_id}, {made.basis}{explored}; revision {made.rev}, model {made.model}", err=True
    )


def print_figures(figures: Mapping[str, Mapping[str, Figure]], title: str = "") -> None:
    """A row for each measure, a column for each recipe, each figure with its standard error where it has one."""
    rows = list(next(iter(figures.values())))
    first = max(len(title), *(len(row) for row in rows))
    cells = {name: [_told(column[row]) if row in column else "" for row in rows] for name, column in figures.items()}
    widths = {name: max(len(name), *(len(cell) for cell in column)) for name, column in cells.items()}
    click.echo(f"{title:{first}}" + "".join(f"  {name:>{widths[name]}}" for name in figures))
    for place, row in enumerate(rows):
        click.echo(f"{row:{first}}" + "".join(f"  {cells[name][place]:>{widths[name]}}" for name in figures))


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their widest cell, every cell at the right of its column."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        click.echo("  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)))


def _told(figure: Figure) -> str:
    if figure.mean != figure.mean:
        return "-"
    return f"{figure.mean:.4f}" + (f" ±{figure.error:.4f}" if figure.error > 0 else " " * 8)


def print_comparison(comparison: Comparison) -> None:
    """A row for each measure of both, the difference, and what can be said of it; then in words."""
    for part, rows in comparison.rows().items():
        cells = [(part, comparison.one, comparison.other, "B over A, 95 %", "better")]
        for row in rows:
            low, high = row.difference.interval()
            difference = f"{row.difference.mean:+.4f} ±{(high - low) / 2:.4f}" if high == high else "-"
            cells.append((row.measure, _told(row.one).strip(), _told(row.other).strip(), difference, row.better))
        widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
        for first, *middle, last in cells:
            between = "".join(f"  {cell:>{width}}" for cell, width in zip(middle, widths[1:], strict=False))
            click.echo(f"{first:{widths[0]}}{between}  {last}".rstrip())
        click.echo()
    for sentence in comparison.sentences():
        click.echo(sentence)
    report = comparison.report
    click.echo(
        f"{report.provenance['data']}, {report.provenance['ratings']:,} ratings; {report.plan.says}; ± beside a mean is one standard error"
    )
