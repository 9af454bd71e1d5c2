"""A breaker: a place in trouble is left alone, and asked in the background whether it is well again, so that nobody waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from recommender.errors import StorageError

log = logging.getLogger(__name__)

FAULTS_IN_A_ROW = 2
SECONDS_BETWEEN_PROBES = 0.5


class Breaker:
    """Open after FAULTS_IN_A_ROW with no answer between them; closed by the first probe that succeeds. No visitor's call is the probe.

    probe: one cheap call of the place, raising what it raises. Libraries of breakers let every nth visitor try, who then waits for the
    whole timeout; here a thread does, and it ends when the place answers.
    """

    def __init__(self, name: str, probe: Callable[[], object], *, every: float = SECONDS_BETWEEN_PROBES) -> None:
        self._name, self._probe, self._every = name, probe, every
        self._changing = threading.Lock()
        self._in_a_row = 0
        self._trouble: StorageError | None = None

    @property
    def is_open(self) -> bool:
        return self._trouble is not None

    def check(self) -> None:
        """Nothing while the place is in use; else the StorageError that opened the breaker, at once."""
        trouble = self._trouble
        if trouble is not None:
            raise StorageError(str(trouble), kind=trouble.kind)

    def succeeded(self) -> None:
        """The place answered."""
        self._in_a_row = 0

    def failed(self, trouble: StorageError) -> None:
        """A call failed, tries and all, or a try was not answered in time."""
        with self._changing:
            self._in_a_row += 1
            if self._in_a_row < FAULTS_IN_A_ROW or self._trouble is not None:
                return
            self._trouble = trouble
            threading.Thread(target=self._watch, name=f"watches {self._name}", daemon=True).start()
        log.warning("left alone place=%r kind=%s reason=%s", self._name, trouble.kind, trouble)

    def _watch(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(self._every)
            try:
                self._probe()
            except Exception as error:  # noqa: BLE001  whatever it is, the place is not well yet
                log.debug("still in trouble place=%r reason=%s", self._name, error)
                continue
            with self._changing:
                self._in_a_row, self._trouble = 0, None
            log.warning("in use again place=%r", self._name)
            return
