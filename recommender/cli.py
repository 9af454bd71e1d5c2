"""The command line: `matinee …`. Results go to standard output, talk to standard error."""

from __future__ import annotations

import csv
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

import click

from recommender.domain import LIST_LENGTH, LONGEST_LIST, UserId, is_own_person
from recommender.errors import DataError, InvalidInputError, ReadOnlyError, RecommenderError, SettingError, UnknownUserError
from recommender.settings import Settings, read_settings
from recommender.terminal import Bars, print_figures, print_list

if TYPE_CHECKING:
    from recommender.data.movielens import DataSet  # pandas comes with it, which most commands can do without
    from recommender.storage.profiles import Profiles

DATA_FOLDER = Path("var/data")


class Commands(click.Group):
    """Turns our own errors into one line and exit code 1; anything else keeps its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RecommenderError as error:
            raise click.ClickException(str(error)) from error
        except BrokenPipeError:
            # Whoever read our output has had enough.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120, "show_default": True})
@click.option("--verbose", is_flag=True, help="Say more on standard error.")
@click.pass_context
def main(ctx: click.Context, verbose: bool) -> None:
    """Films recommended from people's own ratings."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    ctx.obj = read_settings(os.environ)


DATA = click.option(
    "--data", default=None, help="A MovieLens folder, zip or name, or a folder with ratings.csv and movies.csv.  [default: MATINEE_DATA]"
)
RECIPE = click.option("--recipe", default=None, help="The method: user-cosine or popular.  [default: MATINEE_RECIPE]")
NEIGHBOURS = click.option("--neighbours", type=click.IntRange(1), help="How many of the most similar people make a list.")
DAMPING = click.option(
    "--damping", type=click.FloatRange(0), help="Imaginary neutral votes in a film's average; 0 is the textbook ranking."
)


@main.command()
@DATA
@RECIPE
@NEIGHBOURS
@DAMPING
@click.option("--if-needed", is_flag=True, help="Do nothing when there is nothing new to learn from.")
@click.pass_obj
def train(settings: Settings, data: str | None, recipe: str | None, neighbours: int | None, damping: float | None, if_needed: bool) -> None:
    """Make a model of the data and everybody's list, and publish them."""
    settings = replace(settings, data=settings.data if data is None else data)
    _train(settings, recipe or settings.recipe, _parameters(neighbours, damping), if_needed=if_needed)


@main.command()
@click.argument("user_id", type=click.IntRange(1))
@click.option("-n", "n", type=click.IntRange(1, LONGEST_LIST), default=LIST_LENGTH, help="How many films.")
@click.option("--recipe", default=None, help="Another method than the trained one, over the same ratings.")
@click.option("--token", envvar=None, help="The bearer token of a private list.")
@click.option("--json", "as_json", is_flag=True, help="The list as JSON.")
@click.pass_obj
def recommend(settings: Settings, user_id: int, n: int, recipe: str | None, token: str | None, as_json: bool) -> None:
    """Print the list of USER_ID: rank, match, predicted stars, title, film number and the first reason."""
    from recommender.serving import open_recommender

    recommender = open_recommender(settings)
    try:
        made = recommender.list_for(user_id, n, recipe=recipe, token=token)
    finally:
        recommender.close()
    if as_json:
        click.echo(json.dumps(asdict(made), ensure_ascii=False, indent=1))
    else:
        print_list(made)


@main.command()
@DATA
@RECIPE
@NEIGHBOURS
@DAMPING
@click.option("-n", "n", type=click.IntRange(1), default=25, help="How many films for each user.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The CSV to write: user_id,movie_id,rank,score."
)
@click.pass_obj
def batch(
    settings: Settings, data: str | None, recipe: str | None, neighbours: int | None, damping: float | None, n: int, output: Path
) -> None:
    """Fit on the data and write the list of every user in it. The running store is neither read nor written."""
    from recommender.batch import rank_everybody
    from recommender.data.matrix import RatingMatrix
    from recommender.models import recipes

    recipe = recipes.known_recipe(recipe or settings.recipe)
    with _written(output) as file, Bars() as bars:
        data_set = _read(settings, data)
        matrix = RatingMatrix.of(data_set.ratings, data_set.catalogue.movie_ids)
        model = recipes.fit(recipe, matrix, _parameters(neighbours, damping))
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["user_id", "movie_id", "rank", "score"])
        for ranked in rank_everybody(model, n, progress=partial(bars, "lists")):
            user_id = int(matrix.user_ids[ranked.row])
            movie_ids = matrix.movie_ids[ranked.columns].tolist()
            scores = [model.neutral if score != score else score for score in ranked.scores.tolist()]
            rows.writerows(
                (user_id, movie_id, rank, score) for rank, (movie_id, score) in enumerate(zip(movie_ids, scores, strict=True), start=1)
            )


