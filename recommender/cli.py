"""The command line: `matinee …`. Results go to standard output, talk to standard error."""

from __future__ import annotations

import csv
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from recommender.domain import LIST_LENGTH, LONGEST_LIST, UserId
from recommender.errors import DataError, InvalidInputError, RecommenderError
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

    data_set = _read(settings, data)
    model = recipes.fit(
        recipe or settings.recipe, RatingMatrix.of(data_set.ratings, data_set.catalogue.movie_ids), _parameters(neighbours, damping)
    )
    matrix = model.matrix
    with _written(output) as file, Bars() as bars:
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

    user_ids, movie_ids = _read_pairs(pairs)
    data_set = _read(settings, data)
    with Bars() as bars:
        found = predicted_stars(
            data_set.ratings,
            data_set.catalogue.movie_ids,
            recipe or settings.recipe,
            {},
            np.array(user_ids, dtype=np.int64),
            np.array(movie_ids, dtype=np.int64),
            partial(bars, "predictions"),
        )
    with _written(output) as file:
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
        click.echo(json.dumps({**provenance, "recipes": {r: {k: asdict(v) for k, v in f.items()} for r, f in figures.items()}}, indent=1))
    else:
        print_figures(figures, f"{data_set.name}, {len(data_set.ratings):,} ratings; {note}; ± is one standard error")


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
        profiles.share(UserId(user_id), shared)
    click.echo(f"The list of {user_id} is {'readable by whoever knows the number' if shared else 'private'}.")


@profile.command("forget")
@click.argument("user_id", type=click.IntRange(1))
@click.confirmation_option(prompt="Their ratings and list will be gone for good. Go on?")
@click.pass_obj
def profile_forget(settings: Settings, user_id: int) -> None:
    """Take a person's ratings and list away; the number is not given again."""
    with _profiles(settings) as profiles:
        profiles.forget_person(UserId(user_id))
    click.echo(f"{user_id} is forgotten; the model forgets at the next training.")


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
    """Serve the site and the API; the first start fetches data and trains."""
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    _train(settings, settings.recipe, {}, if_needed=True)
    os.environ |= {"MATINEE_HOST": settings.host, "MATINEE_PORT": str(settings.port)}
    click.echo(f"\nMatinee is at http://{settings.host}:{settings.port}  (Ctrl-C stops it)\n", err=True)
    sys.stderr.flush()
    gunicorn = str(Path(sys.executable).with_name("gunicorn"))
    configuration = str(Path(__file__).parent.parent / "deploy" / "gunicorn.conf.py")
    os.execv(gunicorn, [gunicorn, "--config", configuration, "webapp.wsgi:app"])  # noqa: S606  no shell: the program beside this Python


@main.command()
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Say what is well and what is not: settings, stores, model, secret, disk. Exit code 1 if anything is not."""
    from recommender.doctor import examine

    findings = examine(settings)
    for finding in findings:
        click.echo(f"{'ok  ' if finding.is_well else 'BAD '} {finding.what:<10} {finding.text}")
    if not all(finding.is_well for finding in findings):
        raise click.exceptions.Exit(1)


def _train(settings: Settings, recipe: str, parameters: dict[str, float], *, if_needed: bool) -> None:
    from recommender import training
    from recommender.first_data import first_data
    from recommender.storage.blobs import open_blobs

    blobs = open_blobs(settings.blobs_url)
    with _profiles(settings) as profiles:
        if if_needed and not training.is_needed(settings.data, blobs, profiles):
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
    user_ids, movie_ids = [], []
    with path.open(newline="", encoding="utf-8-sig") as file:
        for line, row in enumerate(csv.reader(file), start=1):
            if not row or (line == 1 and not row[0].strip().isdigit()):
                continue
            try:
                user_ids.append(int(row[0]))
                movie_ids.append(int(row[1]))
            except (ValueError, IndexError):
                raise InvalidInputError(f"line {line} of {path}", ",".join(row), "user_id,movie_id in whole numbers") from None
    return user_ids, movie_ids


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
    """The file, whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("w", newline="", encoding="utf-8") as file:
            yield file
        unfinished.replace(path)
    except OSError as error:
        raise DataError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
