"""Who lives in the houses of these tests, and what the tests ask of a house."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from click.testing import Result

from recommender.domain import FIRST_OWN_USER_ID, ListRecord, UserId
from recommender.moving.manifest import STAYS_BEHIND
from recommender.settings import Settings
from recommender.storage.blobs import open_blobs
from recommender.storage.profiles import Contents, open_profiles
from recommender.storage.profiles.sqlite import SqliteProfiles

Matinee = Callable[..., Result]
ALICE, BOB, CAROL = (UserId(FIRST_OWN_USER_ID + n) for n in range(3))


class Forgetful(SqliteProfiles):
    """The planted fault: leaves one rating out of what it takes over."""

    def adopt(self, contents: Contents) -> None:
        """All but the first."""
        accounts, ratings = list(contents.accounts), list(contents.ratings)
        super().adopt(replace(contents, accounts=accounts, ratings=ratings[1:]))


def silent(stage: str, done: int, total: int) -> None:
    """Nobody waits."""


def everything(settings: Settings) -> tuple[object, list[object], list[object], list[ListRecord], dict[str, bytes]]:
    """Marks, accounts with how they sign in, ratings with what else is said of films, records, and every blob that moves."""
    blobs, profiles = open_blobs(settings.blobs_url), open_profiles(settings.profiles_url)
    with profiles.contents() as contents:
        people = (contents.marks, list[object](contents.accounts), list[object](contents.ratings), list(contents.records))
        people[1].extend(contents.entries)
        people[2].extend(contents.film_marks)
        people[2].extend(contents.added_films)
    profiles.close()
    return *people, {key: blob.data for key in blobs.list("") if key not in STAYS_BEHIND and (blob := blobs.read(key))}


def below(folder: Path) -> dict[str, bytes]:
    """Every file below the folder with what is in it, but for what SQLite keeps beside a file that is open."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.endswith(("-wal", "-shm")))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def refused(result: Result) -> str:
    """The last line, which says why."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    return result.stderr.strip().splitlines()[-1].removeprefix("Error: ")
