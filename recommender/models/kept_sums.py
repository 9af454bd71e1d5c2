"""The dot products of people at work: what their last list was made from, so that the next costs one film and not all of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from recommender.models import History
from recommender.models.kernels.fold_in import FoldIn, Given

MOST_BYTES = 4 << 20  # of one model in one process: six people at work where there are 162,541 users, hundreds where there are thousands


@dataclass(frozen=True, slots=True)
class _Kept:
    """Dot products and the history that they are of."""

    given: Given
    dots: NDArray[np.int32]

    @property
    def n_bytes(self) -> int:
        return int(self.dots.nbytes + self.given.columns.nbytes + self.given.half_stars.nbytes)


class KeptSums:
    """For one model: those who were at work last, bounded in bytes, for threads to share.

    What is kept says which history it is of, and is brought to the history asked for by the difference, film by film: added, given other
    stars, taken back. The sums are whole numbers, so that they are those of adding up anew, whatever the person did in between, on this
    process or another. Ratings newer than the model are in the history like all others; the model's arrays never change, and with a new
    model there are new KeptSums.
    """

    def __init__(self, fold: FoldIn, n_users: int, *, most_bytes: int = MOST_BYTES) -> None:
        self._fold, self._n_users, self._most_bytes = fold, n_users, most_bytes
        self._lock = Lock()
        self._kept: OrderedDict[int, _Kept] = OrderedDict()  # who was at work last is last
        self._n_bytes = 0

    @contextmanager
    def of(self, person: int, history: History) -> Iterator[NDArray[np.int32]]:
        """The dot product of the history with every row, shape (n_users,), to be read and not kept by the caller.

        person: any number that tells people apart. While the sums are in use nobody else has them: of two requests of one person at the
        same time, the second adds up anew.
        """
        given = Given(history.columns.copy(), history.half_stars.copy())
        kept = self._taken(person)
        dots = np.zeros(self._n_users, dtype=np.int32) if kept is None else kept.dots
        # Whatever goes wrong from here on, what was taken out is not put back.
        self._fold.bring(dots, Given.nothing() if kept is None else kept.given, given)
        yield dots
        self._put(person, _Kept(given, dots))

    @property
    def n_bytes(self) -> int:
        """What is kept now; sums in use are not among it."""
        return self._n_bytes

    def __len__(self) -> int:
        return len(self._kept)

    def _taken(self, person: int) -> _Kept | None:
        with self._lock:
            kept = self._kept.pop(person, None)
            if kept is not None:
                self._n_bytes -= kept.n_bytes
            return kept

    def _put(self, person: int, kept: _Kept) -> None:
        with self._lock:
            other = self._kept.pop(person, None)
            self._n_bytes += kept.n_bytes - (other.n_bytes if other is not None else 0)
            self._kept[person] = kept
            while self._n_bytes > self._most_bytes:
                _, oldest = self._kept.popitem(last=False)
                self._n_bytes -= oldest.n_bytes
