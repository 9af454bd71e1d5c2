"""How often each campaign and recommender is asked, by whom most, and how often the list had been made ahead.

Every process keeps its own count of a day and campaign, and writes it some seconds after it has changed; whoever wants to know adds them
up. A process that is killed loses what it has not written yet. Who is to be forgotten is taken out of what is written, and a process that
finds its count changed names nobody of that day any more.
"""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from recommender.errors import StorageError
from recommender.storage.blobs import Blobs

log = logging.getLogger(__name__)

PLACE = "personalize/asks"
SECONDS, SECONDS_FAR = 2.0, 60.0  # until a count is written, near and in a bucket
MOST_USERS = 200  # that are named in one count, those who ask most
MOST_COUNTED = 20_000  # users that a process tells apart; with more, those who have asked least are forgotten


@dataclass
class Asked:
    """asked: requests; ahead: those of them whose list had been made ahead. last: seconds since 1970 of the last one, 0 for none."""

    asked: int = 0
    ahead: int = 0
    last: float = 0.0
    users: Counter[str] = field(default_factory=Counter)

    @property
    def hit_rate(self) -> float | None:
        """The share of lists that had been made ahead; None where nobody asked."""
        return self.ahead / self.asked if self.asked else None

    def add(self, other: Asked) -> None:
        """The other's, too."""
        self.asked += other.asked
        self.ahead += other.ahead
        self.last = max(self.last, other.last)
        self.users.update(other.users)


class Asks:
    """Counts for this process. now: seconds since 1970, UTC."""

    def __init__(self, blobs: Blobs, *, now: Callable[[], float] = time.time, seconds: float | None = None) -> None:
        self._blobs, self._now = blobs, now
        self._seconds = seconds if seconds is not None else SECONDS_FAR if blobs.is_far else SECONDS
        self._token = secrets.token_hex(6)
        self._counting, self._writing = threading.Lock(), threading.Lock()
        self._counts: dict[tuple[str, str], Asked] = {}  # by campaign and day
        self._changed: set[tuple[str, str]] = set()
        self._is_due = False
        self._written: dict[tuple[str, str], bytes] = {}

    def note(self, key: str, user_id: str, ahead: bool) -> None:
        """Somebody asked a campaign or recommender, by its key. user_id: empty for nobody. ahead: whether the list had been made before."""
        now = self._now()
        with self._counting:
            place = (key, _day(now))
            count = self._counts.setdefault(place, Asked())
            count.asked, count.ahead, count.last = count.asked + 1, count.ahead + ahead, now
            if user_id:
                count.users[user_id] += 1
                if len(count.users) > MOST_COUNTED:
                    count.users = Counter(dict(count.users.most_common(MOST_COUNTED // 2)))
            self._changed.add(place)
            is_due, self._is_due = self._is_due, True
        if not is_due:
            later = threading.Timer(self._seconds, self.write)
            later.daemon = True
            later.start()

    def write(self) -> None:
        """What has changed, now. Never an error: what cannot be written is tried again with the next count, and the log says so."""
        with self._writing:
            with self._counting:
                self._is_due = False
                changed, self._changed = self._changed, set()
                today = _day(self._now())
                for place in [place for place in self._counts if place[1] != today and place not in changed]:
                    del self._counts[place]
                    self._written.pop(place, None)
            for place in changed:
                try:
                    is_written = self._write(place)
                except StorageError as error:
                    log.warning("personalize asks not written key=%s: %s", place[0], error)
                    is_written = False
                if not is_written:
                    with self._counting:
                        self._changed.add(place)

    def _write(self, place: tuple[str, str]) -> bool:
        """Whether it is written. Where somebody has changed what was, people were taken out of it, and nobody is named any more."""
        key = f"{PLACE}/{place[0]}/{place[1]}/{self._token}"
        there, before = self._blobs.read(key), self._written.get(place)
        with self._counting:
            if before is not None and (there is None or there.data != before):
                self._counts[place].users.clear()
            data = _encoded(self._counts[place])
        if not self._blobs.compare_and_set(key, data, expected=there.tag if there else None):
            return False
        self._written[place] = data
        return True


def asked(blobs: Blobs, key: str, *, now: float, days: int) -> Asked:
    """What was asked of a campaign in so many days, today among them."""
    first = _day(now - (days - 1) * 86_400)
    return _summed(blobs, (one for one in blobs.list(f"{PLACE}/{key}/") if _day_of(one) >= first))


def by_day(blobs: Blobs, key: str, *, now: float, days: int) -> list[Asked]:
    """The same day by day, the oldest first; a day on which nobody asked has nothing."""
    keys = blobs.list(f"{PLACE}/{key}/")
    wanted = [_day(now - ago * 86_400) for ago in range(days - 1, -1, -1)]
    return [_summed(blobs, (one for one in keys if _day_of(one) == day)) for day in wanted]


def last_asked(blobs: Blobs, key: str) -> float:
    """When a campaign was asked last, in seconds since 1970; 0 for never."""
    keys = blobs.list(f"{PLACE}/{key}/")
    newest = max(map(_day_of, keys), default="")
    return _summed(blobs, (one for one in keys if _day_of(one) == newest)).last


def forget(blobs: Blobs, key: str, *, before: float = float("inf")) -> None:
    """The counts of a campaign go; before: those of days that ended by then alone."""
    day = "9999" if before == float("inf") else _day(before)
    for one in blobs.list(f"{PLACE}/{key}/"):
        if _day_of(one) < day:
            blobs.remove(one)


def forget_users(blobs: Blobs, key: str, users: Set[str]) -> None:
    """Nobody finds these people in the counts of a campaign, while how much was asked stays as it is."""
    for one in blobs.list(f"{PLACE}/{key}/"):
        while (blob := blobs.read(one)) is not None:
            count = _decoded(blob.data)
            left = Counter({user: n for user, n in count.users.items() if user not in users})
            if left == count.users or blobs.compare_and_set(one, _encoded(replace(count, users=left)), expected=blob.tag):
                break


def _summed(blobs: Blobs, keys: Iterable[str]) -> Asked:
    found = Asked()
    for key in keys:
        blob = blobs.read(key)
        if blob is not None:
            found.add(_decoded(blob.data))
    return found


def _encoded(count: Asked) -> bytes:
    users = dict(sorted(count.users.items(), key=lambda one: (-one[1], one[0]))[:MOST_USERS])
    return json.dumps({"asked": count.asked, "ahead": count.ahead, "last": count.last, "users": users}).encode()


def _decoded(data: bytes) -> Asked:
    try:
        said = json.loads(data)
        return Asked(int(said["asked"]), int(said["ahead"]), float(said["last"]), Counter(said["users"]))
    except (ValueError, KeyError, TypeError) as error:
        log.warning("personalize asks not read: %s", error)
        return Asked()


def _day(at: float) -> str:
    return _named(int(at // 86_400))


@lru_cache(maxsize=8)
def _named(day: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).strftime("%Y-%m-%d")


def _day_of(key: str) -> str:
    return key.rsplit("/", 2)[-2]
