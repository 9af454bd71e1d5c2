"""Folders that nothing names any more, or that nobody ever came to name, are taken away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recommender.personalize.resources import Registry, Resources

PLACES = ("personalize/data/", "personalize/models/")
GRACE_SECONDS = 60.0  # in which whoever has just read the document may still open what it named then


class Sweeper:
    """Takes away what was seen unnamed GRACE_SECONDS ago and is so still. What is being made carries its ticket in its name, and stays."""

    def __init__(self, registry: Registry, *, grace: float = GRACE_SECONDS) -> None:
        self._registry, self._grace = registry, grace
        self._unnamed: dict[str, float] = {}  # since when, seconds since 1970

    def sweep(self) -> list[str]:
        """The folders that went."""
        there = folders(self._registry)  # before the document is read: what is published meanwhile is not seen
        found = self._registry.read()
        names, tickets = named(found), {work.ticket for work in found.work.values() if work.ticket}
        now = self._registry.now()
        unnamed = {key for key in there if key not in names and key.rpartition("-")[2] not in tickets}
        self._unnamed = {key: self._unnamed.get(key, now) for key in unnamed}
        went = [key for key, since in sorted(self._unnamed.items()) if now - since >= self._grace]
        for key in went:
            self._registry.blobs.remove(key)
            del self._unnamed[key]
        return went

    @property
    def is_waiting(self) -> bool:
        """Whether something is unnamed and will go."""
        return bool(self._unnamed)


def folders(registry: Registry) -> set[str]:
    """Every folder that was published for a resource."""
    return {key.rpartition("/")[0] for place in PLACES for key in registry.blobs.list(place)}


def named(found: Resources) -> set[str]:
    """Every key that a resource names."""
    return {text for one in found.by_key.values() for text in _texts(one.inner) if text.startswith(PLACES)}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
