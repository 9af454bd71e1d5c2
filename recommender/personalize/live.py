"""What clients put one by one after an import: events by user, and users and items with their fields.

All of it lies in the blob store under the group's name, so that every worker sees it at once: events in one document for each user, users
and items in N_SHEETS documents for each data set, which their ids are dealt out to. Each is changed whole by compare-and-set, and durable
when a call returns. What a session did before anybody signed in waits under its own name until the session comes with a user.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import orjson

from recommender.errors import StorageError
from recommender.storage.blobs import Blobs

PLACE = "personalize/live"
FORMAT = 1
MOST_EVENTS = 1000  # of a user, the newest
N_SHEETS = 256  # that the rows of a data set are dealt out to
MOST_TRIES = 50  # while others change it too
MOST_REMEMBERED = 512  # users whose events a worker keeps as objects


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One event. sent_at: seconds since 1970, UTC. kind: EVENT_TYPE, value: EVENT_VALUE. metric: eventAttributionSource.

    impression: the items that were shown when it happened, as far as the client said so. properties: the schema's other fields.
    """

    event_id: str
    session_id: str
    kind: str
    item_id: str | None
    value: float | None
    sent_at: float
    recommendation_id: str | None = None
    impression: tuple[str, ...] = ()
    properties: Mapping[str, Any] = field(default_factory=dict)
    metric: str | None = None


MEMBERS = tuple(one.name for one in fields(LiveEvent))
Rows = Mapping[str, Mapping[str, Any]]  # fields by id


