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
PEERS = {"sparse_dot_topn": 0.5, "implicit": None}  # and what our time may be of theirs
Lists = tuple[NDArray[np.int64], NDArray[np.float64]]


def measure(shape: str = "1m", runs: int = 5) -> list[Figure]:
    """One figure per peer; MismatchError before any time is told, if lists differ by more than ties."""
    say(f"lists: everybody's ten films on the synthetic {shape} shape, {runs} runs in turn, CPU of all threads")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write(shape, folder)
        # Each run in another place of the turn, so that nobody always comes first after the other's work.
        seconds: dict[str, list[float]] = {name: [] for name in ("ours", *PEERS)}
        names = list(seconds)
        for run in range(runs):
            for name in names[run % len(names) :] + names[: run % len(names)]:
                seconds[name].append(run(name, folder, own=name == "ours")["cpu_seconds"])
        ours = read(folder / "ours.npz")
        for name in PEERS:
            compare(ours, read(folder / f"{name}.npz"), name)
    for name, times in seconds.items():
        say(f"  {name:<16} median {median(times):6.2f} CPU s  (" + " ".join(f"{each:.2f}" for each in times) + ")")
    mine = median(seconds["ours"])
    return [Figure(f"all lists, {shape} shape", mine, median(seconds[name]), "CPU s", name, most) for name, most in PEERS.items()]


def write(shape: str, folder: Path) -> None:
    """The ratings of the shape, as both sides read them."""
    ratings = synthetic.ratings(shape)
    np.savez(
        folder / "ratings.npz",
        user_ids=ratings.user_ids,
        movie_ids=ratings.movie_ids,
        half_stars=ratings.half_stars,
        rated_at=ratings.rated_at,
    )


def compare(ours: Lists, theirs: Lists, name: str, tied: NDArray[np.bool_] | None = None) -> None:
    """MismatchError unless every user has the same films with the same scores, save films that tie with the last of the list.

    tied: of each list whether another one would do, since its last neighbour ties with somebody who is none.
    """
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
    among_ties = np.zeros_like(differ) if tied is None else differ & tied
    differ &= ~among_ties
    if differ.any():
        first = int(np.flatnonzero(differ)[0])
        raise MismatchError(
            f"{int(differ.sum())} of {len(columns)} lists differ from those of {name}, first in row {first}: "
            f"{columns[first].tolist()} with {scores[first].round(7).tolist()} against "
            f"{other_columns[first].tolist()} with {other_scores[first].round(7).tolist()}."
        )
    say(
        f"  the lists of {name} are ours: {exact} of {len(columns)} film by film, the others but for ties"
        + f" ({among_ties.sum()} of neighbours)" * bool(among_ties.any())
    )


def run(name: str, folder: Path, *options: str, own: bool = False, **settings: str) -> dict[str, float]:
    """cpu_seconds and megabytes of one side over the ratings in the folder, in a process of its own; its lists are in {name}.npz."""
    script = Path(peers.__file__).with_name("neighbour_lists.py")
    program = [sys.executable, "-m", "bench.own_lists"] if own else [str(peers.PYTHON), str(script), name]
    files = [str(folder / "ratings.npz"), str(folder / f"{name}.npz")]
    command = [*program, *files, *options]
    done = subprocess.run(command, env=plain_environment(**settings), stdout=subprocess.PIPE, text=True, check=True)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def read(file: Path) -> Lists:
    """Columns and scores that a side has kept."""
    made = np.load(file)
    return made["columns"], made["scores"]
