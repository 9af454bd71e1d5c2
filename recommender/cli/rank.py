"""`matinee recommend` and `matinee batch`."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from recommender.cli.files import written_whole
from recommender.cli.inputs import DAMPING, DATA, NEIGHBOURS, RECIPE, chosen_parameters, data_named
from recommender.domain import LIST_LENGTH, LONGEST_LIST, Asker
from recommender.settings import Settings
from recommender.terminal import Bars, print_list


@click.command()
@click.argument("user_id", type=click.IntRange(1))
@click.option("-n", "n", type=click.IntRange(1, LONGEST_LIST), default=LIST_LENGTH, help="How many films.")
@click.option("--recipe", default=None, help="Another method than the trained one, over the same ratings.")
@click.option("--token", envvar=None, help="The bearer token of a private list.")
@click.option("--json", "as_json", is_flag=True, help="The list as JSON.")
@click.pass_obj
def recommend(settings: Settings, user_id: int, n: int, recipe: str | None, token: str | None, as_json: bool) -> None:
    """Print the list of USER_ID.

    Each film with its rank, match, predicted stars, title, number and the first reason.
    """
    from recommender.serving import open_recommender

    recommender = open_recommender(settings)
    try:
        made = recommender.list_for(user_id, n, recipe=recipe, asker=Asker(token))
    finally:
        recommender.close()
    if as_json:
        click.echo(json.dumps(asdict(made), ensure_ascii=False, indent=1))
    else:
        print_list(made)


@click.command()
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
    """Fit on the data and write the list of every user in it.

    The running store is neither read nor written.
    """
    from recommender.batch import rank_everybody
    from recommender.data.matrix import RatingMatrix
    from recommender.models import recipes

    recipe = recipes.known_recipe(recipe or settings.recipe)
    with written_whole(output) as file, Bars() as bars:
        data_set = data_named(settings, data)
        matrix = RatingMatrix.of(data_set.ratings, data_set.catalogue.movie_ids)
        model = recipes.fit(recipe, matrix, data_set.catalogue, chosen_parameters(neighbours, damping))
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["user_id", "movie_id", "rank", "score"])
        for ranked in rank_everybody(model, n, progress=partial(bars, "lists")):
            user_id = int(matrix.user_ids[ranked.row])
            movie_ids = matrix.movie_ids[ranked.columns].tolist()
            scores = [model.neutral if score != score else score for score in ranked.scores.tolist()]
            rows.writerows(
                (user_id, movie_id, rank, score) for rank, (movie_id, score) in enumerate(zip(movie_ids, scores, strict=True), start=1)
            )
