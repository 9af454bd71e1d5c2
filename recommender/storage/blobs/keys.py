"""Keys of blobs: what they may look like, and which files may be published under them."""

from __future__ import annotations

import re
from pathlib import Path

from recommender.errors import InvalidInputError, StorageError

PART = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)


def check_key(key: str) -> str:
    """The key itself; InvalidInputError for one outside the alphabet, empty, absolute, or with a part ``.`` or ``..``."""
    if not all(PART.fullmatch(part) and part not in (".", "..") for part in key.split("/")):
        raise InvalidInputError("blob key", key, "a relative path of letters, digits and ._- joined by /")
    return key


def check_prefix(prefix: str) -> None:
    """InvalidInputError for what no key can begin with; empty is the beginning of all."""
    above, _, beginning = prefix.rpartition("/")
    if above or prefix.startswith("/"):
        check_key(above)
    if beginning and not PART.fullmatch(beginning):
        raise InvalidInputError("blob prefix", prefix, "the beginning of a key")


def check_contents(folder: Path) -> list[str]:
    """The names of all files below the folder, ascending; StorageError unless there are some, all of them plain, with names that fit."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    if not folder.is_dir():
        raise StorageError(f"{folder} cannot be published: it is no folder.")
    if not names:
        raise StorageError(f"{folder} cannot be published: there is no file in it.")
    for name in names:
        check_key(name)
        if (folder / name).is_symlink() or not (folder / name).is_file():
            raise StorageError(f"{folder / name} cannot be published: it is not a plain file.")
    return names