@main.command()
@DATA
@RECIPE
@click.option(
    "--pairs", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="A CSV with user_id,movie_id[,timestamp]."
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The CSV to write: user_id,movie_id,prediction."
)
@click.pass_obj
def predict(settings: Settings, data: str | None, recipe: str | None, pairs: Path, output: Path) -> None:
    """Fit on the data and write the stars predicted for every pair, in the order given."""
    import numpy as np

    from recommender.evaluation.report import predicted_stars
    from recommender.models.recipes import known_recipe

    recipe = known_recipe(recipe or settings.recipe)
    user_ids, movie_ids = _read_pairs(pairs)
    with _written(output) as file, Bars() as bars:
        data_set = _read(settings, data)
        found = predicted_stars(
            data_set.ratings,
            data_set.catalogue.movie_ids,
            recipe,
            {},
            np.array(user_ids, dtype=np.int64),
            np.array(movie_ids, dtype=np.int64),
            partial(bars, "predictions"),
        )
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["user_id", "movie_id", "prediction"])
        rows.writerows((u, m, round(stars, 4)) for u, m, stars in zip(user_ids, movie_ids, found.tolist(), strict=True))


@main.command()
@DATA
@click.option(
    "--split", type=click.Choice(["newest", "newest-liked", "folds"]), default="newest", help="What is held out (see docs/evaluation.md)."
)
@click.option("--recipe", "recipe_list", default="popular,user-cosine", help="Recipes with commas between them.")
@NEIGHBOURS
@DAMPING
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
@click.pass_obj
def evaluate(
    settings: Settings, data: str | None, split: str, recipe_list: str, neighbours: int | None, damping: float | None, as_json: bool
) -> None:
    """Measure recipes on ratings they have not seen.

    newest: each person's newest tenth of the ratings of 2 stars or more. newest-liked: the same of all ratings, only those over 3 stars
    count as found. folds: predicted stars on five folds (the official u1 to u5 where the data have them).
    """
    import numpy as np

    from recommender.data.movielens import official_folds
    from recommender.evaluation import report, splits
    from recommender.first_data import place_of
    from recommender.models.recipes import known_recipe

    recipes = [known_recipe(name.strip()) for name in recipe_list.split(",")]
    data_set = _read(settings, data)
    movie_ids, parameters = data_set.catalogue.movie_ids, _parameters(neighbours, damping)
    figures: dict[str, dict[str, report.Figure]] = {}
    if split == "folds":
        official = official_folds(place_of(data or settings.data, DATA_FOLDER), movie_ids)
        dealt = [splits.Split(train, held_out) for train, held_out in official] or list(
            splits.folds(data_set.ratings, rng=np.random.default_rng(0))
        )
        for recipe in recipes:
            figures[recipe] = report.star_quality(dealt, movie_ids, recipe, parameters)
        note = f"{len(dealt)} {'official' if official else 'random'} folds"
    else:
        made = splits.newest(data_set.ratings, liked_only=split == "newest-liked")
        for recipe in recipes:
            with Bars() as bars:
                figures[recipe] = report.list_quality(made, movie_ids, recipe, parameters, partial(bars, recipe))
        note = f"each person's newest tenth held out: {len(made.held_out):,} ratings"
    provenance = {"data": data_set.name, "ratings": len(data_set.ratings), "split": split, "note": note}
    if as_json:
        told = {recipe: {measure: _told(figure) for measure, figure in row.items()} for recipe, row in figures.items()}
        click.echo(json.dumps({**provenance, "recipes": told}, indent=1))
    else:
        print_figures(figures, f"{data_set.name}, {len(data_set.ratings):,} ratings; {note}; ± is one standard error")


