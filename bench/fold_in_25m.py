"""One person's list from 25 million ratings inside one process, by the kernel alone: from scratch, after one rating more, and by peers."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import synthetic
from bench.figures import Figure, MismatchError, say, spread
from recommender import lists
from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.matrix import RatingMatrix
from recommender.domain import LIST_LENGTH, Movie, MovieId, UserId
from recommender.models import History
from recommender.models.kept_sums import KeptSums
from recommender.models.kernels import plain
from recommender.models.kernels.fold_in import Plain
from recommender.models.kernels.sparse import by_user
from recommender.models.user_cosine import NEUTRAL_HALF_STARS, UserCosine
from recommender.publication import Published
from recommender.ranking import top_k

N_NEIGHBOURS = 100
LIMITS = {"scratch p50": 2.0, "scratch p99": 14.0, "incremental p99": 1.0}  # ms
WARM = 10  # people before any is timed, whose pages of the files are then in memory
SLOW_EVERY = 10  # of so many people one is also served by plain numpy and by scipy's product, which take far longer
Best = tuple[NDArray[np.intp], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Rated:
    """Somebody before and after a rating. before: without it. number: theirs."""

    number: int
    before: History
    now: History


def measure(people: int = 1000, *, shape: str = "25m") -> list[Figure]:
    """By who they are: drawn evenly, and by how much they rate. The lists by all ways must be the same before any time is told."""
    with tempfile.TemporaryDirectory() as temporary:
        matrix = _mapped(shape, Path(temporary))
        say(
            f"fold-in-25m: {matrix.n_ratings:,} ratings of {matrix.n_users:,} people and {matrix.n_movies:,} films, memory-mapped, "
            f"{N_NEIGHBOURS} neighbours, lists of {LIST_LENGTH}; a second thread where there is much to add"
        )
        model = UserCosine.fit(matrix, {"n_neighbours": N_NEIGHBOURS})
        rng = np.random.default_rng(5)
        say(f"  by {type(model.fold).__name__}")
        evenly = _measured(model, "drawn evenly", rng.integers(0, matrix.n_users, people + WARM), rng)
        entries = rng.integers(0, matrix.n_ratings, people + WARM)
        _measured(model, "drawn by activity", np.searchsorted(matrix.row_starts, entries, side="right") - 1, rng)
    return [
        Figure("list from scratch, 25M, drawn evenly, p50", evenly["scratch"]["p50"], LIMITS["scratch p50"], "ms", "limit"),
        Figure("the same, p99", evenly["scratch"]["p99"], LIMITS["scratch p99"], "ms", "limit"),
        Figure("the same, p50", evenly["scratch"]["p50"], evenly["scipy"]["p50"], "ms", "scipy's CSR @ vector alone", 0.1),
        Figure("rating → new list, incremental, 25M, p99", evenly["incremental"]["p99"], LIMITS["incremental p99"], "ms", "limit"),
        Figure("the same with stars, reasons and titles, p99", evenly["whole"]["p99"], None, "ms", ""),
    ]


def _measured(model: UserCosine, drawn: str, rows: NDArray[np.int64], rng: np.random.Generator) -> dict[str, dict[str, float]]:
    kept = KeptSums(model.fold, model.matrix.n_users)
    published = _published(model)
    product = by_user(model.matrix, model.matrix.half_stars.astype(np.float32))
    seconds: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}

    @contextmanager
    def clock(way: str) -> Iterator[None]:
        start, start_cpu = time.perf_counter(), time.process_time()
        yield
        cpu.setdefault(way, []).append(time.process_time() - start_cpu)
        seconds.setdefault(way, []).append(time.perf_counter() - start)

    for at, row in enumerate(rows.tolist()):
        rated = _rated(model.matrix, row, rng)
        with kept.of(rated.number, rated.before):
            pass
        lists.make(rated.before, published, LIST_LENGTH, at_work=UserId(rated.number))
        with clock("scratch"):
            scratch = _best(model, rated.now, None)
        with clock("incremental"), kept.of(rated.number, rated.now) as dots:
            incremental = _best(model, rated.now, dots)
        _same("incremental", incremental, scratch, rated)
        with clock("whole"):
            made = lists.make(rated.now, published, LIST_LENGTH, at_work=UserId(rated.number))
        if [line.movie.movie_id - 1 for line in made.movies[: len(scratch[0])]] != scratch[0].tolist():
            raise MismatchError(f"The list with reasons of row {row} is another one than without.")
        if at % SLOW_EVERY == 0:
            with clock("plain"):
                expected = _plain(model, rated.now)
            _same("plain", expected, scratch, rated)
            vector = np.zeros(model.matrix.n_movies, dtype=np.float32)
            vector[rated.now.columns] = rated.now.half_stars
            with clock("scipy"):
                dots_of_all = product @ vector
            if not np.array_equal(dots_of_all, plain.overlaps(model.matrix, rated.now.columns, rated.now.half_stars)):
                raise MismatchError(f"scipy's dot products of row {row} are other ones.")
    names = {
        "scratch": "list from scratch",
        "incremental": "list after one rating more",
        "whole": "list after one rating more with stars, reasons and titles",
        "plain": "list from scratch by numpy",
        "scipy": "scipy's CSR @ vector, no list",
    }
    told = {}
    for way, name in names.items():
        skipped = WARM if len(seconds[way]) > 2 * WARM else 1
        told[way] = spread(f"{name}, {drawn}", seconds[way][skipped:])
        spread("CPU", cpu[way][skipped:], of=f"{name}, {drawn}")
    return told


def _best(model: UserCosine, history: History, dots: NDArray[np.int32] | None) -> Best:
    near = model.nearest(model.overlap(history, dots))
    exclude = _rated_by(model, history)
    found = model.best_by(near, LIST_LENGTH, exclude)
    if found is not None:
        return found
    scores = model.score_by(near)
    columns = top_k(scores, LIST_LENGTH, exclude=exclude | ~(scores > model.neutral))
    return columns, scores[columns]


def _plain(model: UserCosine, history: History) -> Best:
    twin = replace(model)
    twin.__dict__["fold"] = Plain(model.matrix)
    near = twin.neighbours(history)
    scores = plain.damped_average(
        *plain.weighted_sums(model.matrix, near.rows, near.similarities, NEUTRAL_HALF_STARS), NEUTRAL_HALF_STARS, model.damping
    )
    columns = top_k(scores, LIST_LENGTH, exclude=_rated_by(model, history) | ~(scores > model.neutral))
    return columns, scores[columns]


def _rated_by(model: UserCosine, history: History) -> NDArray[np.bool_]:
    exclude = np.zeros(model.matrix.n_movies, dtype=bool)
    exclude[history.columns] = True
    return exclude


def _same(way: str, found: Best, expected: Best, rated: Rated) -> None:
    if not all(np.array_equal(one, other) for one, other in zip(found, expected, strict=True)):
        raise MismatchError(f"The list of row {rated.now.own_row} by the {way} way is {found}, and from scratch {expected}.")


def _rated(matrix: RatingMatrix, row: int, rng: np.random.Generator) -> Rated:
    """The person of the row, who has rated one of their films last, whichever chance wants."""
    now = History.of_row(matrix, row)
    last = int(rng.integers(len(now)))
    before = replace(now, **{name: np.delete(getattr(now, name), last) for name in ("columns", "half_stars", "times")})
    return Rated(row + 1, before, now)


def _mapped(shape: str, folder: Path) -> RatingMatrix:
    """The matrix as a worker has it."""
    arrays = RatingMatrix.of(synthetic.ratings(shape), np.arange(1, synthetic.SHAPES[shape].n_movies + 1, dtype=np.int32)).arrays()
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return RatingMatrix.from_arrays({name: np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in arrays})


def _published(model: UserCosine) -> Published:
    films = (CatalogueEntry(Movie(MovieId(int(film)), f"Film {film}", 1990, ("Drama",))) for film in model.matrix.movie_ids)
    published = Published(1, "bench", model, Catalogue.of(films), {})
    _ = published.popular.standing
    return published
