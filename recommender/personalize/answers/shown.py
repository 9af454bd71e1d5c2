"""What was shown, and what came of it: a line for each list and for each event that names one, in files that workers append to.

A worker writes a segment of its own, in the background and without waiting for the disk; the id of a list says in which segment it stands
and where, so that any worker of the machine finds it. What a crash takes of it are impressions of the last moment: events are kept
elsewhere, and durably. The oldest segments go once there are many.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import secrets
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from recommender.settings import Settings

log = logging.getLogger(__name__)

SECONDS = 0.5  # until what was said is written
SEGMENT_BYTES = 8 << 20
MOST_SEGMENTS = 24
MOST_FOLLOWED = 100_000  # events, the newest, that are gone through to see what came of lists
OF_LISTS, OF_EVENTS = ".shown", ".followed"
FOLDER = "personalize-shown"  # beside this machine's copies of models
ID = re.compile(r"RID-([0-9a-f]{8})-([0-9a-f]{8})-([0-9a-f]{12})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ShownList:
    """A list as it was given. explored: the items of it that were there to find something out. at: seconds since 1970, UTC."""

    recommendation_id: str
    at: float
    campaign: str
    items: tuple[str, ...]
    explored: tuple[str, ...] = ()


@dataclass
class Followed:
    """What came of a campaign's lists. lists: that events name; items: on them; clicked: of these, items that events name.

    explored_shown, explored_clicked: the same for each item that was explored, and of impressions that clients told.
    """

    lists: int = 0
    items: int = 0
    clicked: int = 0
    explored_shown: Counter[str] = field(default_factory=Counter)
    explored_clicked: Counter[str] = field(default_factory=Counter)

    @property
    def click_through(self) -> float | None:
        """The share of items shown that were followed up; None where no event names a list."""
        return self.clicked / self.items if self.items else None


class Shown:
    """The folder that workers share. now: seconds since 1970, UTC."""

    def __init__(self, folder: Path, *, now: Callable[[], float] = time.time) -> None:
        self._folder, self._now = folder, now
        self._lock = threading.Lock()
        self._lists, self._events = _Segment(folder, OF_LISTS), _Segment(folder, OF_EVENTS)
        self._is_due = False

    def note(self, campaign: str, items: list[str], explored: list[str]) -> str:
        """A list was given; the id that the client is told."""
        with self._lock:
            token, at = self._lists.place()
            recommendation_id = f"RID-{token}-{at:08x}-{secrets.token_hex(6)}"
            self._lists.say([recommendation_id, round(self._now(), 3), campaign, items, explored])
        self._write_soon()
        return recommendation_id

    def follow(self, recommendation_id: str, item: str | None, impression: tuple[str, ...] = ()) -> None:
        """An event names a list. item: what was followed up, None for nothing. impression: what was in sight, as the client says."""
        with self._lock:
            self._events.say([recommendation_id, item, list(impression)])
        self._write_soon()

    def find(self, recommendation_id: str) -> ShownList | None:
        """The list of that id; None where there is none any more."""
        self.write()
        return self._written(recommendation_id)

    def _written(self, recommendation_id: str) -> ShownList | None:
        named = ID.fullmatch(recommendation_id)
        if named is None:
            return None
        with contextlib.suppress(OSError, ValueError), (self._folder / f"{named[1]}{OF_LISTS}").open("rb") as file:
            file.seek(int(named[2], 16))
            said = json.loads(file.readline())
            if said[0] == recommendation_id:
                return ShownList(said[0], said[1], said[2], tuple(said[3]), tuple(said[4]))
        return None

    def followed(self, campaign: str) -> Followed:
        """What came of the campaign's lists, by the newest MOST_FOLLOWED events; an item of a list counts once, however many name it."""
        by_list: dict[str, tuple[set[str], set[str]]] = {}
        for recommendation_id, item, impression in self._followings():
            clicked, seen = by_list.setdefault(recommendation_id, (set(), set()))
            if item is not None:
                clicked.add(item)
            seen.update(impression)
        found = Followed()
        for recommendation_id, (clicked, seen) in by_list.items():
            shown = self._written(recommendation_id)
            if shown is None or shown.campaign != campaign:
                continue
            in_sight = seen or set(shown.items)
            found.lists += 1
            found.items += len(in_sight)
            found.clicked += len(clicked & set(shown.items) & (in_sight | clicked))
            for item in set(shown.explored) & (in_sight | clicked):
                found.explored_shown[item] += 1
                found.explored_clicked[item] += item in clicked
        return found

    def write(self) -> None:
        """What was said, now. Never an error: it is statistics, and the log says when it is lost."""
        with self._lock:
            self._is_due = False
            try:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._lists.write()
                self._events.write()
                if self._lists.is_full or self._events.is_full:
                    self._lists, self._events = _Segment(self._folder, OF_LISTS), _Segment(self._folder, OF_EVENTS)
                    self._take_away_the_oldest()
            except OSError as error:
                log.warning("impressions not written: %s", error)
                self._lists, self._events = _Segment(self._folder, OF_LISTS), _Segment(self._folder, OF_EVENTS)

    def _write_soon(self) -> None:
        with self._lock:
            is_due, self._is_due = self._is_due, True
        if not is_due:
            later = threading.Timer(SECONDS, self.write)
            later.daemon = True
            later.start()

    def _followings(self) -> Iterator[tuple[str, str | None, list[str]]]:
        self.write()
        left = MOST_FOLLOWED
        for path in reversed(self._by_age(OF_EVENTS)):
            with contextlib.suppress(OSError), path.open("rb") as file:
                for line in deque(file, left):  # the newest of it
                    left -= 1
                    with contextlib.suppress(ValueError):  # the last line may be half written
                        recommendation_id, item, impression = json.loads(line)
                        yield recommendation_id, item, impression
            if left <= 0:
                return

    def _by_age(self, kind: str) -> list[Path]:
        """The segments of all workers, the one written to last last; one that goes meanwhile is not missed."""
        found: list[tuple[float, Path]] = []
        for path in self._folder.glob(f"*{kind}"):
            with contextlib.suppress(OSError):
                found.append((path.stat().st_mtime, path))
        return [path for _, path in sorted(found)]

    def _take_away_the_oldest(self) -> None:
        for kind in (OF_LISTS, OF_EVENTS):
            for path in self._by_age(kind)[:-MOST_SEGMENTS]:
                path.unlink(missing_ok=True)


def open_shown(settings: Settings) -> Shown:
    """In the folder that the settings name."""
    return Shown(Path(settings.cache_folder) / FOLDER)


class _Segment:
    """One file, of one process."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._token, self._pid = secrets.token_hex(4), os.getpid()
        self._folder, self._kind = folder, kind
        self._size, self._waiting = 0, list[bytes]()

    def place(self) -> tuple[str, int]:
        """The segment, and where in it the next line begins."""
        if self._pid != os.getpid():  # a worker that was forked writes a file of its own
            self.__init__(self._folder, self._kind)  # type: ignore[misc]
        return self._token, self._size

    def say(self, what: list[object]) -> None:
        line = orjson.dumps(what, option=orjson.OPT_APPEND_NEWLINE)
        self._waiting.append(line)
        self._size += len(line)

    def write(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            with (self._folder / f"{self._token}{self._kind}").open("ab") as file:
                file.write(b"".join(waiting))

    @property
    def is_full(self) -> bool:
        return self._size >= SEGMENT_BYTES