def _told(figure: Any) -> dict[str, float | None]:
    """A figure for programs: JSON has no word for "nobody to measure" but null."""
    return {name: None if value != value else value for name, value in asdict(figure).items()}


@main.group()
def profile() -> None:
    """People of this site: numbers of their own."""


@profile.command("new")
@click.option("--shared", is_flag=True, help="Let anyone who knows the number read the list.")
@click.pass_obj
def profile_new(settings: Settings, shared: bool) -> None:
    """Print a new number and the bearer token that lets its owner rate."""
    from recommender.serving import open_recommender

    recommender = open_recommender(settings)
    try:
        user_id, token = recommender.new_person(shared=shared)
    finally:
        recommender.close()
    click.echo(f"number  {user_id}\ntoken   {token}")
    click.echo("The token is shown this once. Rate a film with it:", err=True)
    click.echo(
        f"""  curl -X PUT http://{settings.host}:{settings.port}/api/v1/users/{user_id}/ratings/MOVIE_ID \\
    -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' -d '{{"rating": 4.5}}'""",
        err=True,
    )


@profile.command("share")
@click.argument("user_id", type=click.IntRange(1))
@click.option("--on/--off", "shared", default=True, help="Whether anyone who knows the number may read the list.")
@click.pass_obj
def profile_share(settings: Settings, user_id: int, shared: bool) -> None:
    """Let anyone who knows the number read the list, or no longer."""
    with _profiles(settings) as profiles:
        _check_person(user_id, profiles)
        profiles.share(UserId(user_id), shared)
    click.echo(f"The list of {user_id} is {'readable by whoever knows the number' if shared else 'private'}.")


@profile.command("forget")
@click.argument("user_id", type=click.IntRange(1))
@click.option("--yes", is_flag=True, help="Do not ask first.")
@click.pass_obj
def profile_forget(settings: Settings, user_id: int, yes: bool) -> None:
    """Take a person's ratings and list away; the number is not given again."""
    with _profiles(settings) as profiles:
        _check_person(user_id, profiles)
        if not yes:
            click.confirm("Their ratings and list will be gone for good. Go on?", abort=True)
        profiles.forget_person(UserId(user_id))
    click.echo(f"{user_id} is forgotten; the model forgets at the next training.")


def _check_person(user_id: int, profiles: Profiles) -> None:
    if not is_own_person(user_id):
        raise ReadOnlyError(user_id)
    if not profiles.has_person(UserId(user_id)):
        raise UnknownUserError(user_id, "the number was never given, or its person has left")


@main.command()
@click.pass_obj
def rollback(settings: Settings) -> None:
    """Put the model before in force again; running servers follow within a second."""
    from recommender import training
    from recommender.storage.blobs import open_blobs

    with _profiles(settings) as profiles, Bars() as bars:
        pointer = training.roll_back(open_blobs(settings.blobs_url), profiles, progress=bars)
    click.echo(f"Model {pointer.version} is in force again, as generation {pointer.generation}.")


@main.command()
@click.option("--host", default=None, help="The address to listen on.  [default: MATINEE_HOST]")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="The port to listen on.  [default: MATINEE_PORT]")
@click.pass_obj
def serve(settings: Settings, host: str | None, port: int | None) -> None:
    """Serve the site and the API; the first start fetches data and trains.

    Later starts serve the model in force at once; ratings that it has not learned from yet are learned beside the serving.
    """
    from recommender import training
    from recommender.storage.blobs import open_blobs

    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    _check_port_is_free(settings.host, settings.port)
    if not training.is_usable(settings.data, settings.recipe, open_blobs(settings.blobs_url)):
        _train(settings, settings.recipe, {}, if_needed=True)
    else:
        # Beside the serving, since nobody should wait for it: Ctrl-C ends both.
        subprocess.Popen([_beside_python("matinee"), "train", "--if-needed"], stdin=subprocess.DEVNULL)  # noqa: S603  our own program
    os.environ |= {"MATINEE_HOST": settings.host, "MATINEE_PORT": str(settings.port)}
    click.echo(f"\nMatinee is at http://{settings.host}:{settings.port}  (Ctrl-C stops it)\n", err=True)
    sys.stderr.flush()
    gunicorn = _beside_python("gunicorn")
    configuration = str(Path(__file__).parent.parent / "deploy" / "gunicorn.conf.py")
    os.execv(gunicorn, [gunicorn, "--config", configuration, "webapp.wsgi:app"])  # noqa: S606  no shell: the program beside this Python


