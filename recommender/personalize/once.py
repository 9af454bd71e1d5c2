"""Calls that change something are done once for each signature: who listens cannot send one again while it is still good.

A mark is made before the call, and taken back where the call came to nothing. Marks lie in the blob store, so that every worker and every
server knows them, after a restart too; they go when the signature would be refused as too old anyway.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from recommender.settings import Settings
from recommender.storage.blobs import Blobs, open_blobs

PLACE = "personalize/signed/"
SECONDS_BETWEEN_SWEEPS = 60.0
SECONDS_OF_A_MOMENT = 2.0  # signatures tell the time to the second


class Once:
    """The marks in their place. now: the clock, seconds since 1970, UTC."""

    def __init__(self, blobs: Blobs, *, now: Callable[[], float] = time.time) -> None:
        self._blobs, self._now = blobs, now
        self._swept = float("-inf")

    def claim(self, signature: str, until: float) -> bool:
        """Whether this is the first call with the signature. until: when it is too old, seconds since 1970, UTC."""
        self._sweep()
        return self._blobs.create(_key(signature, until), f"{self._now()}\n".encode())

    def is_of_this_moment(self, signature: str, until: float) -> bool:
        """Whether the first call with it came just now, so that this may well be another that only looks like it."""
        first = self._blobs.read(_key(signature, until))
        return first is not None and self._now() - float(first.data) < SECONDS_OF_A_MOMENT

    def release(self, signature: str, until: float) -> None:
        """The call came to nothing, and may be sent once more as it is."""
        self._blobs.remove(_key(signature, until))

    def _sweep(self) -> None:
        now = self._now()
        if now - self._swept < SECONDS_BETWEEN_SWEEPS:
            return
        self._swept = now
        for key in self._blobs.list(PLACE):
            if int(key.removeprefix(PLACE).partition("-")[0]) < now:
                self._blobs.remove(key)


def open_once(settings: Settings) -> Once:
    """Over the blobs that the settings name."""
    return Once(open_blobs(settings.blobs_url, cache_folder=settings.cache_folder))


def _key(signature: str, until: float) -> str:
    return f"{PLACE}{int(until):011d}-{signature}"
