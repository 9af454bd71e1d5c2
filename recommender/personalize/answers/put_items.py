"""Fields of items that clients put after a model was trained, for its filters: looked at anew after a while, by one thread at a time."""

from __future__ import annotations

import logging
import threading
import time

from recommender.errors import StorageError
from recommender.personalize import arns
from recommender.personalize.answers.loaded import Loaded
from recommender.personalize.filters import Masks
from recommender.personalize.live import Live
from recommender.personalize.resources import Registry, Resources
from recommender.personalize.schemas import ITEMS, read_schema

log = logging.getLogger(__name__)

SECONDS, SECONDS_FAR = 5.0, 300.0  # between two looks, near and in a bucket, where each costs money; Amazon takes up to 20 minutes
RESTS_FOR_EACH_SECOND = 50.0  # seconds that pass at least for each that the last look took
SECONDS_OF_PATIENCE = 0.3  # for which the first who asks waits for the look


class PutItems:
    """What was put, over the models that are asked. seconds: between two looks, 0 for a look at each request."""

    def __init__(self, registry: Registry, live: Live, *, seconds: float) -> None:
        self._registry, self._live, self._seconds = registry, live, seconds
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
            key = f"dataset/{group}/{ITEMS}"
            loaded.take_in(self._live.items(key), _fields(self._registry.recent(), key))
        except StorageError as error:
            log.warning("personalize items that were put not read group=%s: %s", group, error)
        finally:
            now = time.monotonic()
            loaded.put_is_due_at = now + max(self._seconds, (now - began) * RESTS_FOR_EACH_SECOND if self._seconds else 0.0)


def _fields(found: Resources, key: str) -> dict[str, bool]:
    """Those of the data set's schema but the id, and whether they hold numbers; none where there is no such data set."""
    dataset = found.by_key.get(key)
    if dataset is None:
        return {}
    schema = read_schema(found.get(dataset.body["schemaArn"], arns.SCHEMA).body["schema"])
    return {field.name: field.is_number for field in schema.fields if field.name != "ITEM_ID"}
