"""`matinee sagemaker`: the papers' factorisation machine with Amazon SageMaker, or in its shape on this machine."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from recommender.cli.inputs import DATA, DATA_FOLDER, data_named
from recommender.errors import DataError, InvalidInputError, RecommenderError
from recommender.settings import Settings
from recommender.terminal import Bars, print_table

MODELS = Path("var/sagemaker")  # those fetched from buckets
FOLDS = ("u1", "u2", "u3", "u4", "u5")
# Those of recommender.sagemaker.one_hot and calls, which help need not load.
LABELS = ("liked", "stars")
KINDS = ("training", "tuning", "endpoint")


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


_FOLDER = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("/opt/ml"),
    help="What SageMaker lays at /opt/ml; another for a try on this machine.",
)


@sagemaker.command()
@_FOLDER
def train(folder: Path) -> None:
    """Train as SageMaker asks a container to.

    Reads input/config and the channels of input/data, prints its figures, and leaves the model in model, or the reason of a failure in
    output/failure. Whoever stops it (SIGTERM) gets a model of what was learned until then.
    """
    from recommender.sagemaker import container

    try:
        container.train(folder, say=_say, is_stopped=_stopped())
    except RecommenderError as error:
        container.tell_failure(folder, str(error))
        raise
    except Exception as error:
        container.tell_failure(folder, f"{type(error).__name__}: {error}; the job's log has all of it.")
        raise


@sagemaker.command()
@click.option("--bucket", default="s3://movierecom", help="Where the files are and the model goes, s3://BUCKET[/PREFIX] or a folder.")
@click.option("--name", default="movierecom-fm", help="Of the job, below whose name its model lies.")
@click.option("--set", "settings_of", multiple=True, metavar="NAME=VALUE", help="A hyperparameter, beside the papers' or in place of one.")
def run(bucket: str, name: str, settings_of: tuple[str, ...]) -> None:
    """Train on this machine on what `write` has put into a bucket.

    The model goes where SageMaker would put it, fm/output/NAME/output/model.tar.gz. feature_dim is that of the files.
    """
    from recommender.sagemaker import local_job
    from recommender.sagemaker.calls import papers_hyperparameters
    from recommender.sagemaker.place import Place

    papers = {name: value for name, value in papers_hyperparameters().items() if name != "feature_dim"}
    told = {**papers, **dict(_named_value(text) for text in settings_of)}
    model = local_job.run(Place.at(bucket), name, told, say=_say, is_stopped=_stopped())
    click.echo(f"The model is {model}; `matinee sagemaker serve --model {model}` serves it.", err=True)


def _stopped() -> Callable[[], bool]:
    """Whether somebody has asked this process to end, which from now on does not end it."""
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda number, frame: stopped.set())
    return stopped.is_set


def _say(line: str) -> None:
    """At once: somebody reads along."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@sagemaker.command()
@_FOLDER
@click.option("--model", help="A folder, or a model.tar.gz, which may lie at s3://.  [default: model in --folder]")
@click.option("--host", default="0.0.0.0", help="The address to listen on.")  # noqa: S104  SageMaker asks from outside the container
@click.option("--port", type=click.IntRange(1, 65535), default=8080, help="The port to listen on.")
@click.option("--workers", type=click.IntRange(1), help="Processes.  [default: as many as there are cores]")
def serve(folder: Path, model: str | None, host: str, port: int, workers: int | None) -> None:
    """Serve a model as SageMaker asks a container to.

    `/ping` tells that it is there, `/invocations` takes JSON, lines of JSON or RecordIO and answers scores and labels.
    """
    from recommender.sagemaker.machine import load

    place = str((_at_hand(model) if model else folder / "model").resolve())
    load(Path(place))  # a model that is none is told here, once
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    arguments = [
        *("--bind", f"[{host}]:{port}" if ":" in host else f"{host}:{port}", "--workers", str(workers or os.cpu_count() or 1)),
        *("--worker-class", "gthread", "--threads", "4", "--timeout", "60", "--graceful-timeout", "25", "--no-control-socket"),
        f"webapp.sagemaker:create_endpoint({place!r})",
    ]
    os.execv(gunicorn, [gunicorn, *arguments])  # noqa: S606  no shell: the program beside this Python


def _at_hand(model: str) -> Path:
    """The model on this machine; fetched where it lies in a bucket."""
    from recommender.sagemaker.place import Place

    if not model.startswith("s3://"):
        return Path(model)
    bucket, _, key = model.removeprefix("s3://").partition("/")
    found = Place.at(f"s3://{bucket}").fetch(model, MODELS / bucket / Path(key).parent)
    if not found:
        raise DataError(f"There is no model at {model}; name the model.tar.gz of a job.")
    return found[0]


@sagemaker.command()
@click.option(
    "--kind", type=click.Choice(KINDS), required=True, help="One training, a search for hyperparameters, or an endpoint for a model."
)
@click.option("--role", required=True, help="The ARN of the role that SageMaker acts as.")
@click.option("--bucket", default="s3://movierecom", help="Where the files and models are, s3://BUCKET[/PREFIX], as for write.")
@click.option("--name", default="movierecom-fm", help="Of the job, or of the model, its configuration and the endpoint.")
@click.option("--image", default="", help="Our container in a registry.  [default: Amazon's own algorithm]")
@click.option("--region", default="us-east-2", help="Where it is to be.")
@click.option("--machine", help="The instance type.  [default: ml.c5.xlarge to train, ml.m5.large to serve]")
@click.option("--set", "settings_of", multiple=True, metavar="NAME=VALUE", help="A hyperparameter, beside the papers' or in place of one.")
@click.option("--trials", "n_trials", type=click.IntRange(1), default=20, help="Training jobs of a search, in all.")
@click.option("--at-once", type=click.IntRange(1), default=1, help="Training jobs of a search, at the same time.")
@click.option("--spot", "is_spot", is_flag=True, help="Train on spare machines, which cost less and may be taken away.")
@click.option("--model", "model_data", default="", help="The model.tar.gz of an endpoint.  [default: that of the training job --name]")
@click.option("--submit", is_flag=True, help="Make the calls, with the account that boto3 finds, instead of only printing them.")
def job(
    kind: str,
    role: str,
    bucket: str,
    name: str,
    image: str,
    region: str,
    machine: str | None,
    settings_of: tuple[str, ...],
    n_trials: int,
    at_once: int,
    is_spot: bool,
    model_data: str,
    submit: bool,
) -> None:
    """Print the calls by which SageMaker trains, searches or serves, held against botocore's model of it.

    Nothing is sent without --submit, and nothing that was made is free: an endpoint costs by the hour until it is deleted.
    """
    from recommender.sagemaker import service_model
    from recommender.sagemaker.calls import ENDPOINT, Wanted, calls_for
    from recommender.sagemaker.place import Place

    wanted = Wanted(
        name=name,
        role=role,
        place=Place.at(bucket),
        region=region,
        machine=machine or ("ml.m5.large" if kind == ENDPOINT else "ml.c5.xlarge"),
        image=image,
        told=dict(_named_value(text) for text in settings_of),
        model_data=model_data,
        n_trials=n_trials,
        at_once=at_once,
        is_spot=is_spot,
    )
    calls = calls_for(kind, wanted)
    service_model.check(calls)
    click.echo(json.dumps(dict(calls), indent=1))
    if submit:
        for arn in service_model.send(calls, service_model.client_in(region)):
            click.echo(f"made   {arn}", err=True)


def _named_value(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InvalidInputError("--set", text, "NAME=VALUE, such as epochs=403")
    return name, value
