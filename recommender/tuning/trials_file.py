"""A search in a file: what is searched for, then a line for each trial as soon as it is done, so that a search that was killed goes on.

The file is JSON, one object a line. The first says what the search is; what was tried depends on it and on the lines after it alone. Each
line is written whole and synced; one that was cut off by a kill or a power cut is no line, and its trial is done again.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO, Any

from recommender.errors import DataError
from recommender.evaluation.figures import Figure
from recommender.evaluation.search import space
from recommender.evaluation.search.methods import Search
from recommender.evaluation.search.outcomes import FAILED, Candidate, Outcome
from recommender.models import recipes
from recommender.storage.disk import in_words

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Head:
    """What the search is. place: where the data were said to be. data, ratings, digest: their name, number and SHA-256.

    split, n_folds: what candidates are tried on, in words `says`. measure: what decides. started_at: seconds since 1970, UTC.
    """

    recipe: str
    search: Search
    preset: str
    place: str
    data: str
    ratings: int
    digest: str
    split: str
    n_folds: int
    says: str
    measure: str
    started_at: float

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.recipe} by {self.search.method} on {self.data}"


@dataclass(frozen=True, slots=True)
class Trials:
    """A search as its file tells it. outcomes: in the order they were tried. is_complete: whether nothing is left to try."""

    head: Head
    outcomes: tuple[Outcome, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to try."""
        return self.head.search.is_over(self.outcomes)


class TrialsFile:
    """An open file that nobody else writes to."""

    def __init__(self, path: Path, file: IO[bytes], trials: Trials) -> None:
        self.path, self._file, self.trials = path, file, trials

    def add(self, outcome: Outcome) -> None:
        """Write the outcome, whole and synced, before anything else is tried."""
        self._write(told_outcome(outcome))
        self.trials = Trials(self.trials.head, (*self.trials.outcomes, outcome))

    def _write(self, line: Mapping[str, Any]) -> None:
        with in_words("written", self.path):
            self._file.write(json.dumps(line).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())


@contextmanager
def new_file(path: Path, head: Head) -> Iterator[TrialsFile]:
    """A new search; DataError where the file holds anything already, so that no search is lost."""
    with in_words("written", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    with file, _alone(file, path):
        if file.tell():
            raise DataError(f"{path} is there already; go on with it by `matinee tune --resume {path}`, or name another file.")
        trials = TrialsFile(path, file, Trials(head, ()))
        trials._write(told_head(head))
        with in_words("written", path):
            descriptor = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        yield trials


@contextmanager
def old_file(path: Path) -> Iterator[TrialsFile]:
    """A search to go on with; what stands behind its last whole line is cut off."""
    with in_words("read", path):
        file = path.open("r+b")
    with file, _alone(file, path):
        with in_words("read", path):
            data = file.read()
        trials, end = _read(path, data)
        with in_words("written", path):
            file.truncate(end)
            file.seek(end)
        yield TrialsFile(path, file, trials)


def is_being_written(path: Path) -> bool:
    """Whether a search is writing to the file at this moment."""
    with in_words("read", path), path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def read_trials(path: Path) -> Trials:
    """The search in a file, finished or not; DataError for what is none."""
    with in_words("read", path):
        data = path.read_bytes()
    return _read(path, data)[0]


@contextmanager
def _alone(file: IO[bytes], path: Path) -> Iterator[None]:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DataError(f"Another search is writing to {path}; wait for it, or stop it.") from None
    yield


def told_head(head: Head) -> dict[str, Any]:
    """The first line of the file."""
    search = {**{each.name: getattr(head.search, each.name) for each in fields(Search)}, "space": space.told(head.search.space)}
    search["own"] = dict(head.search.own)
    return {"matinee_search": FORMAT, **{each.name: getattr(head, each.name) for each in fields(Head)}, "search": search}


def told_outcome(outcome: Outcome) -> dict[str, Any]:
    """A line of the file."""
    figure = outcome.figure
    # JSON has no word for "no number" but null.
    measured = None if figure is None else {name: None if v != v else v for name, v in asdict(figure).items()}
    candidate = outcome.candidate
    return {
        "number": candidate.number,
        "parameters": dict(candidate.parameters),
        "share": candidate.share,
        "status": outcome.status,
        "figure": measured,
        "reason": outcome.reason,
        "seconds": outcome.seconds,
    }


def _read(path: Path, data: bytes) -> tuple[Trials, int]:
    """The search, and where its last whole line ends."""
    end = data.rfind(b"\n") + 1
    lines = data[:end].splitlines()
    if not lines:
        raise DataError(f"{path} holds no search; name a file that `matinee tune` has written.")
    head = _head(path, lines[0])
    outcomes: list[Outcome] = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            outcome = _outcome(json.loads(line))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise DataError(f"Line {number} of {path} is no trial; take it and what follows away, and go on from there.") from None
        if not head.search.can_be_next(outcome.candidate, outcomes):
            raise DataError(
                f"Line {number} of {path} is not the trial that comes next; take it and what follows away, and go on from there."
            )
        outcomes.append(outcome)
    return Trials(head, tuple(outcomes)), end


def _head(path: Path, line: bytes) -> Head:
    try:
        said = json.loads(line)
        if said.pop("matinee_search") != FORMAT:
            raise DataError(f"{path} was written by another version of Matinee; search anew.")
        search, known = said.pop("search"), recipes.BY_NAME.get(said["recipe"])
        if known is None:
            raise DataError(f"{path} is a search for {said['recipe']}, a recipe that is not here.")
        read = space.read(search.pop("space"), known.defaults, said["recipe"])
        return Head(search=Search(space=read, **search), **said)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataError(f"{path} holds no search; name a file that `matinee tune` has written.") from None


def _outcome(said: Mapping[str, Any]) -> Outcome:
    figure = said["figure"]
    candidate = Candidate(int(said["number"]), {str(k): float(v) for k, v in said["parameters"].items()}, float(said["share"]))
    measured = None if said["status"] == FAILED else Figure(_number(figure["mean"]), _number(figure["error"]), int(figure["n"]))
    return Outcome(candidate, measured, str(said["reason"]), float(said["seconds"]))


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
