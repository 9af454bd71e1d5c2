"""The folder that the workers of a web server share: each counts into files of its own, and whoever is asked reads them all.

It lies in memory where there is such a place, so that a full disk keeps nobody from counting, and it ends with the server. Several servers
of one machine share a folder that the environment names. The server's own process uses this module before any worker is there, so it needs
nothing but the standard library.
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
SERVERS, RINGS, OF_THE_LIVING, OF_THE_DEAD = "server_", "minutes_", ".ring", ".ended"
# Names of files, with the process that wrote them.
COUNTS = re.compile(r"(?:counter|histogram|minutes|server)_(\d+)(?:_\d+)?(?:\.db|\.ring|\.ended)?")
SECONDS_KEPT = 2 * 3600  # the minutes of a dead worker; the last hour of them is read


def begin() -> None:
    """Give the server that this process is a folder, and name it in the environment of its workers.

    It is empty, unless the environment names one in which other servers count: totals that lost a part would look like many new requests.
    What servers left that were killed is taken away.
    """
    given = os.environ.get(VARIABLE, "")
    folder = Path(given) if given and not _is_of_a_server(Path(given)) else _own_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = {path: int(found[1]) for path in folder.iterdir() if (found := COUNTS.fullmatch(path.name))}
    is_shared = any(not is_dead(pid) for pid in written.values())
    for path, pid in written.items():
        if not is_shared or (path.name.startswith(SERVERS) and is_dead(pid)):
            path.unlink(missing_ok=True)
    _take_away_what_dead_servers_left()
    (folder / f"{SERVERS}{os.getpid()}").touch()
    os.environ[VARIABLE] = str(folder)
    mark_dead()


def shared() -> Path | None:
    """The folder of the server that this process works for; None where it works alone."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def n_servers() -> int:
    """How many servers count in the shared folder, those included that were killed and have not come back."""
    folder = shared()
    return sum(1 for _ in folder.glob(f"{SERVERS}*")) if folder else 1


def mark_dead(*pids: int) -> None:
    """These workers have ended, and all that are not there: their minutes say so, and go when nobody reads them. Their totals stay."""
    folder = shared()
    if folder is None:
        return
    for path in folder.glob(f"{RINGS}*{OF_THE_LIVING}"):
        pid = int(path.name.split("_")[1])
        if pid in pids or is_dead(pid):
            with suppress(FileNotFoundError):  # another server has seen it too
                os.utime(path)
                path.rename(path.with_suffix(OF_THE_DEAD))
    for path in folder.glob(f"{RINGS}*{OF_THE_DEAD}"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > SECONDS_KEPT:
                path.unlink()


def end() -> None:
    """The server counts no more; the folder goes, if it is the one that this process made."""
    folder = shared()
    if folder is None:
        return
    (folder / f"{SERVERS}{os.getpid()}").unlink(missing_ok=True)
    if folder == _own_folder():
        shutil.rmtree(folder, ignore_errors=True)


def _own_folder() -> Path:
    place = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    return place / NAME.format(user=os.getuid(), pid=os.getpid())


def _is_of_a_server(folder: Path) -> bool:
    """Whether the name is one that we give: a server that takes over from another inherits its environment, not its folder."""
    return re.fullmatch(NAME.format(user=r"\d+", pid=r"\d+"), folder.name) is not None


def _take_away_what_dead_servers_left() -> None:
    for folder in _own_folder().parent.glob(NAME.format(user=os.getuid(), pid="*")):
        with suppress(OSError, ValueError):
            if is_dead(int(folder.name.rpartition("-")[2])) and folder.lstat().st_uid == os.getuid():
                shutil.rmtree(folder)


def is_dead(pid: int) -> bool:
    """Whether there is certainly no such process on this machine."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False  # somebody else's, and there
    return False
