"""Copies on this machine of what lies far away: made once, whole or not at all, by one of several processes while the others wait."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

BEGUN = "~"  # ends the name of a folder that is being filled, and begins that of the lock; no copy has it in its name


def make_once(copy: Path, fill: Callable[[Path], None]) -> bool:
    """See to it that the folder is there, and whether it had to be made. fill: puts everything into the empty folder it is given.

    What a process that was killed had begun beside it is thrown away. OSError of the disk is the caller's, and whatever `fill` raises.
    """
    copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (copy.parent / f"{BEGUN}lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if copy.is_dir():
            return False
        for begun in copy.parent.glob(f"*{BEGUN}"):
            shutil.rmtree(begun, ignore_errors=True)
        room = copy.with_name(copy.name + BEGUN)
        try:
            room.mkdir(mode=0o700)
            fill(room)
            room.rename(copy)
        finally:
            shutil.rmtree(room, ignore_errors=True)
    return True


def made(folder: Path, beginning: str = "") -> list[Path]:
    """The whole copies in a folder whose names begin so, the one made last at the end; none where there is no such folder."""
    whole = [path for path in folder.glob(f"{beginning}*") if BEGUN not in path.name and path.is_dir()]
    return sorted(whole, key=lambda path: path.stat().st_mtime)
