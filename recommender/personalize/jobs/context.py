"""What a job is given: the document, the blobs, a room of its own, and a ticket that says whether the work is still its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from recommender.personalize.live import Live
from recommender.personalize.resources import Registry, Resource, Resources
from recommender.settings import Settings
from recommender.storage.blobs import Blobs

Commit = Callable[[Resources, Resource], None]
SECONDS_BETWEEN_WORDS = 0.5  # on how far a job is: each is a change of the document


class LostTicketError(Exception):
    """Somebody else has the work now, or it was stopped or deleted: what was made of it is nobody's."""


class StaleError(Exception):
    """What the work rests on has changed meanwhile: it is to be done again from the start."""


@dataclass
class Context:
    """One piece of work in the hands of one process. key: of its resource; what: as in Work; room: an empty folder, gone afterwards.

    turn: how often it was begun anew because something changed meanwhile. clock: that never goes back, in seconds.
    """

    registry: Registry
    settings: Settings
    key: str
    what: str
    ticket: str
    room: Path
    turn: int = 0
    clock: Callable[[], float] = time.monotonic
    _said: tuple[str, float] = field(default=("", float("-inf")))

    @property
    def blobs(self) -> Blobs:
        """Where the document lies, and all it names."""
        return self.registry.blobs

    @property
    def now(self) -> float:
        """Seconds since 1970, UTC."""
        return self.registry.now()

    @cached_property
    def live(self) -> Live:
        """What clients put one by one."""
        return Live(self.blobs)

    def folder_key(self, place: str) -> str:
        """The key for a result of this work, and of no other try at it: `personalize/models/films/0a1b` gets the ticket behind it."""
        return f"{place}-{self.turn}-{self.ticket}" if self.turn else f"{place}-{self.ticket}"

    def check(self) -> Resources:
        """The document as it is now; LostTicketError when the work is not ours any more."""
        found = self.registry.read()
        own(found, self.key, self.ticket)
        return found

    def say_progress(self, stage: str, share: float | None = None) -> None:
        """Tell people how far it is: what is being done, and how much of that, 0 to 1. LostTicketError as in `check`.

        What is said twice in half a second is said once, so it may be called often.
        """
        stage_before, at = self._said
        now = self.clock()
        if stage == stage_before and now - at < SECONDS_BETWEEN_WORDS:
            return
        self._said = (stage, now)

        def step(found: Resources) -> None:
            own(found, self.key, self.ticket).inner["progress"] = {
                "stage": stage,
                "share": None if share is None else round(share, 3),
                "at": self.now,
            }

        self.registry.change(step)


def own(found: Resources, key: str, ticket: str) -> Resource:
    """The resource of the work, while the ticket is good."""
    work, resource = found.work.get(key), found.by_key.get(key)
    if work is None or resource is None or work.ticket != ticket:
        raise LostTicketError(key)
    return resource
