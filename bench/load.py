"""25 million ratings from CSV to a published model, in seconds and memory, and their reading beside pandas alone on the same file.

python -m bench.load [FOLDER]      a folder with ratings.csv and movies.csv; without it one is made and removed again
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figure, MismatchError, say, table
from bench.machine import plain_environment, provenance
from bench.synthetic import write_data_set

MOST_SECONDS = 90.0
MOST_SECONDS_PUBLISHED = 120.0
MOST_GIB = 2.5

# Each side has a process of its own, whose peak of memory is its alone.
_OURS = """
data = read_data_set(sys.argv[1])
ratings, half_stars, users = len(data.ratings), int(data.ratings.half_stars.sum()), int(data.ratings.user_ids.sum(dtype="int64"))
"""
_PANDAS = """
frame = pd.read_csv(sys.argv[1] + "/ratings.csv")
ratings, half_stars, users = len(frame), int((frame["rating"] * 2).sum()), int(frame["userId"].sum())
"""
_BEFORE = """
import json, resource, sys, time
import pandas as pd
from recommender.data.movielens import read_data_set
began = time.perf_counter()
"""
_AFTER = """
seconds, gib = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(json.dumps({"read": [ratings, half_stars, users], "seconds": seconds, "gib": gib}))
"""


def figures(folder: Path) -> list[Figure]:
    """Our reader against its limits and against pandas.read_csv, which checks nothing; MismatchError when they read unlike numbers.

    Then `matinee train` into a new store, with the gate and all, until the model is in force.
    """
    ours, pandas = _measured(_OURS, folder), _measured(_PANDAS, folder)
    if ours["read"] != pandas["read"]:
        raise MismatchError(f"we read {ours['read']} ratings, half stars and users, pandas {pandas['read']}")
    what = f"read and check {ours['read'][0]:,} ratings"
    trained = _trained(folder)
    published = f"{ours['read'][0]:,} ratings from CSV to a published model"
    return [
        Figure(published, trained["seconds"], MOST_SECONDS_PUBLISHED, "s", "the limit"),
        Figure(f"{published}, processor time", trained["cpu"], None, "s", ""),
        Figure(f"{published}, peak memory", trained["gib"], MOST_GIB, "GiB", "the limit"),
        Figure(what, ours["seconds"], MOST_SECONDS, "s", "the limit"),
        Figure(f"{what}, peak memory", ours["gib"], MOST_GIB, "GiB", "the limit"),
        Figure(what, ours["seconds"], pandas["seconds"], "s", "pandas.read_csv, unchecked", None),
        Figure(f"{what}, peak memory", ours["gib"], pandas["gib"], "GiB", "pandas.read_csv, unchecked", None),
    ]


def _trained(folder: Path) -> dict[str, float]:
    """Seconds, processor seconds and the peak of memory of the command itself; it measures no other recipes after it has published."""
    command = [str(Path(sys.executable).with_name("matinee")), "train", "--data", str(folder), "--recipe", "user-cosine", "--if-needed"]
    with tempfile.TemporaryDirectory() as var:
        places = {"MATINEE_PROFILES_URL": f"sqlite://{var}/matinee.sqlite3", "MATINEE_BLOBS_URL": f"file://{var}/blobs"}
        folders = {"MATINEE_CACHE_FOLDER": f"{var}/cache", "MATINEE_TRAFFIC_FOLDER": f"{var}/traffic"}
        began = time.perf_counter()
        process = subprocess.Popen(command, env={**plain_environment(), **places, **folders}, stderr=subprocess.PIPE, text=True)
        told = process.stderr.read() if process.stderr else ""
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise MismatchError(f"matinee train ended with {process.returncode}: {told}")
    say("\n".join(f"  {line}" for line in told.splitlines()))
    return {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "gib": used.ru_maxrss / 2**20}


def _measured(code: str, folder: Path) -> dict:
    command = [sys.executable, "-c", _BEFORE + code + _AFTER, str(folder)]
    return json.loads(subprocess.run(command, env=plain_environment(), check=True, capture_output=True, text=True).stdout)


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as made:
        say("\n".join(provenance()))
        folder = Path(arguments[0]) if arguments else write_data_set("25m", Path(made) / "25m")
        say(table(figures(folder)))


if __name__ == "__main__":
    main(sys.argv[1:])
