"""When a server trains again by itself: after enough changed ratings, and after some hours in any case; never most of the time."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass

from recommender import worker_folder
from recommender.domain import Activity

LOOK_SECONDS = 5.0  # between two looks at what people have done; one takes a millisecond
LARGEST_SHARE = 0.25  # of the time that trainings may take: one of a minute is followed by three without
FAILED_SECONDS = 600.0  # until another try; whoever else is training is done by then
FILE = "next-training.json"
SAID_FOR_SECONDS = 60.0  # what was said of the next training holds so long, else nobody keeps up any more


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of the next training. said_at, latest_at: seconds since 1970, UTC; from latest_at on nothing is waited for.

    n_new: how many ratings have changed since the last one, as far as that is known cheaply; None where it is not.
    """

    said_at: float
    n_new: int | None
    after: int
    latest_at: float
    is_training: bool = False


class Schedule:
    """When the next training is due; the first one at once. Times are in seconds, of a clock that never goes back.

    What came before a training began counts as learned, even where the training found nothing to learn: a mark on a film changes no rating.
    """

    def __init__(self, *, after: int, hours: float) -> None:
        self.after = after
        self._longest = hours * 3600
        self._learned: Activity | None = None
        self._began = self._latest = self._rested = float("-inf")

    def n_new(self, activity: Activity | None) -> int | None:
        """How many ratings have changed since the last training; None where nobody can tell."""
        return activity.since(self._learned) if activity is not None and self._learned is not None else None

    def is_due(self, activity: Activity | None, *, now: float) -> bool:
        """Whether to train now."""
        return now >= self._latest or (now >= self._rested and (self.n_new(activity) or 0) >= self.after)

    def seconds_left(self, *, now: float) -> float:
        """Until it is time in any case."""
        return max(0.0, self._latest - now)

    def begin(self, *, now: float) -> None:
        """A training begins."""
        self._began = now

    def end(self, before: Activity | None, *, now: float, well: bool) -> None:
        """It has ended. before: what people had done when it began. well: whether all that is learned."""
        if well:
            self._learned = before
            self._rested = now + (now - self._began) * (1 / LARGEST_SHARE - 1)
            self._latest = max(self._began + self._longest, self._rested)
        else:
            self._rested = self._latest = now + FAILED_SECONDS


def say(outlook: Outlook) -> None:
    """Tell the workers of this server; nobody else is told, and without a server nobody at all."""
    folder = worker_folder.shared()
    if folder is None:
        return
    with suppress(OSError):  # it is only said
        unfinished = folder / f"{FILE}.{os.getpid()}"
        unfinished.write_text(json.dumps(asdict(outlook)))
        unfinished.replace(folder / FILE)


def outlook(*, now: float) -> Outlook | None:
    """What was said last; None where no process keeps up."""
    folder = worker_folder.shared()
    if folder is None:
        return None
    try:
        said = Outlook(**json.loads((folder / FILE).read_text()))
        return said if abs(now - said.said_at) <= SAID_FOR_SECONDS else None
    except (OSError, ValueError, TypeError):
        return None
