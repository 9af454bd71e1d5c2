"""What a house holds, in figures that two houses can be compared by: counts and SHA-256 of one canonical form."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any, TypeVar

from recommender.domain import FIRST_OWN_USER_ID, Account, AddedFilm, FilmMark, ListRecord, Marks, Rating, UserId, is_own_person
from recommender.errors import StorageError
from recommender.publication import LOCK
from recommender.storage.accounts import Entry
from recommender.storage.blobs import Blobs
from recommender.storage.profiles import Contents, Profiles
from recommender.storage.profiles.records import to_json

LAST_BACKUP = "last-backup.json"
# Of one house, and never carried to another: who is training there, and when it was backed up.
STAYS_BEHIND = frozenset({LOCK, LAST_BACKUP})
PASSING = "import-drafts/"  # files that people have sent and not saved: kept for a day, and then gone for good
PUBLISHED = ("models", "snapshots")  # below these every folder is one immutable whole
EMPTY = Contents(Marks(FIRST_OWN_USER_ID - 1, 0, 0), (), (), ())

Progress = Callable[[str, int, int], None]
Row = TypeVar("Row", Account, Rating, FilmMark, ListRecord, Entry, AddedFilm)
KINDS = ("accounts", "ratings", "film_marks", "records", "entries", "added_films")  # of rows that profiles hold, in the order they are read


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of thing, or one blob. count: of rows, or bytes of the blob. sha256: in hex, of the canonical form or the bytes."""

    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """profiles: a part for each of KINDS (entries: how people sign in), and one for the store's marks. blobs: by key.

    Empty for a store that is not looked at.
    """

    profiles: Mapping[str, Part]
    blobs: Mapping[str, Part]

    def rows(self) -> dict[str, Part]:
        """For a table: each kind, each published folder as one, each blob that stands alone."""
        found = dict(self.profiles)
        for name, keys in self.folders().items():
            lines = "".join(f"{key} {self.blobs[key].sha256}\n" for key in keys)
            whole = Part(sum(self.blobs[key].count for key in keys), hashlib.sha256(lines.encode()).hexdigest())
            found[name] = self.blobs[name] if keys == (name,) else whole
        return found

    def folders(self) -> dict[str, tuple[str, ...]]:
        """The keys that belong together: a published folder each, or a blob that stands alone under its own key."""
        found: dict[str, tuple[str, ...]] = {}
        for key in sorted(self.blobs):
            found[folder_of(key)] = (*found.get(folder_of(key), ()), key)
        return found


def folder_of(key: str) -> str:
    """The published folder that the key lies in; the key itself for a blob that stands alone."""
    top, *below = key.split("/")
    return f"{top}/{below[0]}" if top in PUBLISHED and len(below) > 1 else key


class Counted:
    """Contents that are counted, and their digest taken, while somebody goes through them.

    A person who came after the accounts had been read, in a place that has no consistent read, has not come yet.
    """

    def __init__(self, contents: Contents, progress: Progress = lambda stage, done, total: None, totals: Mapping[str, int] | None = None):
        """totals: how many of each kind there will be, where that is known."""
        self._people: set[int] = set()
        self._marks = contents.marks
        self._tallies = {name: _Tally(name, progress, (totals or {}).get(name, 0)) for name in KINDS}
        self.contents = Contents(
            contents.marks,
            self._tallies["accounts"].through(self._noted(contents.accounts)),
            self._tallies["ratings"].through(one for one in contents.ratings if one.user_id in self._people),
            self._tallies["records"].through(one for one in contents.records if self._is_known(one)),
            self._tallies["entries"].through(one for one in contents.entries if one.owner in self._people),
            self._tallies["film_marks"].through(one for one in contents.film_marks if one.user_id in self._people),
            self._tallies["added_films"].through(map(self._owned, contents.added_films)),
        )

    def parts(self) -> dict[str, Part]:
        """What has gone through."""
        return {**{name: tally.part() for name, tally in self._tallies.items()}, "marks": _part_of(self._marks)}

    def _noted(self, accounts: Iterable[Account]) -> Iterator[Account]:
        for account in accounts:
            self._people.add(account.user_id)
            yield account

    def _owned(self, film: AddedFilm) -> AddedFilm:
        return film if film.added_by in self._people else replace(film, added_by=UserId(0))

    def _is_known(self, record: ListRecord) -> bool:
        return record.deleted or not is_own_person(record.user_id) or record.user_id in self._people


