"""What was refused while a data set was read: where, why, and how much of the data that was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_REFUSALS = 1_000  # kept in full, of all files together; the rest is only counted
LONGEST_VALUE = 80  # letters of a met value that are shown


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was left out. line: as an editor counts, from 1. reason: what would have been right. value: what was met."""

    file: str
    line: int
    reason: str
    value: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.reason}, not {self.value!r}."


@dataclass(frozen=True, slots=True)
class FileReport:
    """The rows of one file; kept + refused = rows_read. by_reason: how many rows were refused for each reason."""

    file: str
    rows_read: int
    by_reason: Mapping[str, int]

    @property
    def refused(self) -> int:
        """Rows left out."""
        return sum(self.by_reason.values())

    @property
    def kept(self) -> int:
        """Rows in use."""
        return self.rows_read - self.refused


@dataclass(frozen=True, slots=True)
class Report:
    """What became of every row. refusals: the first MOST_REFUSALS in full, file by file, lines ascending."""

    files: tuple[FileReport, ...]
    refusals: tuple[Refusal, ...] = ()

    @property
    def rows_read(self) -> int:
        """Rows of all files; headers and blank lines are none."""
        return sum(file.rows_read for file in self.files)

    @property
    def kept(self) -> int:
        """Rows in use, of all files."""
        return sum(file.kept for file in self.files)

    @property
    def refused(self) -> int:
        """Rows left out, of all files."""
        return sum(file.refused for file in self.files)

    def sentences(self, most: int = 5) -> tuple[str, ...]:
        """For a person: a sentence per file with refused rows, one per reason, and the first refusals, at most `most` a file."""
        said: list[str] = []
        for file in self.files:
            if not file.refused:
                continue
            said.append(f"{file.file}: {file.kept:,} of {file.rows_read:,} rows kept, {file.refused:,} refused.")
            said += [f"  {count:,} because {reason}." for reason, count in sorted(file.by_reason.items(), key=lambda of: (-of[1], of[0]))]
            said += [f"  {refusal}" for refusal in [refusal for refusal in self.refusals if refusal.file == file.file][:most]]
        return tuple(said)


@dataclass(slots=True)
class Tally:
    """Counts the rows of one file while it is read. room: how many refusals may still be kept in full."""

    file: str
    room: int = MOST_REFUSALS
    rows_read: int = 0
    by_reason: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, line: int, reason: str, value: str) -> None:
        """Leave a row out that rows_read counts."""
        self.by_reason[reason] += 1
        if len(self.refusals) < self.room:
            shown = value if len(value) <= LONGEST_VALUE else value[: LONGEST_VALUE - 3] + "..."
            self.refusals.append(Refusal(self.file, line, reason, shown))

    def report(self) -> FileReport:
        """The counts so far."""
        return FileReport(self.file, self.rows_read, dict(self.by_reason))


def report_of(tallies: list[Tally]) -> Report:
    """One report of several files."""
    refusals = [refusal for tally in tallies for refusal in sorted(tally.refusals, key=lambda refusal: refusal.line)]
    return Report(tuple(tally.report() for tally in tallies), tuple(refusals[:MOST_REFUSALS]))
