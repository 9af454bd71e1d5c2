"""The gate before publication: whether a new model may take the place of the one in force, measured on ratings that neither has seen.

Each person's newest tenth is held out. The new recipe and `popular` are fitted anew on the rest of the new ratings, the recipe in force on
the rest of its own, older ones; then all make lists from the same histories. So a worse method is seen, and so are ratings gone bad.
A difference counts when its 95 % interval, over the same people, leaves out zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.evaluation.figures import Figure, is_better, is_worse
from recommender.evaluation.judging import MAIN, PerPerson, judge, paired
from recommender.evaluation.splits import Split, newest
from recommender.history import Quality
from recommender.measured_people import Answers
from recommender.models import Arrays, History, Model, Parameters, recipes
from recommender.models.popular import Popular
from recommender.publication import Published
from recommender.snapshots import Snapshot
from recommender.versions import MEASURES

MOST_RATINGS = 1_100_000  # ml-1m is among them; of more, the gate looks at people drawn at random who have this many
FEWEST_PEOPLE = 30  # of fewer nothing can be told

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of a model. publishes: the recipe to be published, the one asked for or `popular` in its stead; empty for none.

    says: why, in sentences for people; empty where all is as hoped. quality: None where it could not be measured. answers: of the recipe
    to be published or refused, person by person; before: of the model in force; None where nothing was measured.
    """

    publishes: str
    says: str = ""
    quality: Quality | None = None
    unmeasured: str = ""
    answers: Answers | None = field(default=None, compare=False)
    before: Answers | None = field(default=None, compare=False)


def judged(
    recipe: str,
    parameters: Parameters,
    snapshot: Snapshot,
    in_force: Published | None,
    progress: Progress = lambda stage, done, total: None,
) -> Verdict:
    """What may be published. in_force: the model that serves now; None where none does, or where it is of other data.

    Without a model in force the site must get one: where the new one is not better than `popular`, that is published in its stead, and
    made anew as long as that is so.
    """
    split, films = newest(some_people(snapshot.ratings)), snapshot.catalogue
    matrix = RatingMatrix.of(split.train, films.movie_ids)

    def of(name: str, model: Model) -> PerPerson:
        return judge(model, split, films, lambda done, total: progress(f"measuring {name}", done, total), measures=MEASURES)

    popular = of(Popular.recipe, Popular.fit(matrix))
    if not len(popular):
        return _untold(recipe, popular, popular)
    ours = popular if recipe == Popular.recipe else of(recipe, recipes.fit(recipe, matrix, films, parameters))
    if len(popular) < FEWEST_PEOPLE:
        return replace(_untold(recipe, ours, popular), answers=Answers.of(ours, split))
    missing = recipes.what_is_missing(in_force.model.recipe) if in_force else None
    older = _older(in_force, split, matrix, films) if in_force and not missing else None
    before = of("the model in force", older) if older else None
    verdict = _decided(recipe, ours, popular, before, in_force)
    if in_force and missing:
        untried = f"The {in_force.model.recipe} in force could not be fitted here to compare with: {missing}."
        verdict = replace(verdict, says=f"{verdict.says} {untried}".strip())
    answers = Answers.of(popular if verdict.publishes == Popular.recipe else ours, split)
    return replace(verdict, answers=answers, before=Answers.of(before, split) if before else None)


def some_people(ratings: RatingTable, most: int | None = None) -> RatingTable:
    """All, or of very many those of people drawn at random, always the same ones, who have `most` at most, or MOST_RATINGS."""
    most = MOST_RATINGS if most is None else most
    if len(ratings) <= most:
        return ratings
    user_ids, counts = np.unique(ratings.user_ids, return_counts=True)
    order = np.random.default_rng(0).permutation(len(user_ids))
    drawn = user_ids[order[np.cumsum(counts[order]) <= most]]
    return ratings.where(np.isin(ratings.user_ids, drawn))


def _untold(recipe: str, ours: PerPerson, popular: PerPerson) -> Verdict:
    n_people = len(ours)
    who = ("Nobody has", "One person has")[n_people] if n_people < 2 else f"Only {n_people} people have"
    says = f"{who} ratings enough to measure with; as far as anybody can tell popular is as good as {recipe}."
    unmeasured = "" if n_people > 1 else f"{who[0].lower()}{who[1:]} ratings enough to hold some out"
    return Verdict(recipe, "" if recipe == Popular.recipe else says, _quality(ours, popular) if n_people > 1 else None, unmeasured)


def _quality(ours: PerPerson, popular: PerPerson) -> Quality:
    found, plain = ours.figure(MAIN), popular.figure(MAIN)
    return Quality(round(found.mean, 5), round(found.error, 5), round(plain.mean, 5), found.n)


def _decided(recipe: str, ours: PerPerson, popular: PerPerson, before: PerPerson | None, in_force: Published | None) -> Verdict:
    found, plain, quality = ours.figure(MAIN), popular.figure(MAIN), _quality(ours, popular)
    if before is not None and in_force is not None and is_worse(gain := paired(ours, before)):
        says = (
            f"{recipe} makes worse lists than the {in_force.model.recipe} in force: NDCG@10 {found.mean:.4f} against "
            f"{before.figure(MAIN).mean:.4f}, a difference of {_told(gain)}."
        )
        return Verdict("", says, quality)
    if recipe == Popular.recipe or is_better(gain := paired(ours, popular)):
        return Verdict(recipe, quality=quality)
    says = (
        f"{recipe} is not better than popular on these ratings: NDCG@10 {found.mean:.4f} against {plain.mean:.4f}, "
        f"a difference of {_told(gain)}; popular is as good."
    )
    is_popular_anyway = in_force is None or in_force.model.recipe == Popular.recipe
    return Verdict(Popular.recipe if is_popular_anyway else "", says, quality)


def _told(figure: Figure) -> str:
    return f"{figure.mean:+.4f} ±{figure.error:.4f} over {figure.n:,} people"


def _older(in_force: Published, split: Split, matrix: RatingMatrix, films: Catalogue) -> Model | None:
    """The recipe in force, fitted on what it was trained on, without what is held out now; None where nothing is left of it."""
    theirs = in_force.matrix.ratings()
    known = np.isin(theirs.movie_ids, films.movie_ids) & np.isin(theirs.user_ids, split.train.user_ids)
    left = theirs.where(known & ~np.isin(_pairs(theirs), _pairs(split.held_out)))
    if not len(left):
        return None
    model = recipes.fit(in_force.model.recipe, RatingMatrix.of(left, films.movie_ids), films, in_force.model.parameters)
    return _WithNewHistories(model, matrix)


def _pairs(table: RatingTable) -> NDArray[np.int64]:
    return np.asarray(table.user_ids.astype(np.int64) << np.int64(32) | table.movie_ids)


@dataclass(frozen=True)
class _WithNewHistories:
    """A model asked with the histories of another matrix, over the same films."""

    model: Model
    matrix: RatingMatrix

    @property
    def recipe(self) -> str:
        return self.model.recipe

    @property
    def parameters(self) -> Parameters:
        return self.model.parameters

    @property
    def neutral(self) -> float:
        return self.model.neutral

    @property
    def is_personal(self) -> bool:
        return self.model.is_personal

    def score(self, history: History) -> NDArray[np.float64]:
        own = None if history.own_row is None else self.model.matrix.row_of(int(self.matrix.user_ids[history.own_row]))
        return self.model.score(replace(history, own_row=own))

    def arrays(self) -> Arrays:
        return self.model.arrays()
