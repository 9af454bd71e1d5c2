"""`matinee batch`: everybody's lists in files."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recommender.cli.files import one_file
from recommender.cli.inputs import (
    DAMPING,
    DATA,
    NEIGHBOURS,
    PARAMETERS,
    RECIPE,
    chosen_parameters,
    data_named,
    recipe_and_parameters,
    session_for,
)
from recommender.settings import Settings
from recommender.terminal import Bars

if TYPE_CHECKING:
    from pyspark import SparkContext

    from recommender.data.movielens import DataSet
    from recommender.listings.job import Engine, Job, Progress
    from recommender.models import Model, Parameters
    from recommender.storage.part_files import PartFiles

# Those of recommender.listings, which help need not load.
SUBJECTS, FORMS, ORDERS = ("people", "films"), ("rows", "flat", "nested"), ("stars", "standing")
ENGINES = ("here", "spark")
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
@click.option("--engine", type=click.Choice(ENGINES), default="here", help="Who does the work: this process, or Apache Spark.")
@click.option("--master", help="Of Spark: local[2], or spark://HOST:PORT of a standalone cluster.  [default: MATINEE_SPARK_MASTER]")
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
    engine: str,
    master: str | None,
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
    from recommender.models.recipes import trainable

    if order and subject != "films":
        raise click.UsageError("--by is for --for films: the films of a person are ordered by the recipe's score.")
    if master and engine != "spark":
        raise click.UsageError("--master is for --engine spark.")
    recipe, parameters = recipe_and_parameters(settings, recipe, parameter_file, chosen_parameters(neighbours, damping))
    trainable(recipe)
    # The place is looked at before the work, and so is Spark.
    with ExitStack() as stack:
        files, file = None, None
        if output.endswith("/") or Path(output).is_dir():
            files = stack.enter_context(_files_in(output))
        else:
            file = stack.enter_context(one_file(output))
        bars = stack.enter_context(Bars())
        spark = stack.enter_context(_spark(master or settings.spark_master, bars)) if engine == "spark" else None
        stack.enter_context(session_for(settings, recipe))
        data_set = data_named(settings, data)
        model = _fitted(data_set, recipe, parameters)
        job = _job(model, subject, order, form, n)
        worker = stack.enter_context(_worker(model, data_set, spark, partial(bars, "lists")))
        parts = n_parts or -(-model.matrix.n_users // PEOPLE_IN_A_PART)
        if files:
            files.finish(write_parts(job, model, worker, parts, files), _facts(data_set, model, job))
        elif file:
            file.writelines(write(job, model, worker, n_parts or max(parts, worker.n_at_least)))


def _fitted(data_set: DataSet, recipe: str, parameters: Parameters) -> Model:
    from recommender.data.matrix import RatingMatrix
    from recommender.models import recipes

    matrix = RatingMatrix.of(data_set.ratings, data_set.catalogue.movie_ids)
    return recipes.fit(recipe, matrix, data_set.catalogue, parameters)


def _job(model: Model, subject: str, order: str | None, form: str, n: int) -> Job:
    from recommender.listings.job import Job
    from recommender.listings.schema import Schema

    return Job.of(model, Schema(subject, form, n, model.recipe), order)


def _facts(data_set: DataSet, model: Model, job: Job) -> dict[str, Any]:
    """For the manifest."""
    facts = {"data": data_set.name, "recipe": model.recipe, "parameters": dict(model.parameters)}
    order = {"by": job.order} if job.order else {}
    return {**facts, "lists_of": job.schema.subject, "form": job.schema.form, **order, "columns": list(job.schema.columns)}


def _spark(master: str, bars: Bars) -> AbstractContextManager[SparkContext]:
    from recommender.spark_session import session

    bars.say(f"Starting Spark on {master} …")
    return session(master)


@contextmanager
def _worker(model: Model, data_set: DataSet, spark: SparkContext | None, progress: Progress) -> Iterator[Engine]:
    from recommender.listings.job import Here

    if spark is None:
        yield Here(model, progress)
        return
    from recommender.on_spark.cluster import cluster

    with cluster(spark, model, data_set.catalogue, progress) as executors:
        yield executors


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
