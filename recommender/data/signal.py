"""A signal from outside: how much each film is spoken of elsewhere, in news, shops or other sites, as a table of film and weight."""

from __future__ import annotations

import csv
from math import isfinite
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from recommender.errors import DataError

N = TypeVar("N", int, float)

COLUMNS = ("movie_id", "weight")
MOST_BYTES = 64 << 20


def read_signal(path: Path, movie_ids: NDArray[np.int32]) -> NDArray[np.float64]:
    """The weight of each film in a CSV of COLUMNS, shape of movie_ids (ascending): 0 for a film it does not name, 0 or more for others.

    Rows of films that are not there are left aside. DataError, with the line, for what cannot be read, a film named twice, a weight that is
    no number from 0 up, or a table that names none of the films.
    """
    found = np.zeros(len(movie_ids))
    named: set[int] = set()
    columns = {movie_id: at for at, movie_id in enumerate(movie_ids.tolist())}
    for number, (text, weight_text) in enumerate(_rows(path), start=2):
        movie_id, weight = _number(text, int), _number(weight_text, float)
        if movie_id is None:
            raise DataError(f"Line {number} of {path} names film {text!r}; a film must be named by its number.")
        if weight is None or weight < 0:
            raise DataError(f"Line {number} of {path} weighs film {movie_id} {weight_text!r}; a weight must be a number from 0 up.")
        if movie_id in named:
            raise DataError(f"Line {number} of {path} names film {movie_id} again; a film may stand once.")
        named.add(movie_id)
        if movie_id in columns:
            found[columns[movie_id]] = weight
    if not named & columns.keys():
        raise DataError(f"{path} names none of the films of the data set; its film numbers must be those of movies.csv.")
    return found


def _rows(path: Path) -> list[tuple[str, str]]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DataError(f"{path} has more than 64 MiB; a signal has a line for each film.")
        with path.open(encoding="utf-8-sig", newline="") as file:
            head, *rows = [row for row in csv.reader(file) if row] or [[]]
    except OSError as error:
        raise DataError(
            f"The signal {path} cannot be read ({error.strerror or error}); set MATINEE_SIGNAL to a CSV, or to nothing."
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"The signal {path} is no CSV in UTF-8 ({error}); its first line must be {','.join(COLUMNS)}.") from error
    if tuple(name.strip() for name in head) != COLUMNS:
        raise DataError(f"The first line of {path} must be {','.join(COLUMNS)}, not {','.join(head)[:100]!r}.")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(COLUMNS):
            raise DataError(f"Line {number} of {path} has {len(row)} fields; each must have two, movie_id and weight.")
    return [(row[0].strip(), row[1].strip()) for row in rows]


def _number(text: str, kind: type[N]) -> N | None:
    try:
        number = kind(text)
    except ValueError:
        return None
    return number if isfinite(number) else None