@main.command()
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Say what is well and what is not: stores, model, training, secret, disk, clock. Exit code 1 if anything is not."""
    from recommender.doctor import examine

    findings = examine(settings)
    for finding in findings:
        click.echo(f"{'ok  ' if finding.is_well else 'BAD '} {finding.what:<10} {finding.text}")
    if not all(finding.is_well for finding in findings):
        raise click.exceptions.Exit(1)


def _beside_python(program: str) -> str:
    return str(Path(sys.executable).with_name(program))


def _check_port_is_free(host: str, port: int) -> None:
    """Before any data are fetched, since a server that cannot listen is no use."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingError(
                f"The site cannot listen on {host}, port {port}: {(error.strerror or str(error)).lower()}; "
                "choose another with --port or MATINEE_PORT, or stop what listens there."
            ) from error


def _train(settings: Settings, recipe: str, parameters: dict[str, float], *, if_needed: bool) -> None:
    from recommender import training
    from recommender.first_data import first_data
    from recommender.storage.blobs import open_blobs

    blobs = open_blobs(settings.blobs_url)
    with _profiles(settings) as profiles:
        if if_needed and not training.is_needed(settings.data, blobs, profiles, recipe=recipe):
            return
        with Bars() as bars:
            data_set = first_data(settings, folder=DATA_FOLDER, say=bars.say, progress=bars)
            _say_refused(data_set, bars.say)
            trained = training.train(data_set, blobs, profiles, recipe=recipe, parameters=parameters, source=settings.data, progress=bars)
    stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in trained.seconds.items())
    click.echo(f"Trained {recipe} on {data_set.name}: {trained.n_ratings:,} ratings, {trained.n_lists:,} lists ({stages}).", err=True)


def _read(settings: Settings, data: str | None) -> DataSet:
    from recommender.first_data import data_at

    place = data or settings.data
    if not place:
        raise DataError("No data set is named; give --data PATH or set MATINEE_DATA.")
    with Bars() as bars:
        data_set = data_at(place, settings, folder=DATA_FOLDER, say=bars.say, progress=bars)
        _say_refused(data_set, bars.say)
    return data_set


def _say_refused(data_set: DataSet, say: Callable[[str], None]) -> None:
    for sentence in data_set.report.sentences():
        say(sentence)


def _read_pairs(path: Path) -> tuple[list[int], list[int]]:
    """User and movie ids, in the order of the file; a first line without any number is its head."""
    user_ids, movie_ids = [], []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for line, row in enumerate(csv.reader(file), start=1):
                if not row or (line == 1 and not any(map(_id, row))):
                    continue
                pair = [_id(cell) for cell in row[:2]]
                if len(pair) < 2 or None in pair:
                    raise InvalidInputError(f"line {line} of {path}", ",".join(row), "user_id,movie_id in whole numbers from 1 up")
                user_ids.append(cast("int", pair[0]))
                movie_ids.append(cast("int", pair[1]))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is no CSV ({error}); it must hold lines of user_id,movie_id.") from error
    return user_ids, movie_ids


def _id(cell: str) -> int | None:
    """The whole number from 1 up that a cell holds, or None."""
    text = cell.strip()
    return int(text) or None if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _parameters(neighbours: int | None, damping: float | None) -> dict[str, float]:
    chosen = {"n_neighbours": neighbours, "damping": damping}
    return {name: value for name, value in chosen.items() if value is not None}


@contextmanager
def _profiles(settings: Settings) -> Iterator[Profiles]:
    from recommender.storage.profiles import open_profiles

    profiles = open_profiles(settings.profiles_url)
    try:
        yield profiles
    finally:
        profiles.close()


@contextmanager
def _written(path: Path) -> Iterator[TextIO]:
    """The file, whole or not at all: what was there stays until the end. A pipe or a device gets its lines as they come."""
    is_stream = path.exists() and not path.is_file()
    target = path if is_stream else path.resolve()
    unfinished = target if is_stream else target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with unfinished.open("w", newline="", encoding="utf-8") as file:
            yield file
        if not is_stream:
            unfinished.replace(target)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        if not is_stream:
            with suppress(OSError):  # where it could not even be made
                unfinished.unlink()