class Live:
    """What was put into every group, over the blobs handed in."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._remembering = threading.Lock()
        self._remembered: OrderedDict[str, tuple[str, tuple[LiveEvent, ...]]] = OrderedDict()

    def put_events(self, group: str, user_id: str, events: Sequence[LiveEvent]) -> None:
        """Add them to the user's. An event known already, by its id or by its kind, item and time, is one."""
        self._add(_events_key(group, user_id), user_id, events)

    def put_anonymous(self, group: str, session_id: str, events: Sequence[LiveEvent]) -> None:
        """Add them to what the session did without a user."""
        self._add(_session_key(group, session_id), session_id, events)

    def join(self, group: str, session_id: str, user_id: str) -> None:
        """What the session did without a user is the user's from now on."""
        key = _session_key(group, session_id)
        for _ in range(MOST_TRIES):
            blob = self._blobs.read(key)
            if blob is None:
                return
            events = _decoded(key, blob.data)[1]
            if events:
                self.put_events(group, user_id, events)
            # Only now: whoever is cut off in between joins them once more, and an event put twice is one. What came meanwhile is next.
            if self._blobs.compare_and_remove(key, expected=blob.tag):
                return
        raise StorageError(f"{key} is changed by too many at once; try again.", kind="conflict")

    def of_user(self, group: str, user_id: str) -> tuple[LiveEvent, ...]:
        """The user's events, the oldest first; none for somebody nobody knows."""
        return self._events(_events_key(group, user_id))

    def of_session(self, group: str, session_id: str) -> tuple[LiveEvent, ...]:
        """What a session did without a user, the oldest first."""
        return self._events(_session_key(group, session_id))

    def everybody(self, group: str) -> Iterator[tuple[str, tuple[LiveEvent, ...]]]:
        """Every user that has events, with them, in no order that means anything; sessions without a user are left out."""
        for key in self._blobs.list(f"{PLACE}/{group}/events/"):
            blob = self._blobs.read(key)
            if blob is not None:
                user_id, events = _decoded(key, blob.data)
                yield user_id, events

    def forget_user(self, group: str, user_id: str) -> None:
        """The user's events go."""
        self._blobs.remove(_events_key(group, user_id))

    def forget_group(self, group: str) -> None:
        """Everything that was put into the group goes."""
        self._blobs.remove(f"{PLACE}/{group}")

    def forget_events(self, group: str) -> None:
        """Every event that was put into the group goes; users and items stay."""
        for kind in ("events", "sessions"):
            self._blobs.remove(f"{PLACE}/{group}/{kind}")

    def forget_rows(self, dataset_key: str) -> None:
        """Every user, or item, that was put into the data set goes."""
        self._blobs.remove(_sheet_key(dataset_key, None).rstrip("/"))

    def put_users(self, dataset_key: str, rows: Rows) -> None:
        """Users with their fields, as `dataset/GROUP/USERS` holds them; what was put of the same user before is replaced."""
        self._put_rows(dataset_key, rows)

    def put_items(self, dataset_key: str, rows: Rows) -> None:
        """The same for items."""
        self._put_rows(dataset_key, rows)

    def users(self, dataset_key: str) -> dict[str, dict[str, Any]]:
        """Every user that was put one by one, with the fields put last."""
        return self._rows(dataset_key)

    def items(self, dataset_key: str) -> dict[str, dict[str, Any]]:
        """The same for items."""
        return self._rows(dataset_key)

    def row(self, dataset_key: str, row_id: str) -> dict[str, Any] | None:
        """The fields put last of one user or item; None where none were put."""
        return self._sheet(_sheet_key(dataset_key, row_id)).get(row_id)

    def forget_row(self, dataset_key: str, row_id: str) -> None:
        """What was put of a user or an item goes."""

        def without(data: bytes | None) -> bytes:
            rows = _rows_of(data)
            rows.pop(row_id, None)
            return _encoded({"format": FORMAT, "rows": rows})

        if self.row(dataset_key, row_id) is not None:
            self._change(_sheet_key(dataset_key, row_id), without)

    def _add(self, key: str, whose: str, events: Sequence[LiveEvent]) -> None:
        def added(data: bytes | None) -> bytes:
            before = _decoded(key, data)[1] if data else ()
            return _told(whose, _merged(before, events))

        self._change(key, added)

    def _events(self, key: str) -> tuple[LiveEvent, ...]:
        blob = self._blobs.read(key)
        if blob is None:
            return ()
        with self._remembering:
            known = self._remembered.get(key)
        if known and known[0] == blob.tag:
            return known[1]
        events = _decoded(key, blob.data)[1]
        with self._remembering:
            self._remembered[key] = (blob.tag, events)
            self._remembered.move_to_end(key)
            while len(self._remembered) > MOST_REMEMBERED:
                self._remembered.popitem(last=False)
        return events

    def _put_rows(self, dataset_key: str, rows: Rows) -> None:
        by_sheet: dict[str, dict[str, Mapping[str, Any]]] = {}
        for row_id, row in rows.items():
            by_sheet.setdefault(_sheet_key(dataset_key, row_id), {})[row_id] = row
        for key, of_sheet in by_sheet.items():
            self._change(key, lambda data, of_sheet=of_sheet: _encoded({"format": FORMAT, "rows": {**_rows_of(data), **of_sheet}}))  # type: ignore[misc]

    def _rows(self, dataset_key: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for key in self._blobs.list(_sheet_key(dataset_key, None)):
            found.update(self._sheet(key))
        return found

    def _sheet(self, key: str) -> dict[str, dict[str, Any]]:
        blob = self._blobs.read(key)
        return _rows_of(blob.data if blob else None)

    def _change(self, key: str, step: Callable[[bytes | None], bytes]) -> None:
        """Put what the step makes of the bytes that are there, None for none; it may run several times."""
        for attempt in range(MOST_TRIES):
            blob = self._blobs.read(key)
            data = step(blob.data if blob else None)
            if blob is not None and blob.data == data:
                return
            if self._blobs.compare_and_set(key, data, expected=blob.tag if blob else None):
                return
            time.sleep(min(0.1, 0.001 * 2**attempt))
        raise StorageError(f"{key} is changed by too many at once; try again.", kind="conflict")


def _merged(before: Iterable[LiveEvent], events: Iterable[LiveEvent]) -> list[LiveEvent]:
    """Each once, the first to come, oldest first; of those of one second the first to come counts as older."""
    ids, facts, kept = set[str](), set[tuple[str, str | None, float]](), list[LiveEvent]()
    for event in (*before, *events):
        fact = (event.kind, event.item_id, event.sent_at)
        if event.event_id not in ids and fact not in facts:
            ids.add(event.event_id)
            facts.add(fact)
            kept.append(event)
    return sorted(kept, key=lambda event: event.sent_at)[-MOST_EVENTS:]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _events_key(group: str, user_id: str) -> str:
    return f"{PLACE}/{group}/events/{_digest(user_id)[:32]}"


def _session_key(group: str, session_id: str) -> str:
    return f"{PLACE}/{group}/sessions/{_digest(session_id)[:32]}"


def _sheet_key(dataset_key: str, row_id: str | None) -> str:
    """Where the row lies; for None what the keys of all sheets begin with."""
    _, group, kind = dataset_key.split("/")
    return f"{PLACE}/{group}/rows/{kind}/" + ("" if row_id is None else f"{int(_digest(row_id)[:8], 16) % N_SHEETS:02x}")


def _as_said(event: LiveEvent) -> dict[str, Any]:
    """What dataclasses.asdict gives, in a twentieth of the time."""
    return {name: getattr(event, name) for name in MEMBERS}


def _encoded(said: Mapping[str, Any]) -> bytes:
    return orjson.dumps(said)


def _told(whose: str, events: Iterable[LiveEvent]) -> bytes:
    return _encoded({"format": FORMAT, "whose": whose, "events": [_as_said(event) for event in events]})


def _said(key: str, data: bytes) -> dict[str, Any]:
    try:
        said: dict[str, Any] = orjson.loads(data)
        if said["format"] != FORMAT:
            raise StorageError(f"{key} has format {said['format']!r}, this version reads {FORMAT}; update Matinee.")
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{key} cannot be understood ({error}); restore it from a backup.") from error
    return said


def _decoded(key: str, data: bytes) -> tuple[str, tuple[LiveEvent, ...]]:
    said = _said(key, data)
    return said["whose"], tuple(LiveEvent(**{**one, "impression": tuple(one["impression"])}) for one in said["events"])


def _rows_of(data: bytes | None) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = _said("a sheet of rows", data)["rows"] if data else {}
    return rows
