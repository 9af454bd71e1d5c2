"""Lists by neighbours film by film: `user-knn` against LensKit's UserKNN, the same people in turn, in CPU time."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import peers, synthetic
from bench.figures import Figure, MismatchError, say
from bench.machine import plain_environment
from recommender.data.matrix import RatingMatrix
from recommender.data.movielens import read_data_set
from recommender.data.ratings import RatingTable
from recommender.models import History
from recommender.models.user_knn import UserKnn
from recommender.ranking import top_k

# As in peers/lenskit_lists.py. One neighbour is enough for LensKit where nothing is said; then whole lists are of ties.
NEIGHBOURS, LEAST_NEIGHBOURS, LENGTH = 50, 5, 10
EQUAL = 2e-5  # stars: LensKit adds up in four bytes
TIE = 5e-7  # of a similarity: the same
WARM = 3  # people before any is timed
PROMISED = 1 / 20  # of LensKit's time, at 25 million ratings
Floats = NDArray[np.float64]


def measure(data: Path, folder: Path, people: int = 100) -> list[Figure]:
    """The figure for a data set. folder: for the ratings that LensKit reads."""
    data_set = read_data_set(data)
    return _measured(data_set.name, data_set.ratings, data_set.catalogue.movie_ids, people, folder, None)


def measure_millions(folder: Path, people: int = 40) -> list[Figure]:
    """The same for the synthetic 25m shape, which takes 5 GB of memory."""
    return _measured("synthetic-25m", synthetic.ratings("25m"), synthetic.movie_ids("25m"), people, folder, PROMISED)


def _measured(name: str, ratings: RatingTable, movie_ids: NDArray[np.int32], people: int, folder: Path, most: float | None) -> list[Figure]:
    say(f"per-film: {name}, lists of {LENGTH} by {LEAST_NEIGHBOURS} to {NEIGHBOURS} raters of each film, {people} people in turn")
    file = folder / "per-film.npz"
    np.savez(file, user_ids=ratings.user_ids, movie_ids=ratings.movie_ids, half_stars=ratings.half_stars)
    model = UserKnn.fit(RatingMatrix.of(ratings, movie_ids), {"n_neighbours": NEIGHBOURS, "least_neighbours": LEAST_NEIGHBOURS})
    del ratings
    rows = np.random.default_rng(1).choice(model.matrix.n_users, people + WARM, replace=False).tolist()
    mine: list[float] = []
    theirs: list[float] = []
    exact = 0
    with LensKit(file) as peer:
        file.unlink()
        for turn, row in enumerate(rows):
            # Each comes first every other time, so that nobody always finds the caches as the other has left them.
            asked = peer.list_of(int(model.matrix.user_ids[row])) if turn % 2 else None
            milliseconds, columns, scores = _ours(model, row)
            asked = asked or peer.list_of(int(model.matrix.user_ids[row]))
            films = model.matrix.columns_of(np.array(asked["films"], dtype=np.int64))
            exact += compare(model, row, columns, scores, films, np.array(asked["stars"])) and turn >= WARM
            if turn >= WARM:
                mine.append(milliseconds)
                theirs.append(asked["milliseconds"])
    say(f"  LensKit's lists are ours: {exact} of {people} film by film, the others but for ties")
    for who, times in (("ours", mine), ("LensKit", theirs)):
        p90, highest = np.percentile(times, 90), max(times)
        say(f"  {who:<16} median {median(times):8.2f} CPU ms  p90 {p90:8.2f}  max {highest:8.2f}  sum {sum(times):9.1f}")
    say(f"  LensKit / ours   median {median(theirs) / median(mine):8.1f}         sum {sum(theirs) / sum(mine):6.1f}")
    return [Figure(f"a list film by film, {name}", median(mine), median(theirs), "CPU ms", "LensKit UserKNN", most)]


def _ours(model: UserKnn, row: int) -> tuple[float, NDArray[np.intp], Floats]:
    """CPU milliseconds, the columns of the list and every film's score."""
    history = History.of_row(model.matrix, row)
    start = time.process_time()
    scores = model.score(history)
    seen = np.zeros(model.matrix.n_movies, dtype=bool)
    seen[history.columns] = True
    columns = top_k(scores, LENGTH, exclude=seen)
    return (time.process_time() - start) * 1000, columns, scores


def compare(model: UserKnn, row: int, columns: NDArray[np.intp], scores: Floats, films: NDArray[np.int32], stars: Floats) -> bool:
    """Whether LensKit's list of films and stars is ours film by film; MismatchError where it differs by more than ties.

    scores: ours of every film. Ties are films of equal stars, and films for which the last neighbour who counts is as like as the next one,
    where LensKit may take the other.
    """
    if films.tolist() == columns.tolist() and np.abs(scores[films] - stars).max(initial=0) <= EQUAL:
        return True
    mine, theirs = scores[columns].round(6).tolist(), stars.round(6).tolist()
    told = f"row {row}, ours {columns.tolist()} with {mine}, LensKit's {films.tolist()} with {theirs}"
    if len(films) != len(columns):
        raise MismatchError(f"Lists of {len(columns)} and {len(films)} films: {told}.")
    similarities = model.similarities(History.of_row(model.matrix, row))
    differing = np.abs(scores[films] - stars)
    for film, difference in zip(films.tolist(), differing.tolist(), strict=True):
        if not difference <= EQUAL and not _is_tied(model, similarities, film):
            raise MismatchError(f"Film {film} has other stars, and no neighbour of it ties: {told}.")
    last, theirs_last = float(scores[columns].min(initial=np.inf)), float(stars.min(initial=np.inf))
    for film in set(columns.tolist()) - set(films.tolist()):
        if scores[film] > theirs_last + EQUAL and not _is_tied(model, similarities, film):
            raise MismatchError(f"Film {film} is in our list alone, above LensKit's last, and no neighbour of it ties: {told}.")
    for film in set(films.tolist()) - set(columns.tolist()):
        if not scores[film] <= last and not _is_tied(model, similarities, film):
            raise MismatchError(f"Film {film} is in LensKit's list alone, and no neighbour of it ties: {told}.")
    return False


def _is_tied(model: UserKnn, similarities: Floats, column: int) -> bool:
    """Whether the last neighbour who counts for a film and the next one are as like, or anybody nearly at the least that counts."""
    likeness = np.sort(similarities[model.matrix.column(column)[0]])[::-1]
    if np.any((likeness > 0) & (np.abs(likeness - model.parameters["least_similarity"]) <= TIE)):
        return True
    return len(likeness) > NEIGHBOURS and bool(likeness[NEIGHBOURS - 1] - likeness[NEIGHBOURS] <= TIE)


class LensKit:
    """LensKit in a process of its own, which answers one person after the other."""

    def __init__(self, ratings: Path) -> None:
        script = Path(peers.__file__).with_name("lenskit_lists.py")
        self._process = subprocess.Popen(
            [str(peers.PYTHON), str(script), str(ratings)],
            env=plain_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> LensKit:
        self._line()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def list_of(self, user_id: int) -> dict[str, Any]:
        """milliseconds of CPU, films and stars."""
        assert self._process.stdin
        self._process.stdin.write(f"{user_id}\n")
        self._process.stdin.flush()
        made: dict[str, Any] = json.loads(self._line())
        return made

    def _line(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"LensKit has ended with exit code {self._process.wait()}; what it says stands above.")
        return line
