"""What was asked of this machine, by five minutes and month by month: counts in files that outlive the processes which count.

Each process counts in a file of its own, mapped into memory: a word for each count of each five minutes of a month. Counting adds to it,
so it waits for nobody; a process that is killed has lost nothing, since the words are the system's; a power cut takes what the system has
not written yet, half a minute at most on Linux. A file is locked while somebody counts in it, and the next process goes on in one that is
free: there are as many as processes that ever counted at once. There are numbers in them and nothing else: no person, no film, no address.
"""

from __future__ import annotations

import fcntl
import logging
import mmap
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import add
from pathlib import Path
from threading import Lock

from recommender.costs.months import BUCKET, Month, month_of

log = logging.getLogger(__name__)

# requests: lists that were asked for; events: what people said of films; trainings, and the seconds that they took.
COUNTS = ("requests", "events", "trainings", "seconds")
WIDTH = len(COUNTS)  # words of five minutes
HEAD = 8  # words: the mark below, the start of the month, when counting began; seconds since 1970
MARK = 0x3146464152544D01  # a file of this form, and of this machine's order of bytes
MOST_FILES = 512  # of a month; processes beyond count in memory alone
SUFFIX = ".counts"


class Traffic:
    """The counts of this process; kept in the folder, or forgotten with the process where there is none."""

    def __init__(self, folder: Path | None, *, now: Callable[[], float] = time.time) -> None:
        """folder: is made by the first count."""
        self._folder, self._now, self._adding = folder, now, Lock()
        self._file = -1
        self._month: Month | None = None
        self._words = memoryview(b"")
        self._bucket = self._start = -1  # the five minutes counted last, since 1970, and where their words begin
        self._is_kept = False

    def add(self, name: str, n: int = 1) -> None:
        """So many more of COUNTS. Never an error: what cannot be kept is counted in memory, and the log says so."""
        with self._adding:
            place = self._place() + COUNTS.index(name)  # which may turn to another file
            self._words[place] += n

    def close(self) -> None:
        """The file is free for others."""
        with self._adding:
            self._let_go()

    def _place(self) -> int:
        seconds = self._now()
        bucket = int(seconds) // BUCKET
        if bucket != self._bucket:
            month = month_of(seconds)
            if month != self._month or not self._is_kept:
                self._turn_to(month)
            self._bucket, self._start = bucket, HEAD + month.bucket_of(seconds) * WIDTH
        return self._start

    def _turn_to(self, month: Month) -> None:
        """Count in a file of that month from now on; what memory alone has of it is added there."""
        before = self._words if self._month == month and not self._is_kept else None
        self._let_go()
        opened = _opened(self._folder / str(month), month, int(self._now())) if self._folder else None
        self._is_kept = opened is not None or self._folder is None
        self._file, self._words = opened or (-1, memoryview(bytearray(_size(month))).cast("Q"))
        self._month = month
        if before is not None:
            for place in range(HEAD, len(before)):
                self._words[place] += before[place]

    def _let_go(self) -> None:
        self._words, self._month, self._bucket = memoryview(b""), None, -1
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in a month, over all processes. since: when counting began in it, seconds since 1970; None where nothing was.

    requests, events, trainings, seconds: a number for each five minutes of the month.
    """

    month: Month
    since: int | None
    requests: tuple[int, ...]
    events: tuple[int, ...]
    trainings: tuple[int, ...]
    seconds: tuple[int, ...]


def counted(folder: Path, month: Month) -> Counted:
    """The counts of that month; a file that is none of ours is left out, and the log says so."""
    files = [words for path in _files(folder / str(month)) if (words := _read(path, month)) is not None]
    sums = []
    for place in range(WIDTH):
        total: Iterable[int] = [0] * month.n_buckets
        for words in files:
            total = map(add, total, words[HEAD + place :: WIDTH].tolist())
        sums.append(tuple(total))
    began = min((words[2] for words in files), default=None)
    if any(str(month) > earlier for earlier in _months(folder)):
        began = month.begins_at
    return Counted(month, began, *sums)


def months_counted(folder: Path) -> tuple[Month, ...]:
    """The months of which there are counts, newest first."""
    return tuple(Month(int(name[:4]), int(name[5:])) for name in sorted(_months(folder), reverse=True))


def _months(folder: Path) -> list[str]:
    return [path.parent.name for path in folder.glob(f"[0-9][0-9][0-9][0-9]-[0-9][0-9]/0{SUFFIX}")]


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))


def _size(month: Month) -> int:
    """Bytes of a file."""
    return 8 * (HEAD + WIDTH * month.n_buckets)


def _opened(folder: Path, month: Month, now: int) -> tuple[int, memoryview] | None:
    """The first file of the month that nobody counts in, locked and mapped; None where there can be none."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(MOST_FILES):
            found = _taken(folder / f"{number}{SUFFIX}", month, now)
            if found is not None:
                return found
        log.warning("requests are counted in memory alone folder=%s reason=%s", folder, f"{MOST_FILES} processes count there")
    except OSError as error:
        log.warning("requests are counted in memory alone folder=%s reason=%s", folder, error.strerror)
    return None


def _taken(path: Path, month: Month, now: int) -> tuple[int, memoryview] | None:
    """The file, if it is free and of our form; OSError where it cannot be had."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except (PermissionError, IsADirectoryError):
        if path.exists():
            return None  # somebody else's, as of a command that was run by another user
        raise
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        size = os.fstat(file).st_size
        if size < _size(month) and not os.pread(file, 8, 0).strip(b"\0"):
            os.posix_fallocate(file, 0, _size(month))  # room that is there now, since a page that cannot be had later ends the process
        elif size != _size(month):
            raise BlockingIOError  # none of ours: left as it is
        words = memoryview(mmap.mmap(file, _size(month))).cast("Q")
        if words[0] == 0:
            words[1], words[2] = month.begins_at, now
            words[0] = MARK  # last, so that a file without its head is no file
        elif words[0] != MARK or words[1] != month.begins_at:
            raise BlockingIOError
    except BlockingIOError:
        os.close(file)
        return None
    except OSError:
        os.close(file)
        raise
    return file, words


def _read(path: Path, month: Month) -> memoryview | None:
    try:
        data = path.read_bytes()
    except OSError as error:
        log.warning("counts left out file=%s reason=%s", path, error.strerror)
        return None
    words = memoryview(data).cast("Q") if len(data) == _size(month) else None
    if words is None or words[0] != MARK or words[1] != month.begins_at:
        if data.strip(b"\0"):
            log.warning("counts left out file=%s reason=%s", path, "it is no file of counts")
        return None
    return words
