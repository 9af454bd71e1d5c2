"""The neighbours of everybody at once, and their lists, by the kernel in C: each pair of people is looked at once, by several threads.

Gives the bits of `plain`. People are cut into blocks by how much they have rated, and a job is for two blocks to meet, which may change
whom either knows as its nearest. No block is ever in two hands, so that threads share nothing and nothing has to be locked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models.kernels import SIMILARITY_BITS, cores
from recommender.models.kernels.native import kernel

STRIP = 128  # people whom the kernel looks at together: blocks are whole strips
BLOCKS = 16  # at least, and BLOCKS_A_THREAD for each thread, so that every thread finds two that nobody holds
BLOCKS_A_THREAD = 4
LISTS_AT_ONCE = 4096
ROW_BITS = 27  # of a key, below the similarity
MOST_KEYS = 2**28  # kept for all people together, 8 bytes each
FILMS = 4  # of a packet
PAGE = 2**16  # ranks
NOT_YET = np.float32(2.0 ** -(SIMILARITY_BITS + 2))  # what a similarity must reach before k are known: less than any above 0

Progress = Callable[[float], None]
Block = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Best:
    """The best unseen films of some rows that are worth more than nothing known. lengths: how many each row has, at most n.

    columns, scores: shape (rows, n), best first, ties by lower column; what lies beyond a row's length has no meaning.
    """

    rows: NDArray[np.int32]
    lengths: NDArray[np.int32]
    columns: NDArray[np.int32]
    scores: NDArray[np.float64]


def room_for(k: int) -> int:
    """How many may be kept of somebody's nearest until all but k are dropped."""
    return 2 * k


def can_take(matrix: RatingMatrix, k: int) -> bool:
    """Whether the kernel is there, and keys of so many people fit: below 134 million people, and 2 GB."""
    return kernel("neighbours") is not None and matrix.n_users < 2**ROW_BITS and matrix.n_users * room_for(k) <= MOST_KEYS


class Everybody:
    """A matrix made ready, and the k nearest of each of its people once they have met. threads: as many as there are cores if left out."""

    def __init__(self, matrix: RatingMatrix, k: int, *, threads: int | None = None) -> None:
        found = kernel("neighbours")
        if found is None:
            raise RuntimeError("The kernel of neighbours is not built, or not wanted; see can_take.")
        self._kernel: ModuleType = found
        self._threads = threads or cores()
        self._n_users = matrix.n_users
        order = np.argsort(np.diff(matrix.row_starts), kind="stable").astype(np.int32)
        films = np.argsort(-matrix.raters, kind="stable").astype(np.int32)
        ranks, n_ranks = _ranks(films)
        self._columns = np.zeros(n_ranks, dtype=np.int32)  # by rank
        self._columns[ranks] = np.arange(len(films), dtype=np.int32)
        self._places = np.empty(len(order), dtype=np.int32)
        self._places[order] = np.arange(len(order), dtype=np.int32)
        starts = np.zeros(matrix.n_users + 1, dtype=np.int64)
        ratings = (n_ranks, matrix.row_starts, matrix.columns, matrix.half_stars, order, ranks, starts)
        found.pack(*ratings, None)
        packets = np.zeros((starts[-1], 1 + FILMS), dtype=np.uint16)
        found.pack(*ratings, packets)
        self._keys = np.zeros((matrix.n_users, room_for(k)), dtype=np.uint64)
        self._counts = np.zeros(matrix.n_users, dtype=np.int32)
        floors, limits = np.zeros(matrix.n_users, dtype=np.uint64), np.full(matrix.n_users, NOT_YET)
        squared = matrix.squared_rows[order]
        self._state = (n_ranks, k, order, starts, packets, squared, self._keys, self._counts, floors, limits)

    def meet(self, progress: Progress = lambda share: None) -> None:
        """Everybody meets everybody. progress: which share of all pairs have met."""
        blocks = self._blocks()
        pairs = [(one, other) for other in range(len(blocks)) for one in range(other, -1, -1)]
        n_pairs, running, busy = len(pairs), dict[Future[None], tuple[int, int]](), set[int]()
        with ThreadPoolExecutor(self._threads) as pool:
            while pairs or running:
                for pair in list(pairs):
                    if len(running) < self._threads and busy.isdisjoint(pair):
                        pairs.remove(pair)
                        busy.update(pair)
                        running[pool.submit(self._meet, blocks[pair[0]], blocks[pair[1]])] = pair
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    done.result()
                    busy.difference_update(running.pop(done))
                progress((n_pairs - len(pairs) - len(running)) / n_pairs)
        self._kernel.finish(*self._state, 0, self._n_users)

    def _meet(self, one: Block, other: Block) -> None:
        self._kernel.meet(*self._state, *one, *other)

    def _blocks(self) -> list[Block]:
        wanted = max(BLOCKS, BLOCKS_A_THREAD * self._threads)
        size = max(1, -(-self._n_users // (wanted * STRIP))) * STRIP
        return [(first, min(first + size, self._n_users)) for first in range(0, self._n_users, size)]

    def nearest(self, row: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The rows and similarities of one person's nearest, as `plain.nearest` has them."""
        place = self._places[row]
        keys = np.sort(self._keys[place, : self._counts[place]])[::-1]
        last = np.uint64(2**ROW_BITS - 1)
        rows = (last - (keys & last)).astype(np.int64)
        return rows, (keys >> np.uint64(ROW_BITS)).astype(np.float64) * 2.0**-SIMILARITY_BITS

    def lists(self, rows: NDArray[np.integer], n: int, *, centre: int, damping: float) -> Iterator[Best]:
        """The n best films of these rows by the damped average of their neighbours' half stars less the centre, some rows at a time.

        Films worth no more than the centre are left out.
        """
        parts = [rows[first : first + LISTS_AT_ONCE].astype(np.int32) for first in range(0, len(rows), LISTS_AT_ONCE)]
        pool = ThreadPoolExecutor(self._threads)
        try:
            yield from pool.map(lambda part: self._lists(part, n, centre, damping), parts)
        finally:
            pool.shutdown(cancel_futures=True)

    def _lists(self, rows: NDArray[np.int32], n: int, centre: int, damping: float) -> Best:
        lengths = np.zeros(len(rows), dtype=np.int32)
        columns, scores = np.zeros((len(rows), n), dtype=np.int32), np.zeros((len(rows), n))
        self._kernel.lists(*self._state, self._places, self._columns, rows, n, centre, damping, lengths, columns, scores)
        return Best(rows, lengths, columns, scores)


def _ranks(films: NDArray[np.int32]) -> tuple[NDArray[np.int32], int]:
    """The rank of each column, from columns in their order, and how many ranks there are: the first of each page of 65,536 is nobody's."""
    at = np.arange(len(films), dtype=np.int32)
    ranks = np.empty(len(films), dtype=np.int32)
    ranks[films] = at + 1 + at // (PAGE - 1)
    return ranks, int(ranks.max(initial=0)) + 1
