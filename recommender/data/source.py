"""Where the files of a data set lie, a folder or a zip, and reading them in blocks of whole lines."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from recommender.errors import DataError

BLOCK = 1 << 24  # bytes read at once
LONGEST_LINE = 1 << 20  # bytes; whatever has longer lines is no table
MOST_UNPACKED = 8 << 30  # bytes that a zip may hold
MOST_SQUEEZED = 200  # times smaller than unpacked, from HARMLESS bytes up; text tables come to 3 to 10
HARMLESS = 64 << 20  # bytes

WANTED = "give a MovieLens folder or zip, or a folder with ratings.csv and movies.csv"


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a file; only its last may lack the newline. first_line: the number of the first, from 1."""

    first_line: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Source:
    """A folder or zip that was found. name: of the innermost folder, or of the zip. sizes: its files and their bytes, unpacked."""

    path: Path
    name: str
    sizes: Mapping[str, int]
    open_file: Callable[[str], IO[bytes]]

    def blocks(self, file: str, advance: Callable[[int], None]) -> Iterator[Block]:
        """The file in order, about BLOCK bytes at a time; advance hears how many bytes were read. DataError when it cannot be read."""
        line, rest = 1, b""
        try:
            with self.open_file(file) as stream:
                while data := stream.read(BLOCK):
                    advance(len(data))
                    end = data.rfind(b"\n") + 1
                    if end:
                        block = Block(line, rest + data[:end])
                        yield block
                        line, rest = line + block.data.count(b"\n"), data[end:]
                    else:
                        rest += data
                    if len(rest) > LONGEST_LINE:
                        raise DataError(f"{file} in {self.path} has a line of more than 1 MiB, so it is no table; {WANTED}.")
        except PermissionError:
            raise DataError(f"{file} in {self.path} may not be read by you; change its permissions.") from None
        except OSError as error:
            raise DataError(
                f"{file} in {self.path} cannot be read ({error.strerror or error}); check the disk, or fetch it again."
            ) from error
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise DataError(f"{file} in {self.path} is cut or damaged ({error}); fetch the zip again.") from error
        except RuntimeError as error:  # what zipfile says of a password and of a packing it does not know
            raise DataError(f"{file} in {self.path} cannot be unpacked ({error}); unpack it yourself and give the folder.") from error
        if rest:
            yield Block(line, rest)


@contextmanager
def open_source(path: Path) -> Iterator[Source]:
    """The folder or zip at the path, open as long as the context is. DataError when it is neither, damaged, or a zip bomb."""
    try:
        if path.is_dir():
            sizes = {entry.name: entry.stat().st_size for entry in path.iterdir() if entry.is_file()}
            yield Source(path, path.resolve().name, sizes, lambda file: (path / file).open("rb"))
            return
        if not path.exists():
            raise DataError(f"There is nothing at {path}; {WANTED}.")
        if not path.is_file() or (not zipfile.is_zipfile(path) and path.suffix.lower() != ".zip"):
            raise DataError(f"{path} is neither a folder nor a zip; {WANTED}.")
    except PermissionError:
        raise DataError(f"{path} may not be read by you; change its permissions, or give another folder or zip.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror or error}); {WANTED}.") from error
    with _zip(path) as archive:
        members = _members(archive)
        _refuse_bomb(path, list(members.values()))
        folder = next((str(PurePosixPath(member.filename).parent.name) for member in members.values()), "")
        sizes = {file: member.file_size for file, member in members.items()}
        yield Source(path, folder or path.stem, sizes, lambda file: archive.open(members[file]))


def _zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except PermissionError:
        raise DataError(f"{path} may not be read by you; change its permissions, or give another folder or zip.") from None
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise DataError(f"{path} is cut or no zip at all ({error}); fetch it again.") from error


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The files of the shallowest folder that holds any ratings, else of the shallowest folder, by their bare names."""
    folders: dict[PurePosixPath, dict[str, zipfile.ZipInfo]] = {}
    for member in archive.infolist():
        where = PurePosixPath(member.filename)
        if not member.is_dir() and "__MACOSX" not in where.parts:
            folders.setdefault(where.parent, {})[where.name] = member
    by_depth = sorted(folders, key=lambda folder: (not folders[folder].keys() & RATINGS_FILES, len(folder.parts), str(folder)))
    return folders[by_depth[0]] if by_depth else {}


RATINGS_FILES = frozenset(["ratings.csv", "ratings.dat", "u.data"])


def _refuse_bomb(path: Path, members: list[zipfile.ZipInfo]) -> None:
    # zipfile never unpacks more of a member than it declares, so that the declared sizes are the whole truth.
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > MOST_UNPACKED:
        raise DataError(
            f"{path} would unpack to {unpacked / (1 << 30):.1f} GiB, and 8 are allowed; unpack it yourself and give the folder."
        )
    if unpacked > HARMLESS and unpacked > MOST_SQUEEZED * packed:
        raise DataError(f"{path} would unpack to {unpacked // max(packed, 1)} times its size, which no ratings do; {WANTED}.")