def parts_of(contents: Contents, progress: Progress = lambda stage, done, total: None) -> dict[str, Part]:
    """Everything in the contents, gone through."""
    counted = Counted(contents, progress)
    for kind in KINDS:
        for _ in getattr(counted.contents, kind):
            pass
    return counted.parts()


def profiles_parts(profiles: Profiles, progress: Progress) -> dict[str, Part]:
    """Everything the profiles keep, read."""
    with profiles.contents() as contents:
        return parts_of(contents, progress)


def blobs_parts(blobs: Blobs, progress: Progress) -> dict[str, Part]:
    """Every blob that a house is made of, read."""
    return {key: Part(len(data), hashlib.sha256(data).hexdigest()) for key, data in contents_of(blobs, keys_of(blobs), progress)}


def keys_of(blobs: Blobs) -> list[str]:
    """Every blob but those that stay behind, ascending."""
    return [key for key in blobs.list("") if key not in STAYS_BEHIND and not key.startswith(PASSING)]


def contents_of(blobs: Blobs, keys: Sequence[str], progress: Progress) -> Iterator[tuple[str, bytes]]:
    """Each key with its bytes. Published folders are read from this machine's copy, which a place far away is asked for only once.

    GoneError for what is not there any more.
    """
    done = 0
    for name, inside in itertools.groupby(keys, folder_of):
        for key, data in _of_folder(blobs, name, list(inside)):
            yield key, data
            done += 1
            progress("files", done, len(keys))


def _of_folder(blobs: Blobs, name: str, keys: list[str]) -> Iterator[tuple[str, bytes]]:
    if keys == [name]:
        blob = blobs.read(name)
        if blob is None:
            raise GoneError(name, blobs.url)
        yield name, blob.data
        return
    copy = blobs.local_copy(name)
    if copy is None:
        raise GoneError(name, blobs.url)
    for key in keys:
        try:
            data = (copy / key.removeprefix(f"{name}/")).read_bytes()
        except FileNotFoundError as error:
            raise GoneError(key, blobs.url) from error
        except OSError as error:
            raise StorageError(f"{key} in {blobs.url} cannot be read: {(error.strerror or str(error)).lower()}.") from error
        yield key, data


class GoneError(StorageError):
    """A blob that was listed and then was not there: a trainer has tidied up."""

    def __init__(self, key: str, url: str) -> None:
        super().__init__(f"{key} has gone from {url} while it was being copied, as after a training; begin again.", kind="missing")


class _Tally:
    """Counts what passes, and takes the digest of it."""

    def __init__(self, name: str, progress: Progress, total: int) -> None:
        self._name, self._progress, self._total = name, progress, total
        self._count, self._sum = 0, hashlib.sha256()

    def through(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self._sum.update(_canonical(row))
            self._count += 1
            self._progress(self._name, self._count, max(self._total, self._count))
            yield row

    def part(self) -> Part:
        return Part(self._count, self._sum.hexdigest())


def _part_of(marks: Marks) -> Part:
    return Part(len(astuple(marks)), hashlib.sha256(_line(*map(int, astuple(marks)))).hexdigest())


def _canonical(row: Account | Rating | FilmMark | ListRecord | Entry | AddedFilm) -> bytes:
    """A line of JSON; whatever number type a place uses, the same number is the same text."""
    match row:
        case Account():
            return _line(int(row.user_id), row.token_digest, bool(row.shared), int(row.created_at))
        case Rating():
            return _line(int(row.user_id), int(row.movie_id), float(row.stars), int(row.rated_at))
        case FilmMark():
            return _line(int(row.user_id), int(row.movie_id), row.kind, int(row.marked_at))
        case ListRecord():
            movies = None if row.movies is None else to_json(row.movies)
            where_from = (int(row.generation), row.model, float(row.built_at), row.basis)
            return _line(int(row.user_id), int(row.rev), *where_from, bool(row.deleted), movies)
        case AddedFilm():
            movie = row.movie
            said = (int(movie.movie_id), movie.title, movie.year, list(movie.genres), movie.imdb_id, movie.tmdb_id)
            return _line(*said, row.link, int(row.added_by), int(row.added_at))
        case Entry():
            return _line(row.key, int(row.rev), int(row.owner), int(row.expires_at), row.body)


def _line(*values: Any) -> bytes:
    return json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"
