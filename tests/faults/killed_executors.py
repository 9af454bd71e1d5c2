"""kill -9 of Spark's executors in the middle of a batch: is every list still there, and the same to the last bit?

python -m tests.faults.killed_executors --kills 6                 lists of everybody, into a folder: all of them, byte by byte
python -m tests.faults.killed_executors --kills 2 --planted       a task that takes what it began before for done: some must be lost
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from recommender.data.movielens import read_data_set
from tests.faults.planting import sitecustomize
from tests.recommender.cli.commands import write_data_set
from tests.spark_cluster import MATINEE, SHORT_LIVED, Standalone, standalone, what_is_missing
from tests.worlds import random_ratings

N_PARTS = 64
# Between two kills, so that no task is killed four times, which a batch does not promise to survive: a wave is four tasks of 8 files
# each, and three times 9 files are more than the other three have.
FILES_BETWEEN_KILLS = 9
# A second attempt finds that the first has begun, and believes that it is done.
FORGETFUL = """
import recommender.on_spark.cluster as cluster
whole = cluster._put
def forgetful(shipment, job, place, task):
    from pyspark import TaskContext
    return whole(shipment, job, place, task) if TaskContext.get().attemptNumber() == 0 else []
cluster._put = forgetful
"""


@dataclass
class Verdict:
    """killed: executors. n_files: of the whole result. missing, different: files that are not there, or not what one machine makes."""

    killed: list[int] = field(default_factory=list)
    n_files: int = 0
    missing: list[str] = field(default_factory=list)
    different: list[str] = field(default_factory=list)
    ended: int = 0
    said: str = ""

    @property
    def is_whole(self) -> bool:
        return not (self.missing or self.different or self.ended)


def killed_executors(
    cluster: Standalone, data: Path, folder: Path, *, kills: int, recipe: str = "user-cosine", planted: bool = False
) -> Verdict:
    """Everybody's lists by one machine and by the cluster, while so many executors are killed at work."""
    here, there = folder / "here", folder / "there"
    arguments = ["batch", "--data", str(data), "--recipe", recipe, "-n", "25", "--parts", str(N_PARTS), "--output"]
    environment = {**os.environ, **SHORT_LIVED, "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([MATINEE, *arguments, f"{here}/"], check=True, env=environment, capture_output=True)
    if planted:
        (folder / "planted").mkdir()
        (folder / "planted" / "sitecustomize.py").write_text(sitecustomize(FORGETFUL))
        environment["PYTHONPATH"] = str(folder / "planted")
    command = [MATINEE, *arguments, f"{there}/", "--engine", "spark", "--master", cluster.master]
    verdict, wanted = Verdict(), 0
    with (folder / "said").open("w+") as said:
        running = subprocess.Popen(command, env=environment, stdout=said, stderr=subprocess.STDOUT)
        while running.poll() is None:
            n_files = len(list(folder.glob(f".{there.name}~*/part-*")))
            if len(verdict.killed) < kills and n_files >= wanted and (executor := cluster.kill_an_executor()):
                verdict.killed.append(executor)
                wanted = n_files + FILES_BETWEEN_KILLS
            time.sleep(0.05)
        verdict.ended = running.returncode
        said.seek(0)
        verdict.said = said.read()
    expected = {path.name: path.read_bytes() for path in here.iterdir()}
    found = {path.name: path.read_bytes() for path in there.iterdir()} if there.exists() else {}
    verdict.n_files = len(expected)
    verdict.missing = sorted(expected.keys() - found.keys())
    verdict.different = sorted(name for name in expected.keys() & found.keys() if expected[name] != found[name])
    return verdict


def a_world(folder: Path, *, n_users: int) -> Path:
    """Ratings without sense, of so many people: enough for some seconds' work."""
    return write_data_set(folder, random_ratings(np.random.default_rng(580), n_users=n_users, n_movies=900, share=0.06), n_movies=900)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--data", type=Path, help="a data set; a made-up one of 3,000 people unless one is named")
    parser.add_argument("--recipe", default="user-cosine")
    parser.add_argument("--planted", action="store_true")
    options = parser.parse_args()
    if missing := what_is_missing():
        sys.exit(f"There is {missing}.")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        data = options.data or a_world(folder / "world", n_users=3_000)
        with standalone(folder) as cluster:
            verdict = killed_executors(cluster, data, folder, kills=options.kills, recipe=options.recipe, planted=options.planted)
        n_people = len(np.unique(read_data_set(data).ratings.user_ids))
    facts = {"people": n_people, "files": verdict.n_files, "killed": len(verdict.killed), "ended": verdict.ended}
    print(json.dumps({**facts, "missing": len(verdict.missing), "different": len(verdict.different)}))
    if options.planted:
        sys.exit(0 if verdict.killed and not verdict.is_whole else "The planted loss was not seen.")
    if len(verdict.killed) < options.kills:
        sys.exit(f"Only {len(verdict.killed)} executors could be killed; name larger --data.\n{verdict.said}")
    sys.exit(0 if verdict.is_whole else f"Lists were lost or changed.\n{verdict.said}")


if __name__ == "__main__":
    main()
