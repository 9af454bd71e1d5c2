"""The searches in a folder, as a list of jobs tells of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recommender.errors import DataError
from recommender.tuning.search import best_of
from recommender.tuning.trials_file import Trials, is_being_written, read_trials

COMPLETED, FAILED, RUNNING, STOPPED, UNREADABLE = "Completed", "Failed", "Running", "Stopped", "Unreadable"


@dataclass(frozen=True, slots=True)
class Job:
    """A search and its file. trials: None where the file is none of ours. status: Failed when every trial of it failed.

    reasons: why trials failed, each with how often, the most frequent first.
    """

    path: Path
    status: str
    trials: Trials | None
    reasons: tuple[tuple[str, int], ...]

    @property
    def n_completed(self) -> int:
        """Trials that came to a figure."""
        return sum(outcome.figure is not None for outcome in self.trials.outcomes) if self.trials else 0

    def told(self) -> dict[str, Any]:
        """For programs. began: seconds since 1970, UTC."""
        found: dict[str, Any] = {"file": str(self.path), "status": self.status, "reasons": dict(self.reasons)}
        if self.trials is None:
            return found
        head, best = self.trials.head, best_of(self.trials)
        return {
            **found,
            "search": head.name,
            "completed": self.n_completed,
            "failed": len(self.trials.outcomes) - self.n_completed,
            "trials": max(head.search.n_all, len(self.trials.outcomes)),
            "began": head.started_at,
            "seconds": sum(outcome.seconds for outcome in self.trials.outcomes),
            "measure": head.measure,
            "best": best.figure.mean if best and best.figure else None,
            "parameters": dict(best.candidate.parameters) if best else None,
        }

    def cells(self) -> tuple[str, ...]:
        """For people: file, search, status, completed, failed, of how many, began, seconds, best."""
        said = self.told()
        if self.trials is None:
            return (self.path.name, "", self.status, *[""] * 6)
        best = "" if said["best"] is None else f"{said['measure']} {said['best']:.4f}"
        began = datetime.fromtimestamp(said["began"], UTC).strftime("%Y-%m-%d %H:%M")
        counts = (str(said[name]) for name in ("completed", "failed", "trials"))
        return (self.path.name, str(said["search"]), self.status, *counts, began, f"{said['seconds']:.0f}", best)


def jobs_in(folder: Path) -> list[Job]:
    """Those in the folder, the one begun first first; a file that is none of ours comes last, with what is wrong as its reason."""
    found = [_job(path) for path in sorted(folder.glob("*.jsonl")) if path.stat().st_size]
    return sorted(found, key=lambda job: (job.trials is None, job.trials.head.started_at if job.trials else 0.0, job.path.name))


def _job(path: Path) -> Job:
    is_running = is_being_written(path)
    try:
        trials = read_trials(path)
    except DataError as error:
        return Job(path, UNREADABLE, None, ((str(error), 1),))
    reasons = Counter(outcome.reason for outcome in trials.outcomes if outcome.figure is None)
    status = RUNNING if is_running else STOPPED if not trials.is_complete else COMPLETED if best_of(trials) else FAILED
    return Job(path, status, trials, tuple(reasons.most_common()))
