"""`matinee tune` and `matinee jobs`: searching for the parameters that a recipe is best with."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from recommender.cli.inputs import DATA, DATA_FOLDER, RECIPE, data_named, session_for
from recommender.cli.measured import SPLITS
from recommender.errors import DataError, InvalidInputError
from recommender.settings import Settings
from recommender.terminal import Bars, print_table

if TYPE_CHECKING:
    from recommender.data.movielens import DataSet
    from recommender.evaluation.search.outcomes import Outcome
    from recommender.evaluation.search.presets import Preset
    from recommender.evaluation.search.space import Space
    from recommender.tuning.search import Ground
    from recommender.tuning.trials_file import Trials, TrialsFile

FOLDER = Path("var/tuning")
METHODS = ("grid", "random", "halving", "bayes")  # those of recommender.evaluation.search, which help need not load
N_TRIALS, N_FOLDS, SEED = 30, 5, 0

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@DATA
@RECIPE
@click.option("--preset", help="A space with a name: a recipe's own, fm-paper, als-paper or sequence.  [default: that of the recipe]")
@click.option("--space", "space_file", type=_FILE, help="A JSON file with the values of each parameter, instead of a preset.")
@click.option("--method", type=click.Choice(METHODS), help="How the space is searched.  [default: the preset's, mostly random]")
@click.option(
    "--trials", "n_trials", type=click.IntRange(1), help=f"How many different parameters; a grid tries all.  [default: {N_TRIALS}]"
)
@click.option("--seed", type=click.IntRange(0), help=f"Of all chance.  [default: {SEED}]")
@click.option("--split", type=click.Choice(SPLITS), help="Within what it learns from, candidates are tried.  [default: the preset's]")
@click.option("--folds", "n_folds", type=click.IntRange(1, 5), help=f"How many of five folds, for --split folds.  [default: {N_FOLDS}]")
@click.option("--measure", help="What decides.  [default: the split's: ndcg@10, rmse, …]")
@click.option("--output", type=_FILE, help="Where the trials are kept.  [default: var/tuning/PRESET.jsonl]")
@click.option("--resume", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Go on with the search in this file.")
@click.option(
    "--like",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A new search as the one in this file, with whatever of --data, --method, --trials and --seed is to be otherwise.",
)
@click.option(
    "--show-job", is_flag=True, help="Print the preset as the tuning job that Amazon SageMaker would be asked for; search nothing."
)
@click.option("--json", "as_json", is_flag=True, help="All trials and the best as JSON.")
@click.pass_obj
def tune(
    settings: Settings,
    data: str | None,
    recipe: str | None,
    preset: str | None,
    space_file: Path | None,
    method: str | None,
    n_trials: int | None,
    seed: int | None,
    split: str | None,
    n_folds: int | None,
    measure: str | None,
    output: Path | None,
    resume: Path | None,
    like: Path | None,
    show_job: bool,
    as_json: bool,
) -> None:
    """Search for the parameters that a recipe is best with.

    Candidates are tried within what a split learns from; what `matinee evaluate` reports is never looked at. Each trial is kept as soon as
    it is done, so that a search that was stopped or killed goes on by --resume, with the same result. The best are used by
    `matinee train --parameters FILE`.

    grid: every combination. random: draws. halving: draws on a ninth of the people, the best third of them on a third, the best third of
    those on everybody. bayes: a third of the trials at random, then where most is to be gained.
    """
    from recommender.evaluation.search import amazon

    if resume:
        given = (recipe, preset, space_file, method, n_trials, seed, split, n_folds, measure, output, like)
        if any(each is not None for each in given) or show_job:
            raise click.UsageError("--resume goes on with what stands in its file; of the other options only --data and --json go with it.")
        with _gone_on_with(settings, data, resume) as (file, ground):
            trials = _searched(settings, file, ground)
        _tell(trials, resume, as_json)
        return
    if show_job:
        click.echo(json.dumps(amazon.tuning_job(preset or "", n_trials=n_trials or N_TRIALS), indent=1))
        return
    if like:
        if any(each is not None for each in (recipe, preset, space_file, split, n_folds, measure)):
            raise click.UsageError("--like takes what is searched for, and on what, from its file; leave the options for that away.")
        chosen, space, wanted, data, measure = _as_in(like, data, method, n_trials, seed)
    else:
        chosen, space = _space(recipe or (None if preset else settings.recipe), preset, space_file)
        wanted = _Wanted(
            method or chosen.method, n_trials or N_TRIALS, SEED if seed is None else seed, split or chosen.split, n_folds or N_FOLDS
        )
        measure = measure or ("" if split else chosen.measure)
    path = output or FOLDER / f"{chosen.name}.jsonl"
    with _begun(settings, data, path, chosen, space, wanted, measure) as (file, ground):
        trials = _searched(settings, file, ground)
    _tell(trials, path, as_json)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="The searches as JSON.")
def jobs(folder: Path, as_json: bool) -> None:
    """List the searches that `matinee tune` keeps in FOLDER.

    Each with its status, trials completed and failed of those there are in all, when it began, how long its trials took, the best figure
    with its parameters, and why trials failed. FOLDER is var/tuning unless another is named.
    """
    from recommender.tuning.jobs import jobs_in

    found = jobs_in(folder)
    if as_json:
        click.echo(json.dumps([job.told() for job in found], indent=1))
        return
    if not found:
        click.echo(f"There is no search in {folder}; `matinee tune` begins one.", err=True)
        return
    head = ("file", "search", "status", "completed", "failed", "of", "began", "seconds", "best")
    print_table(head, [job.cells() for job in found])
    for job in found:
        if parameters := job.told().get("parameters"):
            click.echo(f"{job.path.name}: best with {' '.join(f'{name}={value:g}' for name, value in parameters.items())}")
        for reason, n in job.reasons:
            click.echo(f"{job.path.name}: {n} failed: {reason}")


@dataclass(frozen=True, slots=True)
class _Wanted:
    method: str
    n_trials: int
    seed: int
    split: str
    n_folds: int


def _as_in(
    path: Path, data: str | None, method: str | None, n_trials: int | None, seed: int | None
) -> tuple[Preset, Space, _Wanted, str, str]:
    """A search as the one in the file, but for what is given: its preset, its space, how, the data, and the measure that decides."""
    from recommender.evaluation.search.presets import Preset
    from recommender.models import recipes
    from recommender.tuning.trials_file import read_trials

    head = read_trials(path).head
    search = head.search
    wanted = _Wanted(method or search.method, n_trials or search.n_trials, search.seed if seed is None else seed, head.split, head.n_folds)
    return Preset(head.preset, recipes.trainable(head.recipe), "", {}), search.space, wanted, data or head.place, head.measure


def _space(recipe: str | None, preset: str | None, file: Path | None) -> tuple[Preset, Space]:
    """What is searched, in the recipe's own names; a parameter of a paper that the recipe does not have is told and left out."""
    from recommender.evaluation.search import presets, space
    from recommender.models import recipes

    if preset:
        if file:
            raise click.UsageError("--preset and --space both say which values there are; give one of them.")
        chosen = presets.known_preset(preset)
        if recipe and recipe != chosen.recipe:
            raise InvalidInputError("recipe", recipe, f"{chosen.recipe}, which the preset {preset} is for")
    else:
        name = recipes.known_recipe(recipe or "")
        chosen = presets.Preset(name, name, "", {}) if file else presets.for_recipe(name)
    known = recipes.BY_NAME[recipes.trainable(chosen.recipe)].defaults
    if file:
        try:
            return chosen, space.read(json.loads(file.read_bytes()), known, chosen.recipe)
        except (OSError, ValueError, RecursionError) as error:
            raise DataError(f"{file} cannot be read as JSON ({error}); give an object with {space.WANTED} for each parameter.") from error
    found, missing = chosen.for_recipe(known)
    if missing:
        click.echo(f"{chosen.recipe} has nothing that corresponds to {', '.join(missing)} of {chosen.name}; left out.", err=True)
    return chosen, found


