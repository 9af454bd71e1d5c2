"""Every resource in one document: read whole, and changed whole by compare-and-set.

So what rests on what is checked and changed in one step: nobody deletes a group while somebody else gives it a data set, and the work of a
job and its state change together. What is large (rows, models, events) lies beside it in immutable folders that the document names.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar

from recommender.errors import StorageError
from recommender.personalize.arns import key_of, kind_of
from recommender.personalize.refusals import ResourceAlreadyExistsError, ResourceNotFoundError
from recommender.storage.blobs import Blobs

T = TypeVar("T")

KEY = "personalize/resources.json"
FORMAT = 1
MOST_TRIES = 50  # while others change it too

PENDING, IN_PROGRESS, ACTIVE, FAILED = "CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE", "CREATE FAILED"
INACTIVE = "INACTIVE"  # a recommender that was stopped
STOPPING, STOPPED = "CREATE STOPPING", "CREATE STOPPED"  # of a solution version
DELETING = "DELETE PENDING"
CREATE, UPDATE, DELETE = "create", "update", "delete"  # what is to be done


@dataclass(slots=True)
class Resource:
    """One resource. body: what Amazon's description of its kind says of it, but for status, times and failureReason.

    inner: what we keep beside that, of no concern to clients. created, updated: seconds since 1970, UTC.
    """

    arn: str
    status: str
    created: float
    updated: float
    body: dict[str, Any]
    inner: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    failure_reason: str = ""

    @property
    def key(self) -> str:
        """By which it is found."""
        return key_of(self.arn)

    @property
    def kind(self) -> str:
        """One of `arns.KINDS`."""
        return kind_of(self.key)


@dataclass(slots=True)
class Work:
    """What is still to be done for a resource. what: CREATE, UPDATE or DELETE. since: seconds since 1970, UTC.

    attempts: how often it was begun; ticket: of whoever is at it, empty for nobody. Whoever ends it must still hold the ticket.
    """

    key: str
    what: str
    since: float
    attempts: int = 0
    ticket: str = ""


class Resources:
    """The document as read: resources by key, in the order of their making, and the work still to be done, oldest first."""

    def __init__(self, found: dict[str, Resource] | None = None, work: dict[str, Work] | None = None) -> None:
        self.by_key = found or {}
        self.work = work or {}

    def get(self, arn: str, *kinds: str) -> Resource:
        """The resource; ResourceNotFoundError for none, or for one that is of none of these kinds."""
        found = self.find(arn)
        if found is None or (kinds and found.kind not in kinds):
            raise ResourceNotFoundError(arn)
        return found

    def find(self, arn: str) -> Resource | None:
        """The resource, or None."""
        return self.by_key.get(key_of(arn))

    def of(self, kind: str, **body: object) -> Iterator[Resource]:
        """Those of a kind whose bodies say this, the one made first first."""
        for one in self.by_key.values():
            if one.kind == kind and all(one.body.get(name) == value for name, value in body.items()):
                yield one

    def add(self, resource: Resource, *, work: bool = False) -> Resource:
        """A new one, with work to be done for it or none; ResourceAlreadyExistsError."""
        if resource.key in self.by_key:
            raise ResourceAlreadyExistsError(resource.arn)
        self.by_key[resource.key] = resource
        if work:
            self.work[resource.key] = Work(resource.key, CREATE, resource.created)
        return resource

    def remove(self, arn: str) -> None:
        """It goes, and what was to be done for it."""
        self.by_key.pop(key_of(arn), None)
        self.work.pop(key_of(arn), None)


class Registry:
    """The document in its place. now: the clock, seconds since 1970, UTC."""

    def __init__(self, blobs: Blobs, *, now: Callable[[], float] = time.time) -> None:
        self.blobs, self.now = blobs, now
        self._reading = threading.Lock()
        self._known: Resources | None = None
        self._tag: str | None = None  # of what is known
        self._looked = float("-inf")

    def read(self) -> Resources:
        """As it is now; for whoever changes nothing."""
        blob = self.blobs.read(KEY)
        return _decoded(blob.data) if blob else Resources()

    def recent(self) -> Resources:
        """As it was within `blobs.seconds_between_looks`; the same object until it has changed, and never to be changed."""
        with self._reading:
            if self._known is None or time.monotonic() - self._looked >= self.blobs.seconds_between_looks:
                blob, self._looked = self.blobs.read(KEY), time.monotonic()
                if self._known is None or (blob.tag if blob else None) != self._tag:
                    self._known, self._tag = (_decoded(blob.data), blob.tag) if blob else (Resources(), None)
            return self._known

    def change(self, step: Callable[[Resources], T]) -> T:
        """What the step gives, once what it changed is durable. It may run several times, and changes nothing where it raises."""
        for attempt in range(MOST_TRIES):
            blob = self.blobs.read(KEY)
            resources = _decoded(blob.data) if blob else Resources()
            gives = step(resources)
            if self.blobs.compare_and_set(KEY, _encoded(resources), expected=blob.tag if blob else None):
                with self._reading:
                    self._known = None
                return gives
            time.sleep(min(0.2, 0.002 * 2**attempt))
        raise StorageError(f"{KEY} is changed by too many at once; try again.", kind="conflict")


_OF_RESOURCE = tuple(one.name for one in fields(Resource))


def _encoded(resources: Resources) -> bytes:
    said = {
        "format": FORMAT,
        "resources": [{name: getattr(one, name) for name in _OF_RESOURCE} for one in resources.by_key.values()],
        "work": [asdict(one) for one in resources.work.values()],
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


def _decoded(data: bytes) -> Resources:
    try:
        said = json.loads(data)
        if said["format"] != FORMAT:
            raise StorageError(f"{KEY} has format {said['format']!r}, this version reads {FORMAT}; update Matinee.")
        found = [Resource(**one) for one in said["resources"]]
        work = [Work(**one) for one in said["work"]]
        return Resources({one.key: one for one in found}, {one.key: one for one in work})
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{KEY} cannot be understood ({error}); restore it from a backup.") from error
