"""What measuring commands share: the data, what is held out of them, and the line without which a figure is a rumour."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recommender.cli.inputs import DATA_FOLDER, data_named, opened_blobs
from recommender.settings import Settings

if TYPE_CHECKING:
    from recommender.data.catalogue import Catalogue
    from recommender.data.ratings import RatingTable
    from recommender.evaluation.plans import Folds, Plan

SPLITS = ("newest", "newest-liked", "last", "rolling", "strangers", "folds")
SPLIT = click.option("--split", type=click.Choice(SPLITS), default="newest", help="What is held out (see docs/evaluation.md).")
SHAPE = ("as_json", "html")  # what only says how the figures are told
HTML = click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="A page to write, with graphs; it needs nothing from elsewhere."
)
PEOPLE = click.option("--people", type=click.IntRange(1), help="Judge so many people at most, drawn at random; models learn from all.")
VALIDATION = click.option("--validation", is_flag=True, help="The same split within what it learns from: to choose parameters by.")


@dataclass(frozen=True, slots=True)
class Measured:
    """What is measured on."""

    films: Catalogue
    plan: Plan
    provenance: Mapping[str, Any]


def measured_data(settings: Settings, data: str | None, split: str, *, validation: bool, people: int | None) -> Measured:
    """The data named, split."""
    from recommender.data.movielens import official_folds
    from recommender.first_data import place_of

    data_set = data_named(settings, data)
    films = data_set.catalogue
    official = official_folds(place_of(data or settings.data, DATA_FOLDER), films.movie_ids) if split == "folds" else []
    return _measured(data_set.name, data_set.ratings, films, split, official, validation, people)


def measured_snapshot(settings: Settings, snapshot: str, split: str, *, validation: bool, people: int | None) -> Measured:
    """What a model of this site learned from, split."""
    from recommender import snapshots

    read = snapshots.read(snapshot, opened_blobs(settings))
    return _measured(f"{read.facts['data']} and this site's own ratings", read.ratings, read.catalogue, split, [], validation, people)


def _measured(
    name: str, ratings: RatingTable, films: Catalogue, split: str, official: Folds, validation: bool, people: int | None
) -> Measured:
    from recommender.evaluation.plans import plan

    made = plan(split, ratings, official=official, validation=validation)
    made = made.of_people(people) if people else made
    provenance = {
        "data": name,
        "ratings": len(ratings),
        "people": len(set(ratings.user_ids.tolist())),
        "films": len(films),
        "validation": validation,
        "matinee": metadata.version("matinee"),
        "numpy": metadata.version("numpy"),
        "python": ".".join(map(str, sys.version_info[:3])),
        "command": command_typed(),
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
    }
    return Measured(films, made, provenance)


def command_typed() -> str:
    """The command as it can be typed again: its name and whatever options were given."""
    context = click.get_current_context()
    words = []
    for parameter in context.command.params:
        name = parameter.name or ""
        value = context.params[name]
        if context.get_parameter_source(name) is not click.core.ParameterSource.COMMANDLINE or name in SHAPE:
            continue
        if isinstance(parameter, click.Argument):
            words.append(str(value))
        else:
            words += [parameter.opts[0]] if parameter.is_flag else [parameter.opts[0], str(value)]  # type: ignore[attr-defined]
    return shlex.join(["matinee", str(context.info_name), *words])
