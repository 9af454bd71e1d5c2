"""Who is most alike among pairs of people: for a few of them against everybody, or for everybody, each pair multiplied once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from recommender.data.matrix import RatingMatrix
from recommender.models.kernels import plain
from recommender.models.kernels.products import Dots, Products
from recommender.models.kernels.running import RunningBest

PANEL_CELLS = 20_000_000  # people multiplied at a time, times everybody: 80 MB of dot products
MOST_IN_PANEL = 512  # people of a panel are multiplied with each other twice
TILE_BITS = 11
TILE = 1 << TILE_BITS  # rows looked at together: so few that the processor keeps them near
Found = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


class Pairs:
    """A matrix made ready for comparing its people."""

    def __init__(self, matrix: RatingMatrix) -> None:
        self.matrix, self.products = matrix, Products(matrix)
        self._squared = matrix.squared_rows
        norms = np.sqrt(self._squared.astype(np.float64))
        self._inverse = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0).astype(np.float32)

    def similarities(self, users: NDArray[np.int64]) -> NDArray[np.float64]:
        """Of each user with every row, shape (users, n_users), to the last bit those of `plain`; 0 with oneself."""
        dots = self.room(len(users))
        self.products.into(dots, users)
        return plain.cosines(dots.astype(np.float64), self._squared, self._squared[users][:, np.newaxis])

    def nearest(self, users: NDArray[np.int64], k: int) -> Found:
        """The k nearest rows of each user: where each one's begin, the rows and their similarities, as `RunningBest.best` gives them."""
        dots, near = self.room(len(users)), RunningBest(len(users), k)
        self.products.into(dots, users)
        for tile in tiles(0, self.matrix.n_users):
            self.offer_across(near, np.arange(len(users)), users, tile, dots[:, tile], self.alike(users, tile, dots[:, tile]))
        return near.best(slice(None))

    def room(self, people: int) -> Dots:
        """For the dot products of so many people with everybody."""
        return np.empty((people, self.matrix.n_users), dtype=self.products.dtype)

    def alike(self, users: NDArray[np.int64], tile: slice, dots: Dots) -> NDArray[np.float32]:
        """Nearly the similarity of each user with each row of the tile: as near as ROUNDING of RunningBest says."""
        found = np.asarray(dots * self._inverse[tile], dtype=np.float32)
        found *= self._inverse[users][:, np.newaxis]
        return found

    def offer_across(
        self, near: RunningBest, people: NDArray[np.int64], users: NDArray[np.int64], tile: slice, dots: Dots, alike: NDArray[np.float32]
    ) -> None:
        """Each user the rows of the tile. people: as whom `near` knows the users."""
        floors, k = near.floors[people], near.k
        if k < alike.shape[1] and not near.has_floor(people).all():
            # Whoever has not k yet would be offered nearly all.
            floors = np.maximum(floors, np.partition(alike, -k, axis=1)[:, -k] * np.float32(1 - near.rounding))
        places, cells = _there(alike >= floors[:, np.newaxis])
        self._offer(near, people[places], tile.start + cells, users[places], dots[places, cells])

    def offer_down(self, near: RunningBest, users: NDArray[np.int64], tile: slice, dots: Dots, alike: NDArray[np.float32]) -> None:
        """Each row of the tile the users."""
        places, cells = _there(alike >= near.floors[tile])
        by_row = np.argsort(cells.astype(np.uint16), kind="stable")  # two bytes are sorted in a pass or two
        places, cells = places[by_row], cells[by_row]
        self._offer(near, tile.start + cells, users[places], tile.start + cells, dots[places, cells])

    def _offer(self, near: RunningBest, people: NDArray[np.int64], rows: NDArray[np.int64], own: NDArray[np.int64], dots: Dots) -> None:
        near.offer(people, rows, plain.cosines(dots.astype(np.float64), self._squared[rows], self._squared[own]))


class Everybody:
    """The neighbours of everybody, asked for from the first row to the last.

    Panel by panel its people are multiplied with everybody from the panel's first row down. Each of them is offered all these rows, and
    each row below the panel the panel's people: so whoever is in a panel has been offered all rows when the panel is done.
    """

    def __init__(self, pairs: Pairs, k: int) -> None:
        self._pairs, self.k = pairs, k
        n_users = pairs.matrix.n_users
        self._near = RunningBest(n_users, k)
        self._dots = pairs.room(min(n_users, MOST_IN_PANEL, max(1, PANEL_CELLS // max(n_users, 1))))
        self._done = self._asked = 0
        self._before = np.zeros(pairs.matrix.n_movies, dtype=np.int64)  # raters of each movie above the next panel

    def goes_on_with(self, users: NDArray[np.int64], k: int) -> bool:
        """Whether these users are the next to be asked for."""
        return k == self.k and bool(len(users)) and users[0] == self._asked and users[-1] == self._asked + len(users) - 1

    def nearest(self, users: NDArray[np.int64]) -> Found:
        """`Pairs.nearest` for the users with which it goes on."""
        self._asked += len(users)
        while self._done < self._asked:
            self.meet_panel()
        return self._near.best(slice(int(users[0]), self._asked))

    @property
    def is_done(self) -> bool:
        """Whether no panel is left."""
        return self._done >= self._pairs.matrix.n_users

    def meet_panel(self) -> None:
        """The people of the next panel meet everybody from its first row down."""
        pairs, first, end = self._pairs, self._done, self._panel_end
        users = np.arange(first, end)
        dots = self._dots[: len(users)]
        pairs.products.into(dots, users, first, self._before)
        # The panel's own rows are a tile by themselves: they are offered to each other once.
        for tile in [slice(first, end), *tiles(end, pairs.matrix.n_users)]:
            alike = pairs.alike(users, tile, dots[:, tile])
            pairs.offer_across(self._near, users, users, tile, dots[:, tile], alike)
            if tile.start >= end:
                pairs.offer_down(self._near, users, tile, dots[:, tile], alike)
        self.pass_panel()

    def pass_panel(self) -> None:
        """The next panel is the one after: the people of this one stay unknown to those below, unless they have met."""
        starts, end = self._pairs.matrix.row_starts, self._panel_end
        columns = self._pairs.matrix.columns[starts[self._done] : starts[end]]
        self._before += np.bincount(columns, minlength=len(self._before))
        self._done = end

    @property
    def _panel_end(self) -> int:
        return min(self._done + len(self._dots), self._pairs.matrix.n_users)


def tiles(first: int, end: int) -> Iterator[slice]:
    """The rows from first to before end, TILE at a time."""
    for start in range(first, end, TILE):
        yield slice(start, min(start + TILE, end))


def _there(marked: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column of each cell marked, row by row."""
    flat, width = np.flatnonzero(marked), marked.shape[1]
    if width == 1 << TILE_BITS:  # three times as fast as a division
        return flat >> TILE_BITS, flat & (width - 1)
    return np.divmod(flat, width)
