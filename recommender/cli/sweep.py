"""`matinee sweep`: what exploration does to one viewer's list, weight by weight."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import click

from recommender.cli.inputs import data_named, opened_blobs, published_in_force, session_for
from recommender.cli.wishes import Weight
from recommender.domain import LIST_LENGTH, LONGEST_LIST, Movie
from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.publication import Published
    from recommender.sweeping import Step, Sweep

WEIGHTS = "0,0.1,0.3,0.5,0.7,0.9"
HEADS = ("Recommendation Movie", "Genres", "Tests")


class Weights(click.ParamType[tuple[float | str, ...]]):
    """Weights with commas between them."""

    name = "W,W…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float | str, ...]:
        if isinstance(value, tuple):
            return value
        return tuple(Weight().convert(part.strip(), param, ctx) for part in value.split(","))


@click.command()
@click.option("--user", "user_id", type=click.IntRange(1), required=True, help="The viewer's number in the data.")
@click.option(
    "--data", default=None, metavar="PATH", help="A data set, named as for `matinee train`, to fit on.  [default: the model in force]"
)
@click.option("--recipe", default=None, help="Another method than the trained one, or than MATINEE_RECIPE where --data is given.")
@click.option("--weights", type=Weights(), default=WEIGHTS, help="The weights of exploration to look at, 0 to 1 or auto.")
@click.option("--explore-days", type=click.IntRange(1), help="Explore only films whose first rating is at most so old.  [default: any age]")
@click.option(
    "--interaction-max-age-days",
    "rating_days",
    type=click.IntRange(1),
    help="Fit on ratings that are at most so many days older than the latest of the data set.  [default: on all]",
)
@click.option("-n", "n", type=click.IntRange(1, LONGEST_LIST), default=5, help="How many films for each weight.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@click.pass_obj
def sweep(
    settings: Settings,
    user_id: int,
    data: str | None,
    recipe: str | None,
    weights: tuple[float | str, ...],
    explore_days: int | None,
    rating_days: int | None,
    n: int,
    as_json: bool,
) -> None:
    """Print a viewer's list for several weights of exploration.

    For each weight a table of films with their genres and what the explored ones test; then, over fifty viewers, the mean share of a list
    of ten that is of genres in which the viewer has rated nothing. Without --data it is the model in force.
    """
    from recommender.sweeping import sweep as swept

    published, seconds = _fitted(settings, data, recipe, rating_days) if data or rating_days else _in_force(settings, recipe)
    found = swept(user_id, published, weights, n, days=explore_days)
    if as_json:
        click.echo(json.dumps(_told(found, seconds), ensure_ascii=False, indent=1))
    else:
        _print(found, seconds)


def _fitted(settings: Settings, data: str | None, recipe: str | None, rating_days: int | None) -> tuple[Published, float | None]:
    """A model of the data named, not published, and how long it took."""
    from recommender.data.matrix import RatingMatrix
    from recommender.models import recipes
    from recommender.publication import Published

    recipe = recipes.trainable(recipe or settings.recipe)
    data_set = data_named(settings, data)
    ratings = data_set.ratings.of_last(rating_days) if rating_days else data_set.ratings
    begun = time.perf_counter()
    matrix = RatingMatrix.of(ratings, data_set.catalogue.movie_ids)
    with session_for(settings, recipe):
        model = recipes.fit(recipe, matrix, data_set.catalogue)
    return Published(0, "", model, data_set.catalogue, {}), time.perf_counter() - begun


def _in_force(settings: Settings, recipe: str | None) -> tuple[Published, float | None]:
    """The model in force, or another recipe over the same ratings, and how long it took; None where nobody remembers."""
    from dataclasses import replace

    from recommender.history import trainings
    from recommender.models import recipes

    published = published_in_force(settings)
    if recipe not in (None, published.model.recipe):
        begun = time.perf_counter()
        with session_for(settings, str(recipe)):
            model = recipes.fit(str(recipe), published.matrix, published.catalogue)
        return replace(published, model=model), time.perf_counter() - begun
    known = next((training for training in trainings(opened_blobs(settings)) if training.version == published.version), None)
    return published, known.seconds.get("model") if known else None


def _print(found: Sweep, seconds: float | None) -> None:
    took = "training time not known" if seconds is None else f"training time {seconds:.2f} s"
    tables = [[_cells(step, place) for place in range(len(step.movies))] for step in found.steps]
    widths = [max(len(row[at]) for row in (HEADS, *(row for table in tables for row in table))) for at in (0, 1)]
    for step, table in zip(found.steps, tables, strict=True):
        click.echo(f"User {found.user_id}, exploration weight {_weight(step)}, {took}")
        for row in (HEADS, *table):
            click.echo(f"  {row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}".rstrip())
        click.echo()
    click.echo(
        f"Share of {LIST_LENGTH} films without a genre that the viewer has rated, mean over {found.n_viewers} viewers, {found.recipe}"
    )
    for step in found.steps:
        click.echo(f"  {step.asked!s:>4}  {step.unknown_share:.3f}")


def _cells(step: Step, place: int) -> tuple[str, str, str]:
    line = step.movies[place]
    return _titled(line.movie), ", ".join(line.movie.genres), line.explored.text if line.explored else ""


def _weight(step: Step) -> str:
    return f"{step.weight:g}" if step.asked != "auto" else f"auto = {step.weight:g}"


def _titled(movie: Movie) -> str:
    return f"{movie.title} ({movie.year})" if movie.year else movie.title


def _told(found: Sweep, seconds: float | None) -> dict[str, Any]:
    return {
        "user_id": found.user_id,
        "recipe": found.recipe,
        "training_seconds": None if seconds is None else round(seconds, 3),
        "n_viewers": found.n_viewers,
        "weights": [
            {
                "asked": step.asked,
                "weight": step.weight,
                "unknown_share": round(step.unknown_share, 4),
                "films": [
                    {
                        "movie_id": line.movie.movie_id,
                        "title": line.movie.title,
                        "year": line.movie.year,
                        "genres": line.movie.genres,
                        "tests": line.explored.text if line.explored else None,
                    }
                    for line in step.movies
                ],
            }
            for step in found.steps
        ],
    }
