"""Python, SQLite and the packages: whether they are the ones that Matinee was tried with."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

import apsw

from recommender.doctor.finding import Said, of_all
from recommender.errors import StorageError
from recommender.settings import Settings
from recommender.storage.profiles.sqlite_file import check_library

PINS = Path(__file__).parents[2] / "requirements.txt"
PIN = re.compile(r"([A-Za-z0-9._-]+)==([^\s;#]+)")


def look(settings: Settings) -> Said:
    """StorageError for a package that is not there or a SQLite that corrupts; a note for others than the pinned ones."""
    check_library(apsw.sqlite_lib_version())
    notes = []
    pins = _pins()
    for name, pinned in pins.items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError as error:
            raise StorageError(f"The package {name} is not installed; run `make env`.") from error
        if found != pinned:
            notes.append(f"{name} is {found}, and Matinee was tried with {pinned}; run `make env`.")
    python = ".".join(map(str, sys.version_info[:3]))
    sqlite, gunicorn = apsw.sqlite_lib_version(), metadata.version("gunicorn")
    return of_all(
        notes,
        f"Matinee {metadata.version('matinee')}, Python {python}, SQLite {sqlite}, gunicorn {gunicorn}, {len(pins)} packages as pinned",
    )


def _pins() -> dict[str, str]:
    """Package to version: of the file in a clone, else what was written down when Matinee was installed."""
    lines = PINS.read_text().splitlines() if PINS.is_file() else metadata.requires("matinee") or []
    return {found[1]: found[2] for line in lines if (found := PIN.match(line))}
