"""A file as sent: one text, or the files of a zip that may be about films, unpacked within limits and never onto a disk."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from recommender.data.exports.rows import MOST_BYTES, MOST_ENTRIES, MOST_FILES, MOST_UNPACKED, shown
from recommender.errors import InvalidInputError

CHUNK = 1 << 16  # bytes unpacked at once

_ZIP = b"PK\x03\x04"
_ENDINGS = (".csv", ".json", ".xml", ".txt", ".tsv")
_PACKED = (".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar")
_FOREIGN = {
    b"\x1f\x8b": "a gzip file",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"7z\xbc\xaf": "a 7z file",
    b"Rar!": "a RAR file",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet",
    b"SQLite format": "a database",
}
# Files that sites name so, in the order in which they are read: of rows of one film and one date the later counts.
_KNOWN = (
    "watchlist", "lists-watchlist", "mylist", "films", "watched", "watched-movies", "watched-history", "history", "viewingactivity",
    "viewinghistory", "netflixviewinghistory", "diary", "ratings-movies", "ratings",
)  # fmt: skip
_ASIDE = frozenset(["deleted", "orphaned", "__macosx"])  # folders: what Letterboxd's people took back, and a Mac's own
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError, LookupError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file that is to be read. name: for people; within a zip with its folders."""

    name: str
    content: bytes

    @property
    def stem(self) -> str:
        """The bare name in small letters, without its ending."""
        return PurePosixPath(self.name.replace("\\", "/")).stem.lower()


def files_of(name: str, content: bytes) -> tuple[tuple[SentFile, ...], tuple[str, ...]]:
    """The files that may be about films, and the names of those that are left aside.

    InvalidInputError: too large, not a text, or a zip that is damaged, encrypted, holds too much or another zip.
    """
    called = shown(name.replace("\\", "/").rpartition("/")[2], 80) or "The file"
    if len(content) > MOST_BYTES:
        raise InvalidInputError(called, f"{len(content) / (1 << 20):.1f} MiB", f"of at most {MOST_BYTES >> 20} MiB")
    if content.startswith(_ZIP) or content.startswith(b"PK\x05\x06"):
        return _unpacked(called, content)
    for beginning, kind in _FOREIGN.items():
        if content.startswith(beginning):
            raise InvalidInputError(called, kind, "a CSV, JSON or XML file, or a zip of them")
    return (SentFile(called, content),), ()


def _unpacked(name: str, content: bytes) -> tuple[tuple[SentFile, ...], tuple[str, ...]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members, aside = _members(name, archive)
            files, room = [], MOST_UNPACKED
            for member in members:
                unpacked = _read(name, archive, member, room)
                room -= len(unpacked)
                files.append(SentFile(shown(member.filename, 80), unpacked))
    except InvalidInputError:
        raise
    except _DAMAGED as error:
        raise InvalidInputError(name, shown(f"cut or damaged: {error}", 50), "a zip that can be opened; export it again") from None
    return tuple(files), aside


def _members(name: str, archive: zipfile.ZipFile) -> tuple[list[zipfile.ZipInfo], tuple[str, ...]]:
    """What is unpacked, in the order of _KNOWN; where a zip holds files of known names, the others are left aside unopened."""
    entries = [member for member in archive.infolist() if not member.is_dir()]
    if len(entries) > MOST_ENTRIES:
        raise InvalidInputError(name, f"{len(entries):,} files", f"a zip of at most {MOST_ENTRIES:,} files")
    by_name = {member.filename.lower() for member in entries}
    if "[content_types].xml" in by_name or "meta-inf/manifest.xml" in by_name:
        raise InvalidInputError(name, "a spreadsheet", "a CSV file; save the sheet as CSV")
    if packed := next((member for member in entries if member.filename.lower().endswith(_PACKED)), None):
        raise InvalidInputError(name, f"one with {shown(packed.filename, 30)}", "a zip without another zip in it; send the inner one alone")
    texts = [member for member in entries if _is_text_of_its_place(member.filename)]
    known = sorted((member for member in texts if _rank(member) >= 0), key=_rank)
    chosen = known or texts
    if not chosen:
        raise InvalidInputError(name, f"{len(entries)} files of other kinds", "a zip with CSV, JSON or XML files about films")
    if len(chosen) > MOST_FILES:
        raise InvalidInputError(name, f"{len(chosen)} files", f"a zip of at most {MOST_FILES} files about films")
    picked = {id(member) for member in chosen}
    return chosen, tuple(shown(member.filename, 80) for member in entries if id(member) not in picked)


def _is_text_of_its_place(path: str) -> bool:
    """Whether it is a table or JSON that may be read; paths that lead out of the zip are no export's."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    inside = not path.startswith(("/", "\\")) and ".." not in parts and ":" not in parts[0]
    return inside and path.lower().endswith(_ENDINGS) and not parts[-1].startswith(".") and _ASIDE.isdisjoint(map(str.lower, parts))


def _rank(member: zipfile.ZipInfo) -> int:
    """Where the file's name stands in _KNOWN; -1 for any other. "watched-movies-2" is the second of its kind."""
    path = PurePosixPath(member.filename.lower())
    if path.stem == "films" and path.parent.name != "likes":
        return -1
    stem = path.stem.rstrip("0123456789").rstrip("-_") or path.stem
    return _KNOWN.index(stem) if stem in _KNOWN else -1


def _read(name: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: int) -> bytes:
    inside = shown(member.filename, 40)
    if member.flag_bits & 1:
        raise InvalidInputError(name, f"{inside}, which is encrypted", "a zip without a password")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InvalidInputError(name, f"packing {member.compress_type} of {inside}", "packed as zips commonly are (deflate)")
    unpacked = bytearray()
    with archive.open(member) as stream:
        while chunk := stream.read(CHUNK):
            unpacked += chunk
            if len(unpacked) > room:
                raise InvalidInputError(name, f"more, in {inside}", f"a zip of at most {MOST_UNPACKED >> 20} MiB unpacked")
    if unpacked.startswith(_ZIP):
        raise InvalidInputError(name, f"one with {inside}", "a zip without another zip in it; send the inner one alone")
    return bytes(unpacked)
