"""Running commands, and what they leave behind."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from click.testing import Result

from recommender.domain import FIRST_OWN_USER_ID, Asker, Rating
from tests.worlds import GENRES

Matinee = Callable[..., Result]
NOBODY = FIRST_OWN_USER_ID + 98


def write_data_set(folder: Path, ratings: Iterable[Rating], n_movies: int = 30) -> Path:
    """A folder with ratings.csv and movies.csv, as anybody might bring one."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "ratings.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["userId", "movieId", "rating", "timestamp"])
        rows.writerows((r.user_id, r.movie_id, r.stars, r.rated_at) for r in ratings)
    with (folder / "movies.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["movieId", "title", "genres"])
        rows.writerows((k, f"Film {k} ({1900 + k})", GENRES[k % 3]) for k in range(1, n_movies + 1))
    return folder


def done(result: Result) -> str:
    """What was printed, if all went well."""
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(result: Result) -> str:
    """The one line of a refusal, if there was one."""
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr.removeprefix("Error: ").strip()


def lines_of(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


def model_in_force() -> dict[str, Any]:
    return dict(json.loads(Path("var/blobs/current.json").read_text()))


def new_person(matinee: Matinee) -> tuple[int, str]:
    found = re.fullmatch(r"number  (\d+)\ntoken   ([\w-]{43})\n", done(matinee("profile", "new")))
    assert found
    return int(found[1]), found[2]


def rate(user_id: int, token: str, movie_id: int) -> None:
    """Through the engine, in the folder the commands run in."""
    from recommender.serving import open_recommender
    from recommender.settings import Settings

    recommender = open_recommender(Settings())
    try:
        recommender.rate(user_id, movie_id, 5, asker=Asker(token))
    finally:
        recommender.close()