@contextmanager
def _begun(
    settings: Settings, data: str | None, path: Path, chosen: Preset, space: Space, wanted: _Wanted, measure: str
) -> Iterator[tuple[TrialsFile, Ground]]:
    from recommender.evaluation.search.measures import is_lower_better, known_measure
    from recommender.evaluation.search.methods import Search
    from recommender.evaluation.search.people import everybody
    from recommender.models import recipes
    from recommender.tuning.search import digest_of
    from recommender.tuning.trials_file import Head, new_file

    data_set, ground = _ground(settings, data, wanted.split, wanted.n_folds)
    measure = known_measure(measure, ground.plan)
    search = Search(
        wanted.method,
        space,
        wanted.n_trials,
        wanted.seed,
        n_people=len(everybody(ground.plan)),
        lower_is_better=is_lower_better(measure),
        own=recipes.BY_NAME[chosen.recipe].defaults,
    )
    head = Head(
        recipe=chosen.recipe,
        search=search,
        preset=chosen.name,
        place=data or settings.data,
        data=data_set.name,
        ratings=len(data_set.ratings),
        digest=digest_of(data_set.ratings),
        split=wanted.split,
        n_folds=wanted.n_folds,
        says=ground.plan.says,
        measure=measure,
        started_at=time.time(),
    )
    with new_file(path, head) as file:
        yield file, ground


