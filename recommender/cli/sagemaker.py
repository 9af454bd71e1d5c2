"""`matinee sagemaker`: the papers' factorisation machine with Amazon SageMaker, or in its shape on this machine."""

from __future__ import annotations

from functools import partial

import click

from recommender.cli.inputs import DATA, DATA_FOLDER, data_named
from recommender.settings import Settings
from recommender.terminal import Bars, print_table

FOLDS = ("u1", "u2", "u3", "u4", "u5")
LABELS = ("liked", "stars")  # those of recommender.sagemaker.one_hot, which help need not load


@click.group()
def sagemaker() -> None:
    """The papers' machine as Amazon SageMaker has it."""


@sagemaker.command()
@DATA
@click.option(
    "--split",
    type=click.Choice(FOLDS),
    default="u1",
    help="Which fifth is held out for testing: the official folds where the data have them, else our own.",
)
@click.option(
    "--to", "place", required=True, help="s3://BUCKET[/PREFIX], or a folder that stands for the bucket. PREFIX is fm if left out."
)
@click.option("--label", type=click.Choice(LABELS), default="liked", help="What is learned: whether a film has over 3 stars, or its stars.")
@click.pass_obj
def write(settings: Settings, data: str | None, split: str, place: str, label: str) -> None:
    """Write a data set as a training job of SageMaker reads it.

    For each rating a record with a 1 for who and a 1 for what, in RecordIO and protobuf, at fm/train/train.protobuf and
    fm/test/test.protobuf; and which numbers the features stand for at fm/ids/ids.json.
    """
    from recommender.data.movielens import official_folds
    from recommender.evaluation.plans import plan
    from recommender.first_data import place_of
    from recommender.sagemaker import writing
    from recommender.sagemaker.place import Place

    target = Place.at(place)
    data_set = data_named(settings, data)
    films = data_set.catalogue
    folds = plan("folds", data_set.ratings, official=official_folds(place_of(data or settings.data, DATA_FOLDER), films.movie_ids))
    ids = writing.ids_of(data_set.ratings, films.movie_ids)
    with Bars() as bars:
        written = writing.write(folds.splits[FOLDS.index(split)], ids, target, label, progress=partial(bars, "records"))
    head = ("file", "records", "bytes", "sha256")
    print_table(head, [(each.place, f"{each.n_records:,}", f"{each.n_bytes:,}", each.sha256[:12]) for each in written])
    click.echo(
        f"feature_dim is {ids.n_features} = {len(ids.user_ids)} people + {len(ids.movie_ids)} films, two ones in each record; "
        f"models go to {target.output}"
    )
