"""Films opened and words searched for, noted for people who asked for it, and for nobody else."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict

from recommender.domain import OPENED, SEARCHED, Event, MovieId, UserId
from recommender.errors import StorageError
from recommender.storage.blobs import Blobs

log = logging.getLogger(__name__)

PLACE = "events"
FORMAT = 1
MOST_KEPT = 500  # of one person; the oldest give way
SAME_SECONDS = 600  # the same again within so long is one event: a page loaded twice, a search refined and gone back to
MOST_TRIES = 5  # while another browser of the same person notes too


class Events:
    """Those of everybody, a blob for each. Whether somebody asked for it is looked at by whoever notes, and here once it is written."""

    def __init__(self, blobs: Blobs, wants: Callable[[UserId], bool] = lambda _: True, *, now: Callable[[], float] = time.time) -> None:
        """wants: whether somebody is there who asked for it; who switches off or leaves says so first and then has all forgotten."""
        self._blobs, self._wants, self._now = blobs, wants, now

    def note(self, user_id: UserId, kind: str, *, movie_id: int | None = None, text: str = "") -> None:
        """Remember it; the same within SAME_SECONDS is not noted again. Where that fails nobody is held up: the log says so."""
        event = Event(kind, int(self._now()), None if movie_id is None else MovieId(movie_id), text)
        try:
            for _ in range(MOST_TRIES):
                blob = self._blobs.read(_key(user_id))
                before = _decoded(blob.data) if blob else ()
                if any(_is_same(one, event) for one in before):
                    return
                after = (*before, event)[-MOST_KEPT:]
                if self._blobs.compare_and_set(_key(user_id), _encoded(after), expected=blob.tag if blob else None):
                    if not self._wants(user_id):  # they switched it off, or left, while this was on its way
                        self._blobs.remove(_key(user_id))
                    return
        except StorageError as trouble:
            log.warning("event not noted user_id=%d kind=%s reason=%s", user_id, trouble.kind, trouble)

    def of(self, user_id: UserId) -> tuple[Event, ...]:
        """Newest first. StorageError."""
        blob = self._blobs.read(_key(user_id))
        return tuple(reversed(_decoded(blob.data))) if blob else ()

    def forget(self, user_id: UserId) -> int:
        """All of somebody's go; how many they were."""
        n = len(self.of(user_id))
        self._blobs.remove(_key(user_id))
        return n


def _key(user_id: UserId) -> str:
    return f"{PLACE}/{user_id}"


def _is_same(one: Event, other: Event) -> bool:
    return (one.kind, one.movie_id, one.text) == (other.kind, other.movie_id, other.text) and other.at - one.at < SAME_SECONDS


def _encoded(events: Iterable[Event]) -> bytes:
    return json.dumps({"format": FORMAT, "events": [asdict(event) for event in events]}, ensure_ascii=False).encode(errors="replace")


def _decoded(data: bytes) -> tuple[Event, ...]:
    """What is damaged counts as none, and is written anew by the next one."""
    try:
        said = json.loads(data)
        found = [Event(str(one["kind"]), int(one["at"]), one["movie_id"], str(one["text"])) for one in said["events"]]
        return tuple(event for event in found if said["format"] == FORMAT and event.kind in (OPENED, SEARCHED))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        log.warning("events begin anew reason=%s", f"{type(error).__name__} {error}")
        return ()
