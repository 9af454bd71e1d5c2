"""Films found by what people type: how long it takes by its length, among as many films as MovieLens has, and what it costs a worker."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.figures import Figure, say, spread
from bench.machine import plain_environment
from bench.typed import slipped
from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.titles import read_title
from recommender.domain import Movie, MovieId

N_FILMS = 87_585  # of ml-32m
N_WORDS = 45_000  # that titles of so many films are made of
FOUND = 8  # as the site asks for while one types
LIMIT = 5.0  # ms, 99 of 100
LENGTHS = (1, 2, 3, 4, 6, 8, 12, 20)
SYLLABLES = "ba be bo bra ca chi co cra da de di dra e fa fi fo ga gi gra ha he ho in ja ka ki la le li lo ma me mi mo na ne no o pa pe ri ro sa se sha so sta ta te ti to tra u va ve vi wa we wi za".split()  # noqa: E501, SIM905 -- reads as what it is
ENDINGS = ("", "n", "r", "s", "st", "ng", "ck", "th", "l", "d")


def measure(times: int = 2000) -> list[Figure]:
    """One figure, for what is slowest; processor time, in a process that maps the catalogue as a web worker does."""
    say(f"search: {times} queries of each length among {N_FILMS:,} made-up films, memory-mapped")
    with tempfile.TemporaryDirectory() as temporary:
        start = time.perf_counter()
        arrays = Catalogue.of(films(np.random.default_rng(580))).arrays()
        say(f"  made in {time.perf_counter() - start:.1f} s, {sum(array.nbytes for array in arrays.values()) / 2**20:.1f} MB of files")
        for name, array in arrays.items():
            np.save(Path(temporary) / f"{name}.npy", array)
        done = subprocess.run(
            [sys.executable, "-m", "bench.search", temporary, str(times)],
            env=plain_environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    told = json.loads(done.stdout)
    say(f"  opened in {told['open']:.1f} ms, first search {told['first']:.1f} ms, {told['held']:.1f} MB of a worker's own")
    slowest = max(spread(name, seconds)["p99"] for name, seconds in told["seconds"].items())
    return [Figure(f"search among {N_FILMS:,} films, slowest row, p99", slowest, LIMIT, "ms", "limit")]


def films(rng: np.random.Generator) -> list[CatalogueEntry]:
    """Titles of one to six words, some words in very many, as in English; ids from 1."""
    made = {"the": 0.2, "of": 0.07, "a": 0.05, "and": 0.05, "in": 0.04}
    while len(made) < N_WORDS:
        syllables = [SYLLABLES[at] for at in rng.integers(len(SYLLABLES), size=int(rng.integers(1, 5)))]
        made.setdefault("".join(syllables) + ENDINGS[int(rng.integers(len(ENDINGS)))], 0.6 / (len(made) + 30) / 7)
    words, chances = list(made), np.array(list(made.values()))
    drawn = rng.choice(len(words), size=(N_FILMS, 6), p=chances / chances.sum())
    lengths, years = rng.integers(1, 7, N_FILMS), rng.integers(1920, 2025, N_FILMS)
    entries = []
    for at in range(N_FILMS):
        title = read_title(" ".join(words[word].capitalize() for word in drawn[at, : lengths[at]]) + f" ({years[at]})")
        entries.append(CatalogueEntry(Movie(MovieId(at + 1), title.title, title.year), title.also_known_as))
    return entries


def _told(folder: Path, times: int) -> dict[str, object]:
    """How long opening and searches take, in processor seconds by what is typed, and how many MB they hold."""
    before, start = _own_memory(), time.perf_counter()
    catalogue = Catalogue.from_arrays({file.stem: np.load(file, mmap_mode="r") for file in folder.glob("*.npy")})
    opened = time.perf_counter()
    rng = np.random.default_rng(580)
    popularity = (rng.pareto(0.6, len(catalogue)) * 3).clip(0, 100_000).astype(np.int32)
    titles = [catalogue.movie(int(at)).title for at in rng.integers(len(catalogue), size=times)]
    started = time.perf_counter()
    catalogue.search("shawshank", FOUND, popularity=popularity)
    first = time.perf_counter() - started
    seconds = {
        f"{length} letters" if length > 1 else "1 letter": _timed(catalogue, popularity, [title[:length] for title in titles])
        for length in LENGTHS
    }
    seconds["whole titles"] = _timed(catalogue, popularity, titles)
    seconds["whole titles with a slip"] = _timed(catalogue, popularity, [slipped(title, rng) for title in titles])
    seconds["whole titles with two slips"] = _timed(catalogue, popularity, [slipped(slipped(title, rng), rng) for title in titles])
    held = (_own_memory() - before - popularity.nbytes) / 2**20
    return {"open": (opened - start) * 1000, "first": first * 1000, "held": held, "seconds": seconds}


def _timed(catalogue: Catalogue, popularity: np.ndarray, queries: list[str]) -> list[float]:
    seconds = []
    for query in queries:
        start = time.thread_time()
        catalogue.search(query, FOUND, popularity=popularity)
        seconds.append(time.thread_time() - start)
    return seconds


def _own_memory() -> int:
    """Bytes of this process that no file stands behind."""
    for line in Path("/proc/self/smaps_rollup").read_text().splitlines():
        if line.startswith("Anonymous:"):
            return int(line.split()[1]) * 1024
    return 0


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_told(Path(sys.argv[1]), int(sys.argv[2]))))
