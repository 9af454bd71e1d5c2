"""Models in memory: mapped from their files when first asked for, the ones asked for least lately let go."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from recommender.errors import ModelError
from recommender.models.popular import Popular
from recommender.personalize.answers.serving import OutOfServiceError, Serving
from recommender.personalize.filters import Masks
from recommender.personalize.live import Rows
from recommender.personalize.trained import FORGOTTEN, Trained, load
from recommender.ranking.exploration import Films, age_days
from recommender.storage.blobs import Blobs

log = logging.getLogger(__name__)
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST_MODELS = 8  # in a worker at once
SECONDS_OF_PATIENCE = 0.3  # for which a request waits for a newer model, before the one before answers
MOST_LISTS = 2048  # of a model that are kept as they were answered
BYTES_OF_SCORES = 48 << 20  # of a model's scores that are kept
BYTES_OF_A_SCORE = 17  # as `relevance.Scored` has them
SECONDS_OF_DOUBT = 5.0  # for which a model that could not be loaded is not tried again
CREATED = "CREATION_TIMESTAMP"


class Lately(Generic[K, V]):
    """The values asked for last, at most so many; to be shared by threads."""

    def __init__(self, most: int) -> None:
        self._most, self._kept, self._lock = most, OrderedDict[K, V](), threading.Lock()

    def get(self, key: K) -> V | None:
        """What is kept; None for nothing."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        return None

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, key: K, value: V) -> V:
        """Keep it, and give it back."""
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value


