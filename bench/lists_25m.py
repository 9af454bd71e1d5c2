"""All lists with 25 million ratings: ours by the kernel and without it against libraries and scipy, in CPU seconds and memory.

Ours are made for everybody. The others would take hours: they make those of people drawn evenly, each compared with everybody, and that
time is taken times everybody over them; what is made once is counted once.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from bench import synthetic
from bench.figures import Figure, MismatchError, say
from bench.lists import compare, read, run, write
from recommender.models.kernels.native import kernel

NEIGHBOURS = 100
OURS, WITHOUT = "ours", "without a kernel"
PEERS = ("sparse_dot_topn", "implicit", "scipy")
MOST_MB = 1500.0
MOST = {OURS: 1 / 5, WITHOUT: 1 / 0.8}  # of sparse_dot_topn's time


def measure(people: int = 640, *, quick: bool = False, shape: str = "25m") -> list[Figure]:
    """Figures of both our ways; MismatchError if any list of the people drawn differs by more than ties.

    quick: without the kernel parts of its whole run alone, and that time scaled.
    """
    say(f"lists-25m: ten films by {NEIGHBOURS} neighbours on the synthetic {shape} shape; one run, lists of {people} people compared")
    if kernel("neighbours") is None:
        raise MismatchError("the kernel in C is not built, so there would be nothing to compare; `matinee doctor` says why")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write(shape, folder)
        drawn = np.random.default_rng(25).choice(synthetic.SHAPES[shape].n_users, people, replace=False)
        np.save(folder / "people.npy", np.sort(drawn))
        options = ("--neighbours", str(NEIGHBOURS), "--people", str(folder / "people.npy"))
        found = {OURS: run(OURS, folder, *options, own=True)}
        _say(OURS, found)
        sample = ("--sample",) if quick else ()
        found[WITHOUT] = run(WITHOUT, folder, *options, *sample, own=True, MATINEE_KERNELS="plain")
        _say(WITHOUT, found, scaled=quick)
        tied = np.load(folder / f"{OURS}.npz")["tied"]
        if any(
            not np.array_equal(one, other) for one, other in zip(read(folder / f"{OURS}.npz"), read(folder / f"{WITHOUT}.npz"), strict=True)
        ):
            raise MismatchError("without the kernel the lists are not the same to the bit")
        for name in PEERS:
            found[name] = run(name, folder, *options)
            compare(read(folder / f"{OURS}.npz"), read(folder / f"{name}.npz"), name, tied)
            _say(name, found, scaled=True)
    return _figures(found, shape)


def _figures(found: dict[str, dict[str, float]], shape: str) -> list[Figure]:
    seconds, what = {name: each["cpu_seconds"] for name, each in found.items()}, f"all lists, {shape} shape, k = {NEIGHBOURS}"
    peer = PEERS[0]
    return [
        *(Figure(what, seconds[OURS], seconds[name], "CPU s", name, MOST[OURS] if name == peer else None) for name in PEERS),
        Figure(f"{what}, peak memory", found[OURS]["megabytes"], MOST_MB, "MB", "limit"),
        Figure(f"{what}, without a kernel", seconds[WITHOUT], seconds[peer], "CPU s", peer, MOST[WITHOUT]),
        Figure(f"{what}, without a kernel, peak memory", found[WITHOUT]["megabytes"], MOST_MB, "MB", "limit"),
    ]


def _say(name: str, found: dict[str, dict[str, float]], *, scaled: bool = False) -> None:
    told = found[name]
    say(f"  {name:<18} {told['cpu_seconds']:8,.1f} CPU s{' scaled' * scaled}, peak {told['megabytes']:,.0f} MB")
