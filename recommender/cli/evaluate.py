"""`matinee predict` and `matinee evaluate`."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click

from recommender.cli.files import read_pairs, written_whole
from recommender.cli.inputs import DAMPING, DATA, DATA_FOLDER, NEIGHBOURS, RECIPE, chosen_parameters, data_named
from recommender.settings import Settings
from recommender.terminal import Bars, print_figures


@click.command()
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
    """Fit on the data and write the stars predicted for pairs.

    One for each pair, in the order given.
    """
    import numpy as np

    from recommender.evaluation.report import predicted_stars
    from recommender.models.recipes import known_recipe

    recipe = known_recipe(recipe or settings.recipe)
    user_ids, movie_ids = read_pairs(pairs)
    with written_whole(output) as file, Bars() as bars:
        data_set = data_named(settings, data)
        found = predicted_stars(
            data_set.ratings,
            data_set.catalogue,
            recipe,
            {},
            np.array(user_ids, dtype=np.int64),
            np.array(movie_ids, dtype=np.int64),
            partial(bars, "predictions"),
        )
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["user_id", "movie_id", "prediction"])
        rows.writerows((u, m, round(stars, 4)) for u, m, stars in zip(user_ids, movie_ids, found.tolist(), strict=True))


@click.command()
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
    data_set = data_named(settings, data)
    films, parameters = data_set.catalogue, chosen_parameters(neighbours, damping)
    figures: dict[str, dict[str, report.Figure]] = {}
    if split == "folds":
        official = official_folds(place_of(data or settings.data, DATA_FOLDER), films.movie_ids)
        dealt = [splits.Split(train, held_out) for train, held_out in official] or list(
            splits.folds(data_set.ratings, rng=np.random.default_rng(0))
        )
        for recipe in recipes:
            figures[recipe] = report.star_quality(dealt, films, recipe, parameters)
        note = f"{len(dealt)} {'official' if official else 'random'} folds"
    else:
        made = splits.newest(data_set.ratings, liked_only=split == "newest-liked")
        for recipe in recipes:
            with Bars() as bars:
                figures[recipe] = report.list_quality(made, films, recipe, parameters, partial(bars, recipe))
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
