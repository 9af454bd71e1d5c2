"""`matinee predict` and `matinee evaluate`."""

from __future__ import annotations

import csv
import json
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.files import page_written, read_pairs, written_whole
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
from recommender.cli.measured import HTML, PEOPLE, SPLIT, VALIDATION, measured_data
from recommender.settings import Settings
from recommender.terminal import Bars, print_figures

if TYPE_CHECKING:
    from recommender.evaluation.report import Report


GUESS, NAN, DROP = "guess", "nan", "drop"  # what is written of a person or film without ratings
STARS, LIKINGS = "stars", "likings"  # what is written of the others


@click.command()
@DATA
@RECIPE
@PARAMETERS
@click.option(
    "--cold-start",
    type=click.Choice((GUESS, NAN, DROP)),
    default=GUESS,
    help="Of pairs whose person or film has no ratings: the recipe's guess all the same, NaN, or no row.  [default: guess]",
)
@click.option(
    "--what",
    type=click.Choice((STARS, LIKINGS)),
    default=STARS,
    help="The stars, or how probably the film gets over 3 of them (score) and whether that is likely (label).",
)
@click.option(
    "--pairs", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, help="A CSV with user_id,movie_id[,timestamp]."
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The CSV to write: user_id,movie_id,prediction, or user_id,movie_id,score,label.",
)
@click.pass_obj
def predict(
    settings: Settings,
    data: str | None,
    recipe: str | None,
    parameter_file: Path | None,
    cold_start: str,
    what: str,
    pairs: Path,
    output: Path,
) -> None:
    """Fit on the data and write stars or likings for pairs.

    One for each pair, in the order given; with --cold-start drop none for those of which nothing is known.
    """
    import numpy as np

    from recommender.evaluation.likings import LIKELY
    from recommender.evaluation.quality import predicted_likings, predicted_stars
    from recommender.models.recipes import trainable

    recipe, parameters = recipe_and_parameters(settings, recipe, parameter_file, {})
    trainable(recipe)
    user_ids, movie_ids = read_pairs(pairs)
    with written_whole(output) as file, session_for(settings, recipe), Bars() as bars:
        data_set = data_named(settings, data)
        found = (predicted_stars if what == STARS else predicted_likings)(
            data_set.ratings,
            data_set.catalogue,
            recipe,
            parameters,
            np.array(user_ids, dtype=np.int64),
            np.array(movie_ids, dtype=np.int64),
            partial(bars, "predictions"),
        )
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["user_id", "movie_id", *(["prediction"] if what == STARS else ["score", "label"])])
        cold = ~(np.isin(user_ids, data_set.ratings.user_ids) & np.isin(movie_ids, data_set.ratings.movie_ids)) & (cold_start != GUESS)
        for user_id, movie_id, value, is_cold in zip(user_ids, movie_ids, found.tolist(), cold.tolist(), strict=True):
            if not is_cold or cold_start == NAN:
                told = (round(value, 4),) if what == STARS else (round(value, 6), int(value >= LIKELY))
                rows.writerow((user_id, movie_id, *(["NaN"] * len(told) if is_cold else told)))


@click.command()
@DATA
@SPLIT
@click.option(
    "--recipe",
    "recipe_list",
    default="user-cosine",
    help="Recipes with commas between them, each with parameters if need be: user-cosine:damping=0,popular. popular is measured always.",
)
@NEIGHBOURS
@DAMPING
@PARAMETERS
@VALIDATION
@PEOPLE
@HTML
@click.option("--json", "as_json", is_flag=True, help="All figures as JSON.")
@click.pass_obj
def evaluate(
    settings: Settings,
    data: str | None,
    split: str,
    recipe_list: str,
    neighbours: int | None,
    damping: float | None,
    parameter_file: Path | None,
    validation: bool,
    people: int | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Measure recipes on ratings they have not seen.

    newest: each person's newest tenth of the ratings of 2 stars or more. newest-liked: the same of all ratings, only those over 3 stars
    count as found. last: each person's last rating. rolling: windows of time, each learned from all before it; known people (warm) and new
    ones (cold). strangers: people whom the model has not learned from. folds: predicted stars on five folds (the official u1 to u5 where
    the data have them).
    """
    from recommender.evaluation.contenders import contenders
    from recommender.evaluation.report import report_of
    from recommender.figures_page import report_page

    chosen = contenders(_with_parameters(recipe_list, parameter_file), chosen_parameters(neighbours, damping))
    with page_written(html) as write, session_for(settings, *(one.recipe for one in chosen)), Bars() as bars:
        measured = measured_data(settings, data, split, validation=validation, people=people)
        report = report_of(measured.plan, measured.films, chosen, measured.provenance, clock=time.perf_counter, progress=bars)
        write(report_page(report))
    if as_json:
        click.echo(json.dumps(report.told(), indent=1))
    else:
        print_report(report)


def _with_parameters(recipe_list: str, file: Path | None) -> str:
    """The recipes, those of a file beside them: its recipe with its parameters, and alone where no others were named."""
    if file is None:
        return recipe_list
    from recommender.tuning.parameters import read_parameters

    found = read_parameters(file)
    if found.says:
        click.echo(found.says, err=True)
    of_file = (
        f"{found.recipe}:{','.join(f'{name}={value!r}' for name, value in found.parameters.items())}" if found.parameters else found.recipe
    )
    is_named = click.get_current_context().get_parameter_source("recipe_list") is click.core.ParameterSource.COMMANDLINE
    return f"{recipe_list},{of_file}" if is_named else of_file


def print_report(report: Report) -> None:
    """A table of all measures, or one for known and one for new people, and the main measure by length of history; then in words."""
    from recommender.evaluation.figures import Figure

    groups, main = report.groups(), report.plan.main
    parts = [name for name in ("warm", "cold") if name in groups]
    for part in parts:
        print_figures(groups[part], part)
        click.echo()
    if parts:
        print_figures({outcome.contender.name: outcome.trial.whole for outcome in report.outcomes}, "together")
        click.echo()
    else:
        print_figures(report.figures())
        click.echo()
    by_length: dict[str, dict[str, Figure]] = {}
    for group, of_recipe in groups.items():
        if group not in parts:
            for name, figures in of_recipe.items():
                by_length.setdefault(name, {})[f"{group} ({figures[main].n})"] = figures[main]
    if by_length:
        print_figures(by_length, f"{main} by history")
        click.echo()
    print_figures({outcome.contender.name: {"seconds": Figure(outcome.seconds, 0.0, 1)} for outcome in report.outcomes}, "training")
    click.echo()
    for sentence in report.sentences():
        click.echo(sentence)
    click.echo(f"{report.provenance['data']}, {report.provenance['ratings']:,} ratings; {report.plan.says}; ± is one standard error")
