"""Small data sets, written as MovieLens writes them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

MOVIES = """movieId,title,genres
1,Toy Story (1995),Adventure|Comedy
2,"Matrix, The (1999)",Action|Sci-Fi
5,Babylon 5,(no genres listed)
"""
RATINGS = """userId,movieId,rating,timestamp
1,1,4.0,964982703
1,2,0.5,964981247
2,1,5.0,964982224
2,5,3.5,964983815
"""

MakeFolder = Callable[..., Path]


@pytest.fixture
def folder_of(tmp_path: Path) -> MakeFolder:
    """Writes a folder "films" with these files, as text in UTF-8 or bytes; movies.csv and ratings.csv are good unless given."""

    def write(files: dict[str, str | bytes | None] | None = None, name: str = "films") -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for file, content in {"movies.csv": MOVIES, "ratings.csv": RATINGS, **(files or {})}.items():
            if content is not None:
                (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)
        return folder

    return write


@pytest.fixture
def zip_of(tmp_path: Path) -> Callable[..., Path]:
    """Writes a zip with these members."""

    def write(members: dict[str, str | bytes], name: str = "films.zip") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return path

    return write
