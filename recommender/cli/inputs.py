"""What several commands take: options, the data named, opened stores, the model in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.errors import DataError, InvalidInputError, NoModelError
from recommender.settings import Settings
from recommender.terminal import Bars

if TYPE_CHECKING:
    from recommender.data.movielens import DataSet  # pandas comes with it, which most commands can do without
    from recommender.publication import Published
    from recommender.storage.blobs import Blobs
    from recommender.storage.profiles import Profiles

DATA_FOLDER = Path("var/data")

DATA = click.option(
    "--data",
    default=None,
    help="A MovieLens folder, zip or name, a folder with ratings.csv and movies.csv, or an s3:// address of one.  [default: MATINEE_DATA]",
)
RECIPE = click.option("--recipe", default=None, help="The method, a recipe of docs/models.  [default: MATINEE_RECIPE]")
NEIGHBOURS = click.option("--neighbours", type=click.IntRange(1), help="How many of the most similar people make a list.")
DAMPING = click.option(
    "--damping", type=click.FloatRange(0), help="Imaginary neutral votes in a film's average; 0 is the textbook ranking."
)


PARAMETERS = click.option(
    "--parameters",
    "parameter_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the recipe's parameters, as `matinee tune` writes it.",
)


def recipe_and_parameters(
    settings: Settings, recipe: str | None, file: Path | None, given: Mapping[str, float]
) -> tuple[str, dict[str, float]]:
    """The recipe named, that of the file or that of the settings, and its parameters: those given before those of the file."""
    if file is None:
        return recipe or settings.recipe, dict(given)
    from recommender.tuning.parameters import read_parameters

    found = read_parameters(file)
    if recipe not in (None, found.recipe):
        raise InvalidInputError("recipe", recipe, f"{found.recipe}, which {file} is for")
    if found.says:
        click.echo(found.says, err=True)
    return found.recipe, {**found.parameters, **given}


def settled_recipe_and_parameters(
    settings: Settings, recipe: str | None, file: Path | None, given: Mapping[str, float]
) -> tuple[str, dict[str, float]]:
    """The same for what is published: without a file the settings' own, as far as it is for this recipe."""
    if file is not None or not settings.parameters:
        return recipe_and_parameters(settings, recipe, file, given)
    from recommender.tuning.parameters import read_parameters

    found, recipe = read_parameters(Path(settings.parameters)), recipe or settings.recipe
    return recipe, {**(found.parameters if found.recipe == recipe else {}), **given}


def chosen_parameters(neighbours: int | None, damping: float | None) -> dict[str, float]:
    chosen = {"n_neighbours": neighbours, "damping": damping}
    return {name: value for name, value in chosen.items() if value is not None}


def data_named(settings: Settings, data: str | None) -> DataSet:
    from recommender.first_data import data_at

    place = data or settings.data
    if not place:
        raise DataError("No data set is named; give --data PATH or set MATINEE_DATA.")
    with Bars() as bars:
        data_set = data_at(place, settings, folder=DATA_FOLDER, say=bars.say, progress=bars, rows_read=bars.rows_read)
        say_refused(data_set, bars.say)
    return data_set


def say_refused(data_set: DataSet, say: Callable[[str], None]) -> None:
    for sentence in data_set.report.sentences():
        say(sentence)


@contextmanager
def session_for(settings: Settings, *recipes: str) -> Iterator[None]:
    """Where one of the recipes is fitted by Spark, one session for all fits meanwhile, at the settings' master.

    MissingExtraError for a recipe that needs what is not installed.
    """
    from recommender.models.recipes import BY_NAME, trainable
    from recommender.spark_session import PYSPARK, session

    if not any(PYSPARK in BY_NAME[trainable(name)].needs for name in recipes):
        yield
        return
    with session(settings.spark_master):
        yield


@contextmanager
def opened_profiles(settings: Settings) -> Iterator[Profiles]:
    """Patient ones: no page waits for a command."""
    from recommender.storage.profiles import open_profiles

    profiles = open_profiles(settings.profiles_url, patient=True)
    try:
        yield profiles
    finally:
        profiles.close()


def opened_blobs(settings: Settings) -> Blobs:
    """Patient ones, as above."""
    from recommender.storage.blobs import open_blobs

    return open_blobs(settings.blobs_url, cache_folder=settings.cache_folder, patient=True)


def keep_count(settings: Settings, **counts: int) -> None:
    """Remember what a command did, for `matinee cost`. counts: names of `recommender.traffic.COUNTS`."""
    from recommender.traffic import Traffic

    traffic = Traffic(Path(settings.traffic_folder))
    for name, n in counts.items():
        traffic.add(name, n)
    traffic.close()


def published_in_force(settings: Settings) -> Published:
    """The model that lists are made by, with its films; NoModelError before the first training."""
    from recommender import publication

    blobs = opened_blobs(settings)
    pointer, _ = publication.read_pointer(blobs)
    if pointer is None:
        raise NoModelError(settings.blobs_url)
    return publication.load(blobs, pointer)
