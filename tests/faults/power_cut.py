"""Power cuts, replayed: what the disk may hold after one, at any moment, and whether every acknowledged rating is still there.

    python -m tests.faults.power_cut --states 900              a store as it is: nothing may be lost
    python -m tests.faults.power_cut --states 900 --planted    synchronous=NORMAL planted: something must be lost

A writer rates films under strace, from the first opening of the store to its closing. Of that trace a legal state of the disk is built for
a moment chosen by chance: whatever was synced before is there; of what was written since, any part may be, in any order, torn at the
sectors of the disk; names made, changed or taken away since the folder was synced may be or not, the oldest first. Each state is opened
as a site would open it after a power cut, and compared with what had been acknowledged by then.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from recommender.domain import FIRST_OWN_USER_ID, ListRecord, Movie, MovieId, Rating, RecommendedMovie
from recommender.errors import RecommenderError
from recommender.storage.profiles.sqlite import SqliteProfiles

ALICE = FIRST_OWN_USER_ID
STORE = "profiles.sqlite3"
SECTORS = (512, 4096)  # bytes that a disk writes whole or not at all
CALLS = "openat,write,pwrite64,writev,pwritev,ftruncate,fallocate,fsync,fdatasync,rename,renameat,renameat2,link,unlink,unlinkat"
N_THREADS = 4
REPOSITORY = Path(__file__).parents[2]


class Hasty(SqliteProfiles):
    """The planted fault: acknowledges what the disk may not have yet."""

    _synchronous = "NORMAL"


def stars_of(movie_id: int) -> float:
    """What the writer gives a film, so that a rating can be told from another's."""
    return (movie_id % 10 + 1) / 2


