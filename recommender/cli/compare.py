"""`matinee compare`."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from recommender.cli.files import page_written
from recommender.cli.inputs import DATA, opened_blobs, session_for
from recommender.cli.measured import HTML, PEOPLE, SPLIT, VALIDATION, Measured, measured_data, measured_snapshot
from recommender.errors import InvalidInputError
from recommender.settings import Settings
from recommender.terminal import Bars, print_comparison

if TYPE_CHECKING:
    from recommender.evaluation.contenders import Contender


@click.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@DATA
@SPLIT
@VALIDATION
@PEOPLE
@HTML
@click.option("--json", "as_json", is_flag=True, help="All figures as JSON.")
@click.pass_obj
def compare(
    settings: Settings,
    one: str,
    other: str,
    data: str | None,
    split: str,
    validation: bool,
    people: int | None,
    html: Path | None,
    as_json: bool,
) -> None:
    """Measure A and B on the same people, side by side.

    Each is a recipe, with parameters if need be (user-cosine:damping=0,n_neighbours=20), or a model of this site: current, previous, or the
    version of either. Of a model the recipe and parameters are tried again, on ratings it has not seen: those named by --data, or
    those that the current model learned from. Differences are B over A, person by person; one measure alone decides.
    """
    from recommender.evaluation.comparison import Comparison
    from recommender.evaluation.report import report_of
    from recommender.figures_page import comparison_page

    contenders, snapshot = _contenders(settings, (one, other))
    if _is_same(*contenders):
        raise InvalidInputError("B", other, f"another than A; both are {contenders[0].recipe} with the same parameters")
    with page_written(html) as write, session_for(settings, *(one.recipe for one in contenders)), Bars() as bars:
        measured: Measured = (
            measured_snapshot(settings, snapshot, split, validation=validation, people=people)
            if snapshot and not data
            else measured_data(settings, data, split, validation=validation, people=people)
        )
        report = report_of(measured.plan, measured.films, contenders, measured.provenance, clock=time.perf_counter, progress=bars)
        comparison = Comparison(report, contenders[0].name, contenders[1].name)
        write(comparison_page(comparison))
    if as_json:
        click.echo(json.dumps(comparison.told(), indent=1))
    else:
        print_comparison(comparison)


def _is_same(one: Contender, other: Contender) -> bool:
    from recommender.models.recipes import BY_NAME

    return one.recipe == other.recipe and {**BY_NAME[one.recipe].defaults, **one.parameters} == {
        **BY_NAME[other.recipe].defaults,
        **other.parameters,
    }


def _contenders(settings: Settings, named: tuple[str, str]) -> tuple[list[Contender], str]:
    """What the two names stand for, and the snapshot that the current model learned from where one of them is a model."""
    from recommender import publication
    from recommender.evaluation.contenders import Contender, contenders
    from recommender.models.recipes import RECIPES

    found: list[Contender] = []
    snapshot = ""
    for name in named:
        if re.split("[:,]", name)[0] in RECIPES:
            made = contenders(name)
            if len(made) > 1:
                raise InvalidInputError("what is compared", name, "one recipe on each side")
            found += made
            continue
        blobs = opened_blobs(settings)
        pointer, _ = publication.read_pointer(blobs)
        kept = {} if pointer is None else {"current": pointer, **({"previous": pointer.previous} if pointer.previous else {})}
        wanted = kept.get(name) or next((one for one in kept.values() if one.version == name), None)
        if pointer is None or wanted is None:
            models = [*kept, *(one.version for one in kept.values())]
            what = f"a recipe ({', '.join(RECIPES)})" + (
                f" or a model of this site ({', '.join(models)})" if models else "; no model is trained"
            )
            raise InvalidInputError("what is compared", name, what)
        model = publication.load(blobs, wanted)
        snapshot = publication.load(blobs, pointer).facts["snapshot"]
        found.append(Contender(f"{name} {model.model.recipe}", model.model.recipe, model.model.parameters))
    return found, snapshot