class Loaded:
    """A model, and what is worked out of it once. lists: answers, by whoever finds them; scores: of every item for somebody, likewise.

    masks: of filters. put_is_due_at: when to look at what was put of its items, by the clock that never goes back.
    """

    def __init__(self, trained: Trained) -> None:
        self.trained, self.masks = trained, Masks(trained)
        self.put_is_due_at = float("-inf")
        self._put: tuple[dict[int, Mapping[str, Any]], Mapping[str, bool]] = {}, {}
        n_items = max(len(trained.items), 1)
        self.lists = Lately[Hashable, Any](MOST_LISTS)
        self.scores = Lately[Hashable, Any](max(16, min(MOST_LISTS, BYTES_OF_SCORES // (BYTES_OF_A_SCORE * n_items))))
        self._positions = Lately[str, int | None](65_536)
        self._item_json: dict[int, bytes] = {}

    def user(self, user_id: str) -> int | None:
        """The position of a user; None for one who is not known, or was deleted."""
        if user_id.startswith(FORGOTTEN):
            return None
        found = self._positions.get(user_id)
        return found if found is not None else self._positions.put(user_id, self.trained.users.position(user_id))

    def item_json(self, column: int) -> bytes:
        """How an answer names the item, up to its score."""
        known = self._item_json.get(column)
        if known is None:
            known = self._item_json[column] = b'{"itemId":' + json.dumps(self.trained.items.text(column), ensure_ascii=False).encode(
                "utf-8", "replace"
            )
        return known

    def take_in(self, put: Rows, fields: Mapping[str, bool]) -> None:
        """Filters go by these rows of items, each by its id, in place of those of the training; items that are not known are left out.

        fields: of the schema that items have now, and whether they hold numbers; what the training has not seen is null.
        """
        known = {position: row for item, row in put.items() if (position := self.trained.items.position(item)) is not None}
        if (known, fields) != self._put:
            self._put, self.masks = (known, fields), Masks(self.trained, self.trained.item_fields.with_rows(known, fields))

    @cached_property
    def popular(self) -> Popular:
        """What everybody likes, for whom nothing is known of."""
        return Popular.fit(self.trained.matrix)

    @cached_property
    def films(self) -> Films:
        """What exploring asks of every item."""
        genres = self.trained.catalogue.genre_table()[1]
        return Films(self.trained.matrix.raters, self.popular.mean_stars, np.asarray(genres, dtype=bool))

    @cached_property
    def ages(self) -> NDArray[np.float64]:
        """Each item's age in days at the latest interaction of all; one from the future, as of a clock that is wrong, is as of today."""
        fields, created = self.trained.item_fields, None
        if CREATED in fields and isinstance(column := fields[CREATED], np.ndarray):
            created = np.nan_to_num(column).astype(np.int64)
        times = self.trained.interactions.times
        first = np.full(len(self.trained.items), np.iinfo(np.int64).max)
        np.minimum.at(first, self.trained.interactions.columns, times)
        first[first == np.iinfo(np.int64).max] = 0
        return age_days(first, min(int(times.max(initial=0)), int(time.time())), created)


class Models:
    """The models of this worker. load_model: reads one, by key and digest."""

    def __init__(self, load_model: Callable[[str, str], Trained], *, most: int = MOST_MODELS) -> None:
        self._load, self._most = load_model, most
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Loaded] = OrderedDict()
        self._in_use: dict[tuple[str, float], tuple[str, str]] = {}  # the model that each campaign answered from last
        self._loading: dict[tuple[str, str], threading.Lock] = {}
        self._refused: dict[tuple[str, str], tuple[float, str]] = {}

    @classmethod
    def of(cls, blobs: Blobs) -> Models:
        """Those of a blob store."""
        return cls(lambda key, sha256: load(blobs, key, sha256))

    def of_serving(self, serving: Serving) -> Loaded:
        """What it answers from. While a new model takes its time to be loaded the one before answers, so that nobody waits for long.

        OutOfServiceError where the model cannot be used: it is torn, gone, or of another format.
        """
        wanted, whose = (serving.model, serving.sha256), (serving.key, serving.made)
        with self._lock:
            found = self._kept.get(wanted)
            if found is not None:
                self._kept.move_to_end(wanted)
                self._in_use[whose] = wanted
                return found
            before = self._kept.get(self._in_use.get(whose, wanted))
        self._refuse_again(wanted)
        if before is None:
            return self._loaded(whose, wanted)
        with self._lock:
            is_loading = wanted in self._loading
        if is_loading:
            return before
        aside = threading.Thread(target=self._loaded_aside, args=(whose, wanted), daemon=True)
        aside.start()
        aside.join(SECONDS_OF_PATIENCE)
        self._refuse_again(wanted)
        with self._lock:
            return self._kept.get(wanted, before)

    def _loaded_aside(self, whose: tuple[str, float], wanted: tuple[str, str]) -> None:
        with suppress(OutOfServiceError):  # the next who asks is told
            self._loaded(whose, wanted)

    def _loaded(self, whose: tuple[str, float], wanted: tuple[str, str]) -> Loaded:
        with self._lock:
            loading = self._loading.setdefault(wanted, threading.Lock())
        with loading:
            with self._lock:
                found = self._kept.get(wanted)
            if found is None:
                self._refuse_again(wanted)
                found = self._read(wanted)
        with self._lock:
            self._loading.pop(wanted, None)
            self._in_use[whose] = wanted
            self._kept[wanted] = found
            self._kept.move_to_end(wanted)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found

    def _read(self, wanted: tuple[str, str]) -> Loaded:
        began = time.monotonic()
        try:
            found = Loaded(self._load(*wanted))
        except ModelError as error:
            log.error("personalize model not loaded key=%s: %s", wanted[0], error)
            with self._lock:
                self._refused[wanted] = (time.monotonic(), str(error))
                self._loading.pop(wanted, None)
            raise OutOfServiceError(str(error)) from error
        log.info("personalize model loaded key=%s seconds=%.3f", wanted[0], time.monotonic() - began)
        return found

    def _refuse_again(self, wanted: tuple[str, str]) -> None:
        at, why = self._refused.get(wanted, (float("-inf"), ""))
        if time.monotonic() - at < SECONDS_OF_DOUBT:
            raise OutOfServiceError(why)
