"""How cost grows with the ratings: everybody's lists, a list from scratch, loading a model, memory, and from CSV to a published model.

The parts of a shape run in processes of their own: python -m bench.growth publish DATA STORE, and python -m bench.growth serve STORE.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

from bench import synthetic
from bench.figures import Figure, say, short
from bench.lists import run, write
from bench.machine import highest_memory, plain_environment
from recommender import publication, training
from recommender.data.movielens import read_data_set
from recommender.models import History
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs
from recommender.storage.profiles import open_profiles

SHAPES = ("100k", "1m", "25m")
PEOPLE = 200  # drawn evenly, whose lists are made from scratch
NEIGHBOURS = 100
# What is measured, and its unit.
ROWS = {
    "people": "",
    "ratings": "",
    "pairs of people": "",
    "products": "",
    "lists of everybody": "CPU s",
    "lists of everybody, peak memory": "MB",
    "list from scratch, p50": "CPU ms",
    "list from scratch, p99": "CPU ms",
    "model loaded": "ms",
    "model and first lists, peak memory": "MB",
    "CSV → published": "CPU s",
    "CSV → published, peak memory": "MB",
}


def measure(shape_of: Callable[[str], Path], folder: Path, shapes: tuple[str, ...] = SHAPES) -> list[Figure]:
    """A figure for each row and shape. shape_of: the data set of a shape as CSV. folder: for files on the way."""
    say(f"growth: {', '.join(shapes)} shapes, {NEIGHBOURS} neighbours; one run each")
    found = [_measured(shape_of(shape), folder / f"growth-{shape}", shape) for shape in shapes]
    figures = [
        Figure(f"{what}, {shape} shape", each[what], None, unit, "", None)
        for what, unit in ROWS.items()
        for shape, each in zip(shapes, found, strict=True)
    ]
    say(grown(figures))
    return figures


def _measured(data: Path, folder: Path, shape: str) -> dict[str, float]:
    """What stands in ROWS, of one shape. data: its ratings as CSV."""
    folder.mkdir()
    write(shape, folder)
    size = _size(folder / "ratings.npz")
    lists = run("ours", folder, "--neighbours", str(NEIGHBOURS), own=True)
    (folder / "ratings.npz").unlink()
    published, served = _part("publish", str(data), str(folder)), _part("serve", str(folder))
    return dict(zip(ROWS, [*size, lists["cpu_seconds"], lists["megabytes"], *served, *published], strict=True))


def _size(ratings: Path) -> list[float]:
    """What cost may grow with: people, ratings, pairs of people, and products: pairs of ratings of one film, to be multiplied and added."""
    with np.load(ratings) as given:
        user_ids, raters = given["user_ids"], np.bincount(given["movie_ids"]).astype(np.float64)
    people = len(np.unique(user_ids))
    return [people, len(user_ids), people**2 / 2, float(raters @ raters) / 2]


def _part(*arguments: str) -> list[float]:
    command = [sys.executable, "-m", "bench.growth", *arguments]
    done = subprocess.run(command, env=plain_environment(), stdout=subprocess.PIPE, text=True, check=True)
    told: list[float] = json.loads(done.stdout)
    return told


def _publish(data: Path, folder: Path) -> list[float]:
    """CPU seconds from CSV to the model in force, and the highest memory in MB."""
    start = time.process_time()
    settings = _settings(folder)
    blobs, profiles = open_blobs(settings.blobs_url), open_profiles(settings.profiles_url)
    training.train(read_data_set(data), blobs, profiles, recipe="user-cosine", lists_ahead=0)  # of large shapes none are made ahead anyway
    return [time.process_time() - start, highest_memory()]


def _serve(folder: Path) -> list[float]:
    """CPU milliseconds of a list from scratch, half and 99 of 100; milliseconds to load the model; highest memory in MB after all that."""
    blobs = open_blobs(_settings(folder).blobs_url)
    pointer, _ = publication.read_pointer(blobs)
    assert pointer
    start = time.perf_counter()
    model = publication.load(blobs, pointer).model
    loaded = time.perf_counter() - start
    people, spent = np.random.default_rng(1).choice(model.matrix.n_users, PEOPLE), []
    for row in (*people[:5].tolist(), *people.tolist()):  # the first five find the files on the disk
        start = time.process_time()
        model.score(History.of_row(model.matrix, row))
        spent.append(time.process_time() - start)
    half, most = np.percentile(np.array(spent[5:]) * 1000, [50, 99])
    return [float(half), float(most), loaded * 1000, highest_memory()]


def _settings(folder: Path) -> Settings:
    return Settings(profiles_url=f"sqlite://{folder}/matinee.sqlite3", blobs_url=f"file://{folder}/blobs")


def grown(figures: list[Figure]) -> str:
    """Figures of `measure` as Markdown: a column for each shape, and the power of the ratings from each to the next."""
    by_what: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        what, _, shape = figure.what.removesuffix(" shape").rpartition(", ")
        by_what.setdefault(what, {})[shape] = figure
    shapes = list(dict.fromkeys(shape for each in by_what.values() for shape in each))
    ratings = [float(synthetic.SHAPES[shape].n_ratings) for shape in shapes]
    rows = [("what", *shapes, "grows by ratings to the power"), tuple("---" for _ in range(len(shapes) + 2))]
    for what, of in by_what.items():
        values = [of[shape].ours for shape in shapes]
        rows.append((what, *(f"{short(of[shape].ours)} {of[shape].unit}".strip() for shape in shapes), power(ratings, values)))
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def power(ratings: list[float], values: list[float]) -> str:
    """The exponent between neighbours: 1 doubles where the ratings double, 2 is four times as much."""
    steps = zip(pairwise(ratings), pairwise(values), strict=True)
    return ", ".join(f"{math.log(after / before) / math.log(more / fewer):.2f}" for (fewer, more), (before, after) in steps)


if __name__ == "__main__":
    part, *folders = sys.argv[1:]
    sys.stdout.write(json.dumps({"publish": _publish, "serve": _serve}[part](*map(Path, folders))) + "\n")
