"""What nobody but the site's owner may know: the key that signs, and the files that hold people's and operators' own."""

from __future__ import annotations

import os
from pathlib import Path

from recommender.doctor.finding import OK, Said, of_all
from recommender.doctor.places import path_of
from recommender.errors import StorageError
from recommender.settings import Settings

SHORTEST_KEY = 16  # characters; with fewer the site does not start
FEWEST_LETTERS = 8  # different ones in a key that nobody guesses
WORDS = (
    "changeme",
    "change-me",
    "change_me",
    "secret",
    "password",
    "example",
    "default",
    "matinee",
    "test",
    "dev",
    "123456",
    "abcdef",
    "qwerty",
)
ENV = ".env"


def look(settings: Settings) -> Said:
    """Where the key comes from; never the key."""
    if settings.secret_key:
        return OK, _given(settings.secret_key)
    path = Path(settings.secret_file)
    if not path.exists():
        return OK, f"{path} is made at the first start of the site"
    _check_is_closed(path)
    if not os.access(path, os.R_OK):
        raise StorageError(f"{path} may not be read by you; check who owns it, or set MATINEE_SECRET_KEY.")
    return of_all(_owned_by_others([path]), f"{path}, readable by its owner alone")


def look_at_files(settings: Settings) -> Said:
    """Files with digests, ratings or settings in them: closed to others."""
    profiles = path_of(settings.profiles_url)
    candidates = [Path(settings.operator_file), Path(ENV)]
    candidates += [profiles.with_name(profiles.name + ending) for ending in ("", "-wal", "-shm")] if profiles else []
    there = [path for path in candidates if path.is_file()]
    for path in there:
        _check_is_closed(path)
    return of_all(_owned_by_others(there), f"{len(there)} that others must not read, readable by their owner alone")


def _given(key: str) -> str:
    if len(key) < SHORTEST_KEY:
        raise StorageError(f"MATINEE_SECRET_KEY has {len(key)} characters; at least {SHORTEST_KEY} are needed.")
    rest = key.lower()
    for word in WORDS:
        rest = rest.replace(word, "")
    if len(rest) < SHORTEST_KEY // 2 or len(set(rest)) < FEWEST_LETTERS:
        raise StorageError("MATINEE_SECRET_KEY can be guessed; take one made by chance, or leave it empty for one that is made for you.")
    return "given by MATINEE_SECRET_KEY"


def _check_is_closed(path: Path) -> None:
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        raise StorageError(f"{path} can be read by others (mode {mode:o}); run `chmod 600 {path}`.")


def _owned_by_others(paths: list[Path]) -> list[str]:
    return [f"{path} belongs to user {owner}, and you are {os.getuid()}." for path in paths if (owner := path.stat().st_uid) != os.getuid()]
