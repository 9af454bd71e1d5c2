"""`matinee batch`: everybody's lists in files."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recommender.cli.files import one_file
from recommender.cli.inputs import DAMPING, DATA, NEIGHBOURS, PARAMETERS, RECIPE, chosen_parameters, data_named, recipe_and_parameters
from recommender.settings import Settings
from recommender.terminal import Bars

if TYPE_CHECKING:
    from recommender.data.movielens import DataSet
    from recommender.listings.job import Engine, Job
    from recommender.models import Model, Parameters
    from recommender.storage.part_files import PartFiles

# Those of recommender.listings, which help need not load.
SUBJECTS, FORMS, ORDERS = ("people", "films"), ("rows", "flat", "nested"), ("stars", "standing")
PEOPLE_IN_A_PART = 1_000


@click.command()
@DATA
@RECIPE
@NEIGHBOURS
@DAMPING
@PARAMETERS
@click.option("-n", "n", type=click.IntRange(1), default=25, help="How many films for each person, or people for each film.")
@click.option("--for", "subject", type=click.Choice(SUBJECTS), default="people", help="Films for every person, or people for every film.")
@click.option(
    "--by", "order", type=click.Choice(ORDERS), help="What the people of a film are ordered by.  [default: stars where they are predicted]"
)
@click.option("--form", type=click.Choice(FORMS), default="rows", help="How the file is written.")
@click.option(
    "--output",
    required=True,
    help="The file to write, or with a slash at the end the folder for several; a path, or s3://BUCKET/….",
)
@click.option("--parts", "n_parts", type=click.IntRange(1), help="How many files a folder gets.  [default: one for 1,000 people]")
@click.pass_obj
def batch(
    settings: Settings,
    data: str | None,
    recipe: str | None,
    neighbours: int | None,
    damping: float | None,
    parameter_file: Path | None,
    n: int,
    subject: str,
    order: str | None,
    form: str,
    output: str,
    n_parts: int | None,
) -> None:
    """Fit on the data and write the list of every user in it.

    Or, for films, the people to tell about each of them. Nothing that somebody has rated is in their list. The running store is neither
    read nor written, and what is written is there whole or not at all.

    rows: user_id,movie_id,rank,score, best first. flat: userId,movieId,predicted_rating, in the same order. nested: a JSON object a line,
    with the id and a list `recommendations`. A folder gets such files and a manifest.json that names them.

    People of a film are compared by the stars they would give it, or by how far it stands out among what they have not seen (standing):
    that number is their score.
    """
    from recommender.listings.job import write, write_parts
    from recommender.models.recipes import known_recipe

    if order and subject != "films":
        raise click.UsageError("--by is for --for films: the films of a person are ordered by the recipe's score.")
    recipe, parameters = recipe_and_parameters(settings, recipe, parameter_file, chosen_parameters(neighbours, damping))
    known_recipe(recipe)

    def fitted(bars: Bars) -> _Fitted:
        return _fitted(data_named(settings, data), recipe, parameters, _Wanted(subject, order, form, n), bars)

    # The place is looked at before the work.
    if output.endswith("/") or Path(output).is_dir():
        with _files_in(output) as files, Bars() as bars:
            made = fitted(bars)
            parts = write_parts(made.job, made.model, made.engine, n_parts or made.n_parts, files)
            files.finish(parts, {**made.facts, "columns": list(made.job.schema.columns)})
    else:
        with one_file(output) as file, Bars() as bars:
            made = fitted(bars)
            file.writelines(write(made.job, made.model, made.engine, n_parts or made.n_parts))


@dataclass(frozen=True, slots=True)
class _Wanted:
    subject: str
    order: str | None
    form: str
    n: int


@dataclass(frozen=True, slots=True)
class _Fitted:
    job: Job
    model: Model
    engine: Engine
    n_parts: int
    facts: Mapping[str, Any]


def _fitted(data_set: DataSet, recipe: str, parameters: Parameters, wanted: _Wanted, bars: Bars) -> _Fitted:
    from recommender.data.matrix import RatingMatrix
    from recommender.listings.job import Here, Job
    from recommender.listings.schema import Schema
    from recommender.models import recipes

    matrix = RatingMatrix.of(data_set.ratings, data_set.catalogue.movie_ids)
    model = recipes.fit(recipe, matrix, data_set.catalogue, parameters)
    job = Job.of(model, Schema(wanted.subject, wanted.form, wanted.n, recipe), wanted.order)
    facts = {
        "data": data_set.name,
        "recipe": recipe,
        "parameters": dict(model.parameters),
        "lists_of": wanted.subject,
        "form": wanted.form,
        **({"by": job.order} if job.order else {}),
    }
    return _Fitted(job, model, Here(model, partial(bars, "lists")), -(-matrix.n_users // PEOPLE_IN_A_PART), facts)


@contextmanager
def _files_in(output: str) -> Iterator[PartFiles]:
    """A folder or prefix for many files; what was put is taken away again unless it was finished."""
    from recommender.storage.part_files import open_part_files

    files = open_part_files(output, run=secrets.token_hex(4))
    files.begin()
    try:
        yield files
    except BaseException:
        files.abandon()
        raise
