"""`matinee titles`: what the films are called, for whoever has to know it before they are asked for one."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recommender.cli.files import written_whole
from recommender.cli.inputs import data_named, published_in_force
from recommender.errors import InvalidInputError
from recommender.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from recommender.data.catalogue import Catalogue

COLUMNS = ("movie_id", "title", "year", "n_ratings", "also_known_as")


@click.command()
@click.option(
    "--data",
    default=None,
    help="Those of a data set, named as for `matinee train`.  [default: those of the model in force]",
    metavar="PATH",
)
@click.option("--sample", is_flag=True, help="Those of the built-in sample.")
@click.option("--most", type=click.IntRange(1), default=5000, help="How many films at most.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help=f"The CSV to write: {','.join(COLUMNS)}.")
@click.pass_obj
def titles(settings: Settings, data: str | None, sample: bool, most: int, output: Path) -> None:
    """Write the titles of the films, best known first.

    Best known is what most people have rated; among equals the lower number comes first. Other titles of a film stand in its last
    column, one a line. `python -m alexa_skill.model` makes of them what the Echo understands.
    """
    import numpy as np

    if data and sample:
        raise InvalidInputError("--data", data, "left out beside --sample")
    catalogue, n_ratings = _sample() if sample else _of_data(settings, data) if data else _in_force(settings)
    order = np.argsort(-n_ratings, kind="stable")[:most]
    with written_whole(output) as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for column in order.tolist():
            film = catalogue.movie(column)
            rows.writerow((film.movie_id, film.title, film.year or "", n_ratings[column], "\n".join(catalogue.also_known_as(column))))


def _sample() -> tuple[Catalogue, NDArray[Any]]:
    from recommender.data.matrix import RatingMatrix
    from recommender.data.sample import sample_data_set

    sample = sample_data_set()
    return sample.catalogue, RatingMatrix.of(sample.ratings, sample.catalogue.movie_ids).raters


def _of_data(settings: Settings, data: str) -> tuple[Catalogue, NDArray[Any]]:
    from recommender.data.matrix import RatingMatrix

    read = data_named(settings, data)
    return read.catalogue, RatingMatrix.of(read.ratings, read.catalogue.movie_ids).raters


def _in_force(settings: Settings) -> tuple[Catalogue, NDArray[Any]]:
    published = published_in_force(settings)
    return published.catalogue, published.matrix.raters
