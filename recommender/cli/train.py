"""`matinee train` and `matinee rollback`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click

from recommender.cli.inputs import (
    DAMPING,
    DATA,
    DATA_FOLDER,
    NEIGHBOURS,
    RECIPE,
    chosen_parameters,
    opened_blobs,
    opened_profiles,
    say_refused,
)
from recommender.settings import Settings
from recommender.terminal import Bars


@click.command()
@DATA
@RECIPE
@NEIGHBOURS
@DAMPING
@click.option("--if-needed", is_flag=True, help="Do nothing when there is nothing new to learn from.")
@click.option("--measure", is_flag=True, help="Then measure how good the lists are, for the operator's page.")
@click.option("--keep-up", is_flag=True, help="Train whenever enough is new, beside a server, until standard input ends.")
@click.pass_obj
def train(
    settings: Settings,
    data: str | None,
    recipe: str | None,
    neighbours: int | None,
    damping: float | None,
    if_needed: bool,
    measure: bool,
    keep_up: bool,
) -> None:
    """Make and publish a model of the data and everybody's list."""
    if keep_up:
        if (data, recipe, neighbours, damping) != (None,) * 4:
            raise click.UsageError("--keep-up trains by the settings alone; set MATINEE_DATA and MATINEE_RECIPE.")
        _keep_up(settings)
        return
    settings = replace(settings, data=settings.data if data is None else data)
    train_and_publish(settings, recipe or settings.recipe, chosen_parameters(neighbours, damping), if_needed=if_needed)
    if measure:
        _measure(settings)


@click.command()
@click.pass_obj
def rollback(settings: Settings) -> None:
    """Put the model before in force again.

    Running servers follow within a second, where the models lie in a bucket within ten.
    """
    from recommender import training

    with opened_profiles(settings) as profiles, Bars() as bars:
        pointer = training.roll_back(opened_blobs(settings), profiles, progress=bars)
    click.echo(f"Model {pointer.version} is in force again, as generation {pointer.generation}.")


def train_and_publish(settings: Settings, recipe: str, parameters: dict[str, float], *, if_needed: bool) -> None:
    from recommender import training
    from recommender.first_data import first_data, tag_of
    from recommender.models.recipes import known_recipe

    recipe = known_recipe(recipe)  # before anything is fetched
    blobs = opened_blobs(settings)
    # Before they are copied: data that change meanwhile are looked at once more, never missed.
    tag = tag_of(settings.data)
    with opened_profiles(settings) as profiles:
        if if_needed and not training.is_needed(settings.data, blobs, profiles, recipe=recipe, source_tag=tag):
            return
        with Bars() as bars:
            data_set = first_data(settings, folder=DATA_FOLDER, say=bars.say, progress=bars)
            say_refused(data_set, bars.say)
            trained = training.train(
                data_set,
                blobs,
                profiles,
                recipe=recipe,
                parameters=parameters,
                source=settings.data,
                source_tag=tag,
                progress=bars,
            )
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in trained.seconds.items())
    click.echo(f"Trained {recipe} on {data_set.name}: {trained.n_ratings:,} ratings, {trained.n_lists:,} lists ({stages}).", err=True)


def _keep_up(settings: Settings) -> None:
    from recommender.cli.keeping_up import keep_up

    keep_up(settings, [str(Path(sys.executable).with_name("matinee")), "train", "--if-needed", "--measure"])


def _measure(settings: Settings) -> None:
    from recommender import measuring
    from recommender.storage.blobs import open_blobs

    with Bars() as bars:
        measured = measuring.measure(open_blobs(settings.blobs_url, cache_folder=settings.cache_folder, patient=True), bars)
    if measured is None:
        return
    if measured.quality is None:
        click.echo(f"Not measured: {measured.unmeasured}.", err=True)
    else:
        quality = measured.quality
        click.echo(
            f"Measured {measured.recipe}: NDCG@10 {quality.ndcg:.4f} ±{quality.error:.4f}, popular {quality.popular:.4f}, "
            f"{quality.n_people:,} people.",
            err=True,
        )
