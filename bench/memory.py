"""What a worker takes of memory, beside ratings that every process reads for itself, as pickles of scipy's matrices are."""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import numpy as np

from bench import site, version
from bench.client import Client, request
from bench.figures import Figure, MismatchError, say
from bench.machine import plain_environment
from recommender import publication
from recommender.storage.blobs.folder import FolderBlobs
from recommender.storage.profiles import open_profiles

WORKERS = 4
MOST = 90.0  # MB of a worker, what it shares counted by its part
AT_ONCE = 16  # connections, dealt out over the workers
FILMS = 500  # well-known ones, of which people rate some
RATED = 12  # films by each person

# Reads both matrices, multiplies once by each, says so, and stays until its input ends.
PEER = """
import pickle, sys
import numpy as np, scipy.sparse
with open(sys.argv[1], "rb") as file:
    by_row, by_column = pickle.load(file)
(by_row @ np.ones(by_row.shape[1], dtype=np.float32)).sum(), (by_column.T @ np.ones(by_column.shape[0], dtype=np.float32)).sum()
print("ready", flush=True)
sys.stdin.read()
"""


def measure(shape: str, folder: Path, *, people: int = 200) -> list[Figure]:
    """Four workers after so many people have rated, read their list, and viewers of the data have read theirs; then the peer."""
    say(f"memory: {WORKERS} workers on synthetic-{shape}; {people} people rate {RATED} films each, as many viewers read their list")
    blobs = version.publish(shape, folder)
    ours = _of_workers(folder, people)
    theirs = _of_peers(folder, blobs)
    for name, each in (("a worker", ours), ("a process with the pickle", theirs)):
        for memory in each:
            say(f"  {name:<26} " + "  ".join(f"{kind} {megabytes:6.1f} MB" for kind, megabytes in memory.items()))
    most = MOST if shape == "25m" else None
    mine, peer = (max(memory["Pss"] for memory in each) for each in (ours, theirs))
    return [
        Figure(f"memory of the biggest of {WORKERS} workers (PSS), {shape}", mine, most, "MB", "limit"),
        Figure("the same against pickled matrices of scipy", mine, peer, "MB", "scipy, float32, by row and by column", None),
    ]


def _of_workers(folder: Path, people: int) -> list[dict[str, float]]:
    with site.published(folder, WORKERS) as server:
        profiles = open_profiles(server.environment["MATINEE_PROFILES_URL"])
        tokens = [f"token-{at}" for at in range(people)]
        numbers = [profiles.new_person(hashlib.sha256(token.encode()).hexdigest(), shared=False, now=0) for token in tokens]
        profiles.close()
        n_viewers, films = _facts(folder)
        failures: list[str] = []

        def ask(mine: slice, seed: int) -> None:
            rng = np.random.default_rng(seed)
            for number, token in list(zip(numbers, tokens, strict=True))[mine]:
                with Client(server.port) as client:  # anew, so that whichever worker is free takes it
                    for film in rng.choice(films, RATED, replace=False).tolist():
                        body = {"rating": int(rng.integers(1, 11)) / 2}
                        _check(client, request("PUT", f"/api/v1/users/{number}/ratings/{film}", token=token, body=body), failures)
                    _check(client, request("GET", f"/api/v1/users/{number}/recommendations?n=10", token=token), failures)
                    _check(client, request("GET", f"/api/v1/users/{rng.integers(1, n_viewers + 1)}/recommendations?n=10"), failures)
                    _check(client, request("GET", f"/api/v1/movies?q=film+{rng.integers(1, 1000)}"), failures)

        threads = [Thread(target=ask, args=(slice(at, None, AT_ONCE), at)) for at in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise MismatchError(failures[0])
        return [of_process(pid) for pid in server.workers()]


def _facts(folder: Path) -> tuple[int, list[int]]:
    """How many viewers there are and the numbers of films rated most, by a process that has gone when memory is looked at: it maps, too."""
    program = (
        "import sys, numpy as np; from pathlib import Path; from recommender import publication as p; "
        "from recommender.storage.blobs.folder import FolderBlobs as F; m = p.InForce(F(Path(sys.argv[1]))).published().matrix; "
        f"print(m.n_users, *m.movie_ids[np.argsort(-m.raters, kind='stable')[:{FILMS}]])"
    )
    found = subprocess.run([sys.executable, "-c", program, str(folder / "blobs")], cwd=site.ROOT, stdout=subprocess.PIPE, check=True).stdout
    n_viewers, *films = map(int, found.split())
    return n_viewers, films


def _check(client: Client, message: bytes, failures: list[str]) -> None:
    answer = client.send(message)
    if answer.status != 200:
        failures.append(f"{message.splitlines()[0].decode()} was answered by {answer.status} {answer.body.decode()[:300]}.")


def _of_peers(folder: Path, blobs: FolderBlobs) -> list[dict[str, float]]:
    import scipy.sparse as sp

    pointer, _ = publication.read_pointer(blobs)
    assert pointer is not None
    matrix = publication.load(blobs, pointer).matrix
    by_row = sp.csr_matrix(
        (matrix.half_stars.astype(np.float32) / 2, matrix.columns, matrix.row_starts), shape=(matrix.n_users, matrix.n_movies)
    )
    file = folder / "matrices.pickle"
    with file.open("wb") as output:
        pickle.dump((by_row, by_row.tocsc()), output, protocol=pickle.HIGHEST_PROTOCOL)
    del by_row, matrix
    with _peers(file) as pids:
        found = [of_process(pid) for pid in pids]
    file.unlink()
    return found


@contextmanager
def _peers(file: Path) -> Iterator[list[int]]:
    processes = []
    try:
        for _ in range(WORKERS):
            command = [sys.executable, "-c", PEER, str(file)]
            processes.append(subprocess.Popen(command, env=plain_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == b"ready\n"
        time.sleep(0.5)
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            process.communicate()


def of_process(pid: int) -> dict[str, float]:
    """Megabytes of /proc/PID/smaps_rollup: Pss, of that memory of its own and files; what nobody else has; what others have too."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    said = {name: int(value.split()[0]) * 1024 / 1e6 for name, _, value in (line.partition(":") for line in lines)}
    return {
        "Pss": said["Pss"],
        "Pss_Anon": said["Pss_Anon"],
        "Pss_File": said["Pss_File"],
        "private": said["Private_Clean"] + said["Private_Dirty"],
        "shared": said["Shared_Clean"] + said["Shared_Dirty"],
    }
