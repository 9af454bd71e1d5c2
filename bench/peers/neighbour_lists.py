"""Lists by the rule of `user-cosine`, made with a library for nearest neighbours and scipy.

    python neighbour_lists.py sparse_dot_topn|implicit|scipy RATINGS.npz LISTS.npz [--neighbours K] [--people ROWS.npy]

Stands alone: it runs in an environment without Matinee. Prints the CPU seconds from the ratings in memory to everybody's lists in
memory, and the highest memory of the process in MB. With --people the lists are made for these rows alone, each against everybody, and
the time of what is done for each of them is taken times everybody over them.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

LENGTH = 10
CENTRE, DAMPING = 5, 50.0  # half stars; imaginary neutral votes
BLOCK = 64  # people; the fastest of 16 to 1024, as float64 was faster than float32, whose lists differ besides


def nearest_by_sparse_dot_topn(wanted: sp.csr_matrix, everybody: sp.csr_matrix, k: int) -> sp.csr_matrix:
    """Cosines of the rows wanted with their k most similar of everybody, who are columns, the own one among them."""
    from sparse_dot_topn import sp_matmul_topn

    # A threshold of 0 drops nothing here and spares the library a third of its time.
    return sp_matmul_topn(wanted, everybody, top_n=k, threshold=0.0, n_threads=1)


def nearest_by_implicit(wanted: sp.csr_matrix, everybody: sp.csr_matrix, k: int) -> sp.csr_matrix:
    """The same; implicit compares all rows of a matrix, or, by the same loop, one row after the other with a matrix."""
    from implicit.nearest_neighbours import all_pairs_knn

    if wanted.shape[0] == everybody.shape[1]:
        return all_pairs_knn(everybody, k, num_threads=1, show_progress=False).tocsr()
    from implicit._nearest_neighbours import NearestNeighboursScorer

    side = max(everybody.shape)  # it takes for granted that the matrix has as many rows as columns
    starts = np.append(everybody.indptr, np.full(side - everybody.shape[0], everybody.indptr[-1], dtype=everybody.indptr.dtype))
    square = sp.csr_matrix((everybody.data, everybody.indices, starts), shape=(side, side))
    scorer, found, cosines = NearestNeighboursScorer(square), [], []
    for row in range(wanted.shape[0]):
        span = slice(wanted.indptr[row], wanted.indptr[row + 1])
        ends = np.array([0, span.stop - span.start], dtype=np.int32)
        others, similar = scorer.recommend(ends, wanted.indices[span], wanted.data[span], K=k, remove_own_likes=False)
        found.append(others)
        cosines.append(similar)
    starts = np.cumsum([0, *(len(each) for each in found)])
    return sp.csr_matrix((np.concatenate(cosines), np.concatenate(found), starts), shape=(wanted.shape[0], everybody.shape[1]))


def nearest_by_scipy(wanted: sp.csr_matrix, everybody: sp.csr_matrix, k: int) -> sp.csr_matrix:
    """The same by scipy's product of sparse matrices and numpy's partition."""
    found, cosines = [], []
    for first in range(0, wanted.shape[0], BLOCK):
        similar = (wanted[first : first + BLOCK] @ everybody).toarray()
        best = np.argpartition(similar, similar.shape[1] - k, axis=1)[:, -k:]
        found.append(best)
        cosines.append(np.take_along_axis(similar, best, axis=1))
    starts = np.arange(wanted.shape[0] + 1) * k
    return sp.csr_matrix(
        (np.concatenate(cosines).ravel(), np.concatenate(found).ravel(), starts), shape=(wanted.shape[0], everybody.shape[1])
    )


NEAREST = {"sparse_dot_topn": nearest_by_sparse_dot_topn, "implicit": nearest_by_implicit, "scipy": nearest_by_scipy}


class Lists:
    """Everything that is made once, so that lists can be made of some rows or of all. movies are 1 to the highest."""

    def __init__(self, user_ids: NDArray[np.int32], movie_ids: NDArray[np.int32], half_stars: NDArray[np.uint8], library: str) -> None:
        shape = (int(user_ids.max()), int(movie_ids.max()))
        self._stars = stars = sp.csr_matrix((half_stars.astype(np.float64), (user_ids - 1, movie_ids - 1)), shape=shape)
        norms = np.sqrt(np.asarray(stars.multiply(stars).sum(axis=1)).ravel())
        self._unit = sp.csr_matrix((stars.data / np.repeat(norms, np.diff(stars.indptr)), stars.indices, stars.indptr), shape=shape)
        self._everybody = self._unit.T.tocsr()
        # One product for both sums: votes in the real part, weights in the imaginary one; two products take 1.6 times as long.
        self._votes = sp.csr_matrix((stars.data - CENTRE + 1j, stars.indices, stars.indptr), shape=shape)
        self._nearest = NEAREST[library]
        self.n_users = shape[0]

    def of(self, rows: NDArray[np.int64], neighbours: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Columns and scores of the LENGTH best unseen films of each row, each of shape (rows, LENGTH)."""
        wanted = self._unit if len(rows) == self.n_users else self._unit[rows]
        weights = _without_self(self._nearest(wanted, self._everybody, neighbours + 1), rows).astype(np.complex128)
        columns, scores = np.empty((len(rows), LENGTH), dtype=np.int64), np.empty((len(rows), LENGTH))
        for first in range(0, len(rows), BLOCK):
            block = slice(first, min(first + BLOCK, len(rows)))
            sums = (weights[block] @ self._votes).toarray()
            with np.errstate(invalid="ignore", divide="ignore"):
                found = (CENTRE + sums.real / (sums.imag + DAMPING)) / 2
            found[sums.imag == 0] = -np.inf
            for at, row in enumerate(rows[block].tolist()):
                found[at, self._stars.indices[self._stars.indptr[row] : self._stars.indptr[row + 1]]] = -np.inf
            best = np.argpartition(found, found.shape[1] - LENGTH, axis=1)[:, -LENGTH:]
            values = np.take_along_axis(found, best, axis=1)
            order = np.lexsort((best, -values), axis=1)
            columns[block], scores[block] = np.take_along_axis(best, order, axis=1), np.take_along_axis(values, order, axis=1)
        return columns, scores


def _without_self(found: sp.csr_matrix, own: NDArray[np.int64]) -> sp.csr_matrix:
    rows = np.repeat(np.arange(found.shape[0]), np.diff(found.indptr))
    others = own[rows] != found.indices
    return sp.csr_matrix((found.data[others], (rows[others], found.indices[others])), shape=found.shape)


def _highest_memory() -> float:
    """Of this process so far, in MB."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1000


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("library", choices=NEAREST)
    parser.add_argument("ratings")
    parser.add_argument("lists")
    parser.add_argument("--neighbours", type=int, default=40)
    parser.add_argument("--people")
    asked = parser.parse_args()
    given = np.load(asked.ratings)
    given = {name: given[name] for name in ("user_ids", "movie_ids", "half_stars")}
    small = sp.eye(4, format="csr")
    NEAREST[asked.library](small, small, 3)  # imports are not counted, on no side
    start = time.process_time()
    lists = Lists(**given, library=asked.library)
    once = time.process_time() - start
    people = np.load(asked.people) if asked.people else np.arange(lists.n_users)
    made = lists.of(people, asked.neighbours)
    each = time.process_time() - start - once
    print(json.dumps({"cpu_seconds": once + each * lists.n_users / len(people), "megabytes": _highest_memory()}))
    np.savez(asked.lists, columns=made[0], scores=made[1])