@contextmanager
def _gone_on_with(settings: Settings, data: str | None, path: Path) -> Iterator[tuple[TrialsFile, Ground]]:
    from recommender.models import recipes
    from recommender.tuning.search import digest_of
    from recommender.tuning.trials_file import old_file

    with old_file(path) as file:
        head = file.trials.head
        recipes.trainable(head.recipe)
        data_set, ground = _ground(settings, data or head.place, head.split, head.n_folds)
        if digest_of(data_set.ratings) != head.digest:
            raise DataError(
                f"{path} is a search on {head.data} with {head.ratings:,} ratings, and {data_set.name} is other data; "
                "name the same by --data, or search anew."
            )
        yield file, ground


def _ground(settings: Settings, data: str | None, split: str, n_folds: int) -> tuple[DataSet, Ground]:
    from recommender.data.movielens import official_folds
    from recommender.evaluation.search.inner import inner_plan
    from recommender.first_data import place_of
    from recommender.tuning.search import Ground

    data_set = data_named(settings, data)
    films = data_set.catalogue
    official = official_folds(place_of(data or settings.data, DATA_FOLDER), films.movie_ids) if split == "folds" else []
    return data_set, Ground(inner_plan(split, data_set.ratings, official=official, n_folds=n_folds), films)


def _searched(settings: Settings, file: TrialsFile, ground: Ground) -> Trials:
    from recommender.tuning.search import search

    with session_for(settings, file.trials.head.recipe), Bars() as bars:
        try:
            return search(file, ground, clock=time.perf_counter, progress=partial(bars, "trials"))
        except KeyboardInterrupt:
            bars.say(f"{len(file.trials.outcomes)} trials are kept; `matinee tune --resume {file.path}` goes on.")
            raise


def _tell(trials: Trials, path: Path, as_json: bool) -> None:
    from recommender.tuning.search import best_of

    best = best_of(trials)
    if as_json:
        click.echo(json.dumps(told(trials, best), indent=1))
    else:
        _print(trials)
    if best is None:
        reasons = "; ".join(dict.fromkeys(outcome.reason for outcome in trials.outcomes))
        raise DataError(f"All {len(trials.outcomes)} trials failed: {reasons or 'there was nothing to try'}")
    click.echo(f"The trials are in {path}; `matinee train --parameters {path}` takes the best.", err=True)


def told(trials: Trials, best: Outcome | None) -> dict[str, Any]:
    """A search for programs."""
    from recommender.tuning.search import ranking_of
    from recommender.tuning.trials_file import told_head, told_outcome

    return {
        **told_head(trials.head),
        "best": None if best is None else told_outcome(best),
        "trials": [told_outcome(outcome) for outcome in ranking_of(trials)],
    }


def _print(trials: Trials) -> None:
    """Every trial, best first, and in words what came of them."""
    from recommender.tuning.search import ranking_of, sentences

    head, ranking = trials.head, ranking_of(trials)
    free = [name for name, values in head.search.space.items() if not values.is_fixed]
    rows = [
        (
            str(place) if outcome.figure else "-",
            str(outcome.candidate.number),
            f"{outcome.candidate.share:.0%}",
            f"{outcome.figure.mean:.4f}" + (f" ±{outcome.figure.error:.4f}" if outcome.figure.error > 0 else "")
            if outcome.figure
            else "failed",
            f"{outcome.seconds:.1f}",
            *(f"{outcome.candidate.parameters[name]:.4g}" for name in free),
        )
        for place, outcome in enumerate(ranking, start=1)
    ]
    print_table(("place", "trial", "people", head.measure, "seconds", *free), rows)
    for outcome in ranking:
        if not outcome.figure:
            click.echo(f"trial {outcome.candidate.number} failed: {outcome.reason}")
    for sentence in sentences(trials):
        click.echo(sentence)
