"""The folder that the workers of one web server share: each counts into files of its own, and whoever is asked reads them all.

It lies in memory where there is such a place, so that a full disk keeps nobody from counting, and it ends with the server. The server's
own process uses this module before any worker is there, so it needs nothing but the standard library.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client looks for it when it is imported
IN_MEMORY = Path("/dev/shm")  # noqa: S108  the folder made there is for its owner alone
NAME = "matinee-{user}-{pid}"
RINGS, OF_THE_LIVING, OF_THE_DEAD = "minutes_", ".ring", ".ended"
SECONDS_KEPT = 2 * 3600  # the minutes of a dead worker; the last hour of them is read


def begin() -> None:
    """Give the server that this process is an empty folder, and name it in the environment of its workers.

    What servers left that were killed is taken away. A folder that the environment names already, as a service's may, is emptied and used.
    """
    given = os.environ.get(VARIABLE, "")
    folder = Path(given) if given and not _is_of_a_server(Path(given)) else _own_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.suffix in (".db", OF_THE_LIVING, OF_THE_DEAD):
            path.unlink()
    _take_away_what_dead_servers_left()
    os.environ[VARIABLE] = str(folder)


def shared() -> Path | None:
    """The folder of the server that this process works for; None where it works alone."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def mark_dead(pid: int) -> None:
    """A worker has ended: its minutes say so from now on, and go when nobody reads them any more. Its totals stay to the server's end."""
    folder = shared()
    if folder is None:
        return
    for path in folder.glob(f"{RINGS}{pid}_*{OF_THE_LIVING}"):
        os.utime(path)
        path.rename(path.with_suffix(OF_THE_DEAD))
    for path in folder.glob(f"{RINGS}*{OF_THE_DEAD}"):
        if time.time() - path.stat().st_mtime > SECONDS_KEPT:
            path.unlink()


def end() -> None:
    """Take the folder away, if it is the one that this process made."""
    if os.environ.get(VARIABLE) == str(_own_folder()):
        shutil.rmtree(_own_folder(), ignore_errors=True)


def _own_folder() -> Path:
    place = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    return place / NAME.format(user=os.getuid(), pid=os.getpid())


def _is_of_a_server(folder: Path) -> bool:
    """Whether the name is one that we give: a server that takes over from another inherits its environment, not its folder."""
    return re.fullmatch(NAME.format(user=r"\d+", pid=r"\d+"), folder.name) is not None


def _take_away_what_dead_servers_left() -> None:
    for folder in _own_folder().parent.glob(NAME.format(user=os.getuid(), pid="*")):
        with suppress(OSError, ValueError):
            if _is_dead(int(folder.name.rpartition("-")[2])) and folder.lstat().st_uid == os.getuid():
                shutil.rmtree(folder)


def _is_dead(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # somebody else's, and there
    return False