def rate_films(folder: Path, n_ratings: int, *, planted: bool) -> None:
    """Rate from some threads at once, say after each that it is acknowledged, and keep a list now and then."""
    profiles = (Hasty if planted else SqliteProfiles)(folder / "disk" / STORE)
    acknowledged = os.open(folder / "acknowledged", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    assert profiles.new_person("digest", shared=False, now=0) == ALICE
    os.write(acknowledged, b"person\n")

    def rate_some(first: int) -> None:
        for movie_id in range(first, n_ratings + 1, N_THREADS):
            rev = profiles.rate(Rating(ALICE, MovieId(movie_id), stars_of(movie_id), 0))
            os.write(acknowledged, b"%d\n" % movie_id)
            if movie_id % 10 == 0:
                line = RecommendedMovie(Movie(MovieId(movie_id), "A film with a long title " * 20), score=1.0)
                profiles.keep_list(ListRecord(ALICE, rev, (line,) * 10, generation=1))

    threads = [threading.Thread(target=rate_some, args=(1 + number,)) for number in range(N_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    profiles.close()


def why_not() -> str | None:
    """Why the proof cannot be made on this machine; None when it can."""
    if shutil.which("strace") is None:
        return "strace is not installed"
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True)
    return f"strace may not trace here: {tried.stderr.strip()}" if tried.returncode else None


def trace(folder: Path, n_ratings: int, *, planted: bool) -> list[Call]:
    """What the writer asked of the system, in order."""
    (folder / "disk").mkdir()
    writer = [sys.executable, "-m", "tests.faults.power_cut", "--write", str(folder), "--ratings", str(n_ratings), *["--planted"] * planted]
    strace = ["strace", "-f", "-qq", "-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}", "-o", str(folder / "trace")]
    subprocess.run([*strace, *writer], check=True, cwd=REPOSITORY)
    return list(_calls((folder / "trace").read_text().splitlines()))


@dataclass(frozen=True)
class Call:
    """A call that succeeded. begun, ended: lines of the trace, which give its place in time."""

    begun: int
    ended: int
    name: str
    arguments: str

    def paths(self) -> list[str]:
        """Every path in the arguments: of descriptors in <>, and of names in quotes unless what is quoted is data."""
        quotes = ("<", ">") if "write" in self.name else ('[<"]', '[>"]')
        return [os.fsdecode(_bytes(path)) for path in re.findall(r"((?:\\x[0-9a-f]{2})+)".join(quotes), self.arguments)]

    def data(self) -> bytes:
        """The one text among the arguments."""
        return _bytes(re.findall(r'"((?:\\x[0-9a-f]{2})*)"', self.arguments)[0])

    def last_number(self) -> int:
        """The last argument."""
        return int(self.arguments.rpartition(",")[2])


def _bytes(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


def _calls(lines: Sequence[str]) -> Iterator[Call]:
    begun: dict[str, tuple[int, str, str]] = {}
    calls = []
    for number, line in enumerate(lines):
        if match := re.fullmatch(r"(\d+) +(\w+)\((.*?),? *<unfinished \.\.\.>", line):
            begun[match[1]] = (number, match[2], match[3])
        elif match := re.fullmatch(r"(\d+) +<\.\.\. \w+ resumed>,? *(.*)\) += (-?\d+).*", line):
            first, name, arguments = begun.pop(match[1])
            if int(match[3]) >= 0:
                calls.append(Call(first, number, name, f"{arguments}, {match[2]}" if match[2] else arguments))
        elif (match := re.fullmatch(r"(\d+) +(\w+)\((.*)\) += (-?\d+).*", line)) and int(match[4]) >= 0:
            calls.append(Call(number, number, match[2], match[3]))
    return iter(sorted(calls, key=lambda call: call.begun))


@dataclass
class File:
    """Changes to its bytes in order, as (call, offset, data), or (call, length, None) for a cut. syncs: of what was changed before."""

    changes: list[tuple[Call, int, bytes | None]] = field(default_factory=list)
    syncs: list[Call] = field(default_factory=list)


@dataclass
class Disk:
    """A folder as a history. names: (call, name, file) in order, file None where the name goes. acknowledged: movie ids, 0 the person."""

    folder: str
    names: list[tuple[Call, str, File | None]] = field(default_factory=list)
    syncs: list[Call] = field(default_factory=list)
    acknowledged: list[tuple[Call, int]] = field(default_factory=list)


def history(calls: Sequence[Call], folder: Path) -> Disk:
    """The calls that touched the store's folder, by file. Shared memory (-shm) does not outlive a power cut and is left out."""
    disk = Disk(str(folder / "disk"))
    now: dict[str, File] = {}

    def inside(path: str) -> str | None:
        parent, _, name = path.rpartition("/")
        return name if parent == disk.folder and not name.endswith("-shm") else None

    for call in calls:
        paths = [path for path in call.paths() if path.startswith(disk.folder)]
        match call.name:
            case "openat" if "O_CREAT" in call.arguments and (name := inside(call.paths()[-1])) and name not in now:
                now[name] = File()
                disk.names.append((call, name, now[name]))
            case "pwrite64" if name := inside(call.paths()[0]):
                now[name].changes.append((call, call.last_number(), call.data()))
            case "ftruncate" if name := inside(call.paths()[0]):
                now[name].changes.append((call, call.last_number(), None))
            case "fsync" | "fdatasync" if paths == [disk.folder]:
                disk.syncs.append(call)
            case "fsync" | "fdatasync" if name := inside(call.paths()[0]):
                now[name].syncs.append(call)
            case "rename" if len(paths) == 2 and (old := inside(paths[0])) and (new := inside(paths[1])):
                now[new] = now.pop(old)
                disk.names.append((call, f"{old}\0{new}", now[new]))
            case "unlink" if paths and (name := inside(paths[0])):
                del now[name]
                disk.names.append((call, name, None))
            case "write" if call.paths()[0] == str(folder / "acknowledged"):
                word = call.data().decode().strip()
                disk.acknowledged.append((call, 0 if word == "person" else int(word)))
            case _ if call.name != "openat" and any(inside(path) for path in paths):
                raise RuntimeError(f"The replay does not know what {call.name} does to {paths}.")
    return disk


def after_power_cut(disk: Disk, moment: int, rng: random.Random) -> dict[str, bytes]:
    """A legal state of the folder: name to bytes."""
    names = [one for one in disk.names if one[0].begun < moment]
    n_safe = _n_safe([call for call, _, _ in names], disk.syncs, moment)
    there: dict[str, File] = {}
    for _, name, file in names[: rng.choice([n_safe, len(names), rng.randint(n_safe, len(names))])]:
        old, _, new = name.partition("\0")
        if new and file:
            there.pop(old, None)
            there[new] = file
        elif file:
            there[old] = file
        else:
            there.pop(old, None)
    return {name: _content(file, moment, rng) for name, file in there.items()}


def _n_safe(calls: Sequence[Call], syncs: Sequence[Call], moment: int) -> int:
    """How many of the calls had ended before the last completed sync began."""
    begun = max((sync.begun for sync in syncs if sync.ended < moment), default=-1)
    return sum(call.ended < begun for call in calls)


def _content(file: File, moment: int, rng: random.Random) -> bytes:
    changes = [one for one in file.changes if one[0].begun < moment]
    n_safe = _n_safe([call for call, _, _ in changes], file.syncs, moment)
    safe, pending = changes[:n_safe], changes[n_safe:]
    match rng.choice(["none", "all", "first ones", "some", "one missing"]):
        case "none":
            pending = []
        case "first ones":
            pending = pending[: rng.randint(0, len(pending))]
        case "some":
            pending = [one for one in pending if rng.random() < 0.5]
        case "one missing" if pending:
            del pending[rng.randrange(len(pending))]
    torn = rng.choice([0, 0, 0.02, 0.3])  # the part of what is pending that was cut in the middle
    content = bytearray()
    for number, (_, offset, data) in enumerate([*safe, *pending]):
        if data is None:
            del content[offset:]
            content.extend(bytes(offset - len(content)))
            continue
        parts = [(offset, data)]
        if number >= n_safe and rng.random() < torn:
            parts = [part for part in _sectors(offset, data, rng.choice(SECTORS)) if rng.random() < 0.5]
        for start, part in parts:
            content.extend(bytes(max(0, start - len(content))))
            content[start : start + len(part)] = part
    return bytes(content)


def _sectors(offset: int, data: bytes, size: int) -> list[tuple[int, bytes]]:
    edges = [0, *range(size - offset % size, len(data), size), len(data)]
    return [(offset + start, data[start:end]) for start, end in itertools.pairwise(edges)]


@dataclass
class Verdict:
    """How many states were looked at, in how many an acknowledged rating was missing, and what else was wrong."""

    n_states: int = 0
    n_with_losses: int = 0
    most_lost: int = 0
    damaged: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lost = f"{self.n_with_losses} with acknowledged ratings lost (at most {self.most_lost})"
        return "\n".join([f"{self.n_states} states of the disk: {lost}, {len(self.damaged)} damaged", *self.damaged[:10]])


def prove(n_states: int, *, n_ratings: int = 1500, planted: bool = False, seed: int = 580) -> Verdict:
    """Trace once, then look at so many states."""
    rng, verdict = random.Random(seed), Verdict()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        calls = trace(folder, n_ratings, planted=planted)
        disk = history(calls, folder)
        assert len(disk.acknowledged) == n_ratings + 1, "the trace is not whole"
        assert [file for _, _, file in disk.names if file and file.changes], "the trace shows no writes"
        first, last = disk.names[0][0].begun, calls[-1].ended + 1
        for number in range(n_states):
            moment = rng.randint(first, last)
            state = folder / "state"
            state.mkdir()
            for file, content in after_power_cut(disk, moment, rng).items():
                (state / file).write_bytes(content)
            acknowledged = [movie_id for call, movie_id in disk.acknowledged if call.begun < moment]
            verdict.n_states += 1
            try:
                n_lost = _n_lost(state / STORE, acknowledged)
            except (RecommenderError, AssertionError, apsw.Error) as error:
                verdict.damaged.append(f"state {number}, line {moment} of the trace: {error}")
            else:
                verdict.n_with_losses += n_lost > 0
                verdict.most_lost = max(verdict.most_lost, n_lost)
            shutil.rmtree(state)
    return verdict


def _n_lost(path: Path, acknowledged: Sequence[int]) -> int:
    """How many acknowledged ratings are not there; AssertionError if anything is there that never was."""
    profiles = SqliteProfiles(path)
    try:
        opinions, kept = profiles.opinions(ALICE), profiles.list_of(ALICE)
        person = profiles.has_person(ALICE)
    finally:
        profiles.close()
    connection = apsw.Connection(str(path))
    found = connection.pragma("integrity_check")
    connection.close()
    assert found == "ok", found
    stars = {rating.movie_id: rating.stars for rating in opinions.ratings}
    assert stars == {movie_id: stars_of(movie_id) for movie_id in stars}, "a rating has other stars"
    assert opinions.rev == len(stars), f"{len(stars)} ratings at revision {opinions.rev}"
    assert kept is None or kept.movies is None or kept.movies[0].movie.movie_id in stars, "a list of a rating that is not there"
    return sum(not person if movie_id == 0 else movie_id not in stars for movie_id in acknowledged)


def main() -> None:
    """The long form."""
    parser = argparse.ArgumentParser(description="Replays power cuts on the profile store.")
    parser.add_argument("--states", type=int, default=900, help="states of the disk to look at")
    parser.add_argument("--ratings", type=int, default=3000, help="ratings in the trace")
    parser.add_argument("--planted", action="store_true", help="plant synchronous=NORMAL, which must lose some")
    parser.add_argument("--seed", type=int, default=580)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write:
        rate_films(asked.write, asked.ratings, planted=asked.planted)
        return
    if reason := why_not():
        sys.exit(f"This proof cannot be made here: {reason}.")
    verdict = prove(asked.states, n_ratings=asked.ratings, planted=asked.planted, seed=asked.seed)
    print(verdict)
    holds = not verdict.damaged and (verdict.n_with_losses > 0) == asked.planted
    print("as it should be" if holds else "NOT as it should be")
    sys.exit(not holds)


if __name__ == "__main__":
    main()
