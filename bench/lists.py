"""All lists of a data set: ours against libraries for nearest neighbours doing the same rule, in CPU seconds."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from bench import peers, synthetic
from bench.figures import Figure, MismatchError, say
from bench.machine import plain_environment

EQUAL = 1e-6  # stars: scores nearer than this are a tie
PEERS = {"sparse_dot_topn": 2.0, "implicit": None}  # and what our time may be of theirs
Lists = tuple[NDArray[np.int64], NDArray[np.float64]]


def measure(shape: str = "1m", runs: int = 5) -> list[Figure]:
    """One figure per peer; MismatchError before any time is told, if lists differ by more than ties."""
    say(f"lists: everybody's ten films on the synthetic {shape} shape, {runs} runs in turn, one thread each")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        ratings = synthetic.ratings(shape)
        np.savez(
            folder / "ratings.npz",
            user_ids=ratings.user_ids,
            movie_ids=ratings.movie_ids,
            half_stars=ratings.half_stars,
            rated_at=ratings.rated_at,
        )
        # Each run in another place of the turn, so that nobody always comes first after the other's work.
        seconds: dict[str, list[float]] = {name: [] for name in ("ours", *PEERS)}
        names = list(seconds)
        for run in range(runs):
            for name in names[run % len(names) :] + names[: run % len(names)]:
                seconds[name].append(_run(name, folder))
        ours = _read(folder / "ours.npz")
        for name in PEERS:
            compare(ours, _read(folder / f"{name}.npz"), name)
    for name, times in seconds.items():
        say(f"  {name:<16} median {median(times):6.2f} CPU s  (" + " ".join(f"{each:.2f}" for each in times) + ")")
    mine = median(seconds["ours"])
    return [Figure(f"all lists, {shape} shape", mine, median(seconds[name]), "CPU s", name, most) for name, most in PEERS.items()]


def compare(ours: Lists, theirs: Lists, name: str) -> None:
    """MismatchError unless every user has the same films with the same scores, save films that tie with the last of the list."""
    (columns, scores), (other_columns, other_scores) = ours, theirs
    if columns.shape != other_columns.shape:
        raise MismatchError(f"{name} made lists of shape {other_columns.shape}, we made {columns.shape}.")
    differ = np.abs(scores - other_scores).max(axis=1) > EQUAL
    exact = int(np.all(columns == other_columns, axis=1).sum())
    for row in np.flatnonzero(~differ):
        here, there = dict(zip(columns[row], scores[row], strict=True)), dict(zip(other_columns[row], other_scores[row], strict=True))
        last = min(scores[row, -1], other_scores[row, -1])
        both = all(abs(here[column] - there[column]) <= EQUAL for column in here.keys() & there.keys())
        one = all({**here, **there}[column] - last <= 2 * EQUAL for column in here.keys() ^ there.keys())
        differ[row] = not (both and one)
    if differ.any():
        first = int(np.flatnonzero(differ)[0])
        raise MismatchError(
            f"{int(differ.sum())} of {len(columns)} lists differ from those of {name}, first in row {first}: "
            f"{columns[first].tolist()} with {scores[first].round(7).tolist()} against "
            f"{other_columns[first].tolist()} with {other_scores[first].round(7).tolist()}."
        )
    say(f"  the lists of {name} are ours: {exact} of {len(columns)} film by film, the others but for ties")


def _run(name: str, folder: Path) -> float:
    script = Path(peers.__file__).with_name("neighbour_lists.py")
    program = [sys.executable, "-m", "bench.own_lists"] if name == "ours" else [str(peers.PYTHON), str(script), name]
    files = [str(folder / "ratings.npz"), str(folder / f"{name}.npz")]
    done = subprocess.run([*program, *files], env=plain_environment(), stdout=subprocess.PIPE, text=True, check=True)
    return float(json.loads(done.stdout)["cpu_seconds"])


def _read(file: Path) -> Lists:
    made = np.load(file)
    return made["columns"], made["scores"]
