"""`matinee train` and `matinee rollback`."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

import click

from recommender.cli.inputs import (
    DAMPING,
    DATA,
    DATA_FOLDER,
    NEIGHBOURS,
    PARAMETERS,
    RECIPE,
    chosen_parameters,
    keep_count,
    opened_blobs,
    opened_profiles,
    say_refused,
    session_for,
    settled_recipe_and_parameters,
)
from recommender.errors import RefusedModelError
from recommender.settings import Settings
from recommender.terminal import Bars


@click.command()
@DATA
@RECIPE
@NEIGHBOURS
@DAMPING
@PARAMETERS
@click.option("--if-needed", is_flag=True, help="Do nothing when there is nothing new to learn from.")
@click.option("--measure", is_flag=True, help="Then measure whether another recipe would make better lists.")
@click.option("--seconds", type=click.FloatRange(0), default=120.0, help="How long `--recipe auto` may measure.")
@click.option("--anyway", is_flag=True, help="Publish even a model that is worse than the one in force or no better than popular.")
@click.option("--keep-up", is_flag=True, help="Train whenever enough is new, beside a server, until standard input ends.")
@click.pass_obj
def train(
    settings: Settings,
    data: str | None,
    recipe: str | None,
    neighbours: int | None,
    damping: float | None,
    parameter_file: Path | None,
    if_needed: bool,
    measure: bool,
    seconds: float,
    anyway: bool,
    keep_up: bool,
) -> None:
    """Make and publish a model of the data and everybody's list.

    A model that is worse than the one in force, or no better than popular, on ratings held out for that is not published. With the default
    recipe, some seconds more tell whether one that costs little would make better lists; --measure tries all.
    """
    if keep_up:
        if (data, recipe, neighbours, damping, parameter_file) != (None,) * 5:
            raise click.UsageError("--keep-up trains by the settings alone; set MATINEE_DATA, MATINEE_RECIPE and MATINEE_PARAMETERS.")
        _keep_up(settings)
        return
    from recommender.models.user_cosine import UserCosine

    settings = replace(settings, data=settings.data if data is None else data)
    recipe, parameters = settled_recipe_and_parameters(settings, recipe, parameter_file, chosen_parameters(neighbours, damping))
    train_and_publish(settings, recipe, parameters, if_needed=if_needed, anyway=anyway, seconds=seconds)
    if measure or (recipe == UserCosine.recipe and not if_needed):
        _measure(settings, is_quick=not measure)


@click.command()
@click.pass_obj
def rollback(settings: Settings) -> None:
    """Put the model before in force again.

    Running servers follow within a second, where the models lie in a bucket within ten.
    """
    from recommender import training

    with opened_profiles(settings) as profiles, Bars() as bars:
        pointer = training.roll_back(opened_blobs(settings), profiles, lists_ahead=settings.lists_ahead, progress=bars)
    click.echo(f"Model {pointer.version} is in force again, as generation {pointer.generation}.")


def train_and_publish(
    settings: Settings, recipe: str, parameters: dict[str, float], *, if_needed: bool, anyway: bool = False, seconds: float = 120.0
) -> None:
    """if_needed: whether to do nothing where nothing is new; then a model that is refused is no error either, since one is in force.

    anyway: whether to publish without asking how good the model is. seconds: that finding the best recipe may take.
    """
    from recommender import training
    from recommender.choosing import AUTO, known_or_auto, trainable_or_auto
    from recommender.domain import Publishing
    from recommender.first_data import first_data, tag_of

    recipe = known_or_auto(recipe)  # before anything is fetched
    blobs = opened_blobs(settings)
    # Before they are copied: data that change meanwhile are looked at once more, never missed.
    tag = tag_of(settings.data)
    with opened_profiles(settings) as profiles:
        if if_needed and not training.is_needed(settings.data, blobs, profiles, recipe=recipe, parameters=parameters, source_tag=tag):
            return
        trainable_or_auto(recipe)  # not before: a model that was trained elsewhere may be in force, and then nothing is needed
        with session_for(settings, *([] if recipe == AUTO else [recipe])), Bars() as bars:
            read = [first_data(settings, folder=DATA_FOLDER, say=bars.say, progress=bars, rows_read=bars.rows_read)]
            say_refused(read[0], bars.say)
            name = read[0].name
            began = time.monotonic()
            try:
                trained = training.train(
                    read.pop(),  # so that the training holds it alone, and lets go of it once it is frozen
                    blobs,
                    profiles,
                    recipe=recipe,
                    parameters=parameters,
                    source=settings.data,
                    source_tag=tag,
                    judged=not anyway,
                    seconds=seconds,
                    lists_ahead=settings.lists_ahead,
                    progress=bars,
                )
            except RefusedModelError as refused:
                keep_count(settings, trainings=1, seconds=round(time.monotonic() - began))
                if not if_needed:
                    raise
                click.echo(str(refused), err=True)
                return
            keep_count(settings, trainings=1, seconds=round(time.monotonic() - began))
    if trained.says:
        click.echo(trained.says, err=True)
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in trained.seconds.items())
    click.echo(f"Trained {trained.recipe} on {name}: {trained.n_ratings:,} ratings, {trained.n_lists:,} lists ({stages}).", err=True)
    if trained.lists != Publishing():
        click.echo(
            f"Lists: {trained.lists.written:,} written, {trained.lists.unchanged:,} unchanged, "
            f"{trained.lists.refused:,} left as they are because something newer is there.",
            err=True,
        )
    if quality := trained.quality:
        click.echo(
            f"Measured {trained.recipe}: NDCG@10 {quality.ndcg:.4f} ±{quality.error:.4f}, popular {quality.popular:.4f}, "
            f"{quality.n_people:,} people.",
            err=True,
        )


def _keep_up(settings: Settings) -> None:
    from recommender.cli.keeping_up import keep_up

    keep_up(settings, [str(Path(sys.executable).with_name("matinee")), "train", "--if-needed"])


def _measure(settings: Settings, *, is_quick: bool) -> None:
    from recommender import comparing
    from recommender.storage.blobs import open_blobs

    blobs = open_blobs(settings.blobs_url, cache_folder=settings.cache_folder, patient=True)
    with Bars() as bars:
        found = comparing.compare(blobs, bars, clock=time.monotonic, now=time.time, is_quick=is_quick)
    if found is not None and (found.advice or not is_quick):
        click.echo(found.advice or found.says, err=True)
