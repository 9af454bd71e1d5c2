"""House, elsewhere, house: does every list and every rating come back byte for byte? And from a backup of elsewhere?

    python -m tests.journeys.moving --people 200 --data ml-latest-small

Everything is done by the commands that people type. A new place is one line in PLACES.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from click.testing import CliRunner

from recommender import training
from recommender.cli import main as matinee
from recommender.data.movielens import DataSet, read_data_set
from recommender.domain import Asker, MovieId, Rating, UserId
from recommender.moving.manifest import STAYS_BEHIND
from recommender.serving import Recommender, open_recommender
from recommender.settings import Settings, variable
from recommender.storage.blobs import open_blobs
from recommender.storage.profiles import open_profiles
from recommender.storage.profiles.dynamodb_tables import create_tables
from recommender.storage.profiles.records import to_json
from tests import stand_ins


def on_aws(folder: Path) -> tuple[str, str]:
    """Tables and a bucket of their own, wherever the environment sends boto3."""
    import boto3

    name = f"movie-{secrets.token_hex(4)}"
    create_tables(name)
    boto3.client("s3").create_bucket(Bucket=name)
    return f"dynamodb://{name}", f"s3://{name}/matinee"


PLACES: dict[str, Callable[[Path], tuple[str, str]]] = {  # name to the URLs of profiles and blobs of an empty place
    "files": lambda folder: (f"sqlite://{folder / 'elsewhere.sqlite3'}", f"file://{folder / 'elsewhere'}"),
    "AWS": on_aws,
}
N_RATINGS = 20  # of each person


@dataclass(frozen=True)
class Lived:
    """What there was before the move. said: everything readable of everybody, as bytes. shown: a few lists as the site shows them."""

    said: dict[int, bytes]
    shown: list[object]
    files: dict[str, bytes]


def live(data: DataSet, n_people: int, settings: Settings) -> None:
    """Train, let people come, rate and leave, and train again, so that there is a model before."""
    blobs, profiles = open_blobs(settings.blobs_url), open_profiles(settings.profiles_url)
    training.train(data, blobs, profiles, recipe="user-cosine")
    recommender = Recommender(settings, blobs, profiles)
    films = data.catalogue.movie_ids[:400].tolist()
    for n in range(n_people):
        user_id, token = recommender.new_person(shared=n % 2 == 0)
        for i in range(N_RATINGS - 1):
            profiles.rate(Rating(user_id, MovieId(films[(7 * n + 11 * i) % len(films)]), 0.5 + (n + i) % 10 / 2, 1_700_000_000 + i))
        recommender.rate(user_id, films[n % len(films)], 4.5, asker=Asker(token))
        if n % 10 == 9:
            profiles.forget_person(user_id)
        if n == n_people // 2:
            training.train(data, blobs, profiles, recipe="user-cosine")
    profiles.unrate(UserId(user_id - 1), films[0])  # so that a list is void
    profiles.close()


def look_back(settings: Settings, cache: Path) -> Lived:
    """Everything, read through the ports and, for the first people, through the site's engine."""
    settings = replace(settings, cache_folder=str(cache))
    blobs = open_blobs(settings.blobs_url, cache_folder=cache, patient=True)
    profiles = open_profiles(settings.profiles_url, patient=True)
    with profiles.contents() as contents:
        shared = [account.user_id for account in contents.accounts if account.shared][:5]
        list(contents.ratings)
        everybody = [record.user_id for record in contents.records]
    said = {user_id: _said(profiles.opinions(user_id).ratings, profiles.list_of(user_id)) for user_id in everybody}
    profiles.close()
    files = {key: blob.data for key in blobs.list("") if key not in STAYS_BEHIND and (blob := blobs.read(key))}
    recommender = open_recommender(settings)
    shown: list[object] = [recommender.list_for(user_id) for user_id in shared]
    recommender.close()
    return Lived(said, shown, files)


def _said(ratings: object, record: object) -> bytes:
    movies = getattr(record, "movies", None)
    return f"{ratings!r} {replace(record, movies=None)!r} {to_json(movies) if movies is not None else None}".encode()  # type: ignore[type-var]


def run(settings: Settings, *arguments: str) -> str:
    """What the command printed, and AssertionError if it failed."""
    names = ("profiles_url", "blobs_url", "cache_folder", "download_url")
    result = CliRunner().invoke(matinee, list(arguments), env={variable(name): str(getattr(settings, name)) for name in names})
    assert result.exit_code == 0, result.output
    return result.stdout


def prove(data: DataSet, n_people: int, place: Callable[[Path], tuple[str, str]], folder: Path) -> str:
    """House, the place, house, and a backup of the place; what was moved, in a sentence. AssertionError where anything is not as it was."""
    homes = [
        Settings(
            download_url="",
            profiles_url=f"sqlite://{folder / name}.sqlite3",
            blobs_url=f"file://{folder / name}",
            cache_folder=str(folder / "cache"),
        )
        for name in ("home", "home-again", "restored")
    ]
    profiles_url, blobs_url = place(folder)
    away = replace(homes[0], profiles_url=profiles_url, blobs_url=blobs_url)
    live(data, n_people, homes[0])
    at_first = look_back(homes[0], folder / "cache-0")
    os.chdir(folder)
    for number, (source, target) in enumerate([(homes[0], away), (away, homes[1])]):
        run(source, "migrate", "--to", target.profiles_url, "--to", target.blobs_url, "--yes", "--manifest", f"moved-{number}.json")
        assert look_back(target, folder / f"cache-{number + 1}") == at_first, f"not as it was after move {number + 1}"
    backup = run(away, "backup", "backups").strip()
    run(homes[2], "restore", backup, "--yes", "--manifest", "restored.json")
    assert look_back(homes[2], folder / "cache-3") == at_first, "not as it was after a backup and its restoration"
    assert look_back(homes[0], folder / "cache-0") == at_first, "the source has changed"
    return (
        f"{len(at_first.said):,} people and viewers, {len(at_first.files)} files: byte for byte the same there and back, and from a backup"
    )


def main() -> None:
    """The whole proof, for every place."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--data", default="ml-latest-small")
    chosen = parser.parse_args()
    path = Path(os.environ.get("MATINEE_TEST_DATA", "")) / chosen.data
    if not path.exists():
        sys.exit(f"There is no {path}; set MATINEE_TEST_DATA to a folder that holds {chosen.data}.")
    data = read_data_set(path)
    for name, place in PLACES.items():
        with tempfile.TemporaryDirectory() as folder, stand_ins.moto() as url:
            os.environ.update(stand_ins.environment_for(url))
            print(f"{name}: {prove(data, chosen.people, place, Path(folder))}")
            os.chdir("/")


if __name__ == "__main__":
    main()
