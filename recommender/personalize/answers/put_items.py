"""Fields of items that clients put after a model was trained, for its filters: looked at anew after a while, by one thread at a time."""

from __future__ import annotations

import logging
import threading
import time

from recommender.errors import StorageError
from recommender.personalize.answers.loaded import Loaded
from recommender.personalize.filters import Masks
from recommender.personalize.live import Live

log = logging.getLogger(__name__)

SECONDS, SECONDS_FAR = 5.0, 300.0  # between two looks, near and in a bucket, where each costs money; Amazon takes up to 20 minutes
RESTS_FOR_EACH_SECOND = 50.0  # seconds that pass at least for each that the last look took
SECONDS_OF_PATIENCE = 0.3  # for which the first who asks waits for the look


class PutItems:
    """What was put, over the models that are asked. seconds: between two looks, 0 for a look at each request."""

    def __init__(self, live: Live, *, seconds: float) -> None:
        self._live, self._seconds = live, seconds
        self._looking = threading.Lock()

    def masks_of(self, loaded: Loaded, group: str) -> Masks:
        """What filters let through of the model, by the fields put last of the items that it knows."""
        with self._looking:
            due = loaded.put_is_due_at
            is_due = time.monotonic() >= due
            if is_due:
                loaded.put_is_due_at = float("inf")
        if is_due and self._seconds > 0:
            aside = threading.Thread(target=self._look, args=(loaded, group), daemon=True)
            aside.start()
            if due == float("-inf"):
                aside.join(SECONDS_OF_PATIENCE)
        elif is_due:
            self._look(loaded, group)
        return loaded.masks

    def _look(self, loaded: Loaded, group: str) -> None:
        began = time.monotonic()
        try:
            loaded.take_in(self._live.items(f"dataset/{group}/ITEMS"))
        except StorageError as error:
            log.warning("personalize items that were put not read group=%s: %s", group, error)
        finally:
            now = time.monotonic()
            loaded.put_is_due_at = now + max(self._seconds, (now - began) * RESTS_FOR_EACH_SECOND if self._seconds else 0.0)
