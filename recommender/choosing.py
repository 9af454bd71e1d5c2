"""The best recipe for the data at hand, found by measuring: what `--recipe auto` trains, and what a training with another recipe is told.

Each candidate is measured twice. `rolling` asks what matters, what people come back for: each model knows only what was known then, and
makes lists for people it knows (warm) and for people who have just come (cold). `newest` asks for more of the same sitting, and partly
measures in which order a site showed its films. So `rolling` decides who is good enough, and `newest` which of those is served.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.errors import DataError
from recommender.evaluation.figures import Figure, is_better
from recommender.evaluation.judging import MAIN, PerPerson, joined, judge, paired
from recommender.evaluation.plans import plan
from recommender.evaluation.splits import Split
from recommender.models import Model, recipes
from recommender.models.popular import Popular
from recommender.models.user_cosine import UserCosine

AUTO = "auto"
SECONDS = 120.0  # that measuring may take, unless told otherwise
QUICK_SECONDS = 10.0  # the same where somebody waits who did not ask for it
ALWAYS = (Popular.recipe, UserCosine.recipe)
# In this order, the cheap ones first: what does not fit the time allowed is left out.
CANDIDATES = (Popular.recipe, "recent", UserCosine.recipe, "user-cosine-recent", "timely", "session-knn", "ease", "als", "ordered", "blend")
QUICK_CANDIDATES = (Popular.recipe, UserCosine.recipe, "timely", "session-knn")

Progress = Callable[[str, int, int], None]


def known_or_auto(recipe: str) -> str:
    """The name, if it is AUTO or one of the recipes; else InvalidInputError."""
    return recipe if recipe == AUTO else recipes.known_recipe(recipe)


def trainable_or_auto(recipe: str) -> str:
    """The name, if it is AUTO or a recipe that can be trained here; else InvalidInputError or MissingExtraError."""
    return recipe if recipe == AUTO else recipes.trainable(recipe)


@dataclass(frozen=True, slots=True)
class Measured:
    """One candidate. newest, warm, cold: its NDCG@10 there; newest_people, rolling_people: one by one. seconds: that measuring took."""

    recipe: str
    newest: Figure
    warm: Figure
    cold: Figure
    seconds: float
    newest_people: PerPerson = field(repr=False)
    rolling_people: PerPerson | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was found. recipe: the best. measured: by name, as far as the time allowed. says: why, in sentences for people."""

    recipe: str
    measured: Mapping[str, Measured]
    left_out: tuple[str, ...]
    says: str


def choose(
    ratings: RatingTable,
    films: Catalogue,
    *,
    candidates: Sequence[str] = CANDIDATES,
    seconds: float = SECONDS,
    clock: Callable[[], float],
    progress: Progress = lambda stage, done, total: None,
) -> Choice:
    """Measure the candidates and choose. seconds: after which no other candidate is begun; `popular` and `user-cosine` are always there.

    clock: seconds that never go back. Ratings without times are measured by `newest` alone.
    """
    began, trying = clock(), [name for name in candidates if name in recipes.BY_NAME]
    newest, windows = plan("newest", ratings).splits[0], _windows(ratings)
    near: dict[str, PerPerson] = {}
    later: dict[str, list[PerPerson]] = {name: [] for name in trying}
    took: dict[str, float] = {}
    at_hand: dict[str, Model] = {}
    for name in trying:
        if name in ALWAYS or clock() - began < seconds:
            near[name], took[name] = _judged(name, newest, films, at_hand, clock, progress)
    left = _affordable(took, len(windows), seconds - (clock() - began))
    for window in windows:
        at_hand = {}
        for name in left:
            people, again = _judged(name, window, films, at_hand, clock, progress)
            later[name].append(people)
            took[name] += again
    measured = {name: _measured(name, near[name], later[name], took[name]) for name in left}
    best = _best(measured)
    left_out = tuple(name for name in trying if name not in measured)
    return Choice(best, measured, left_out, _says(best, measured, left_out))


def _windows(ratings: RatingTable) -> tuple[Split, ...]:
    try:
        return plan("rolling", ratings).splits
    except DataError:
        return ()


def _judged(
    name: str, split: Split, films: Catalogue, at_hand: dict[str, Model], clock: Callable[[], float], progress: Progress
) -> tuple[PerPerson, float]:
    """Everybody of the split, and the seconds. at_hand: the models fitted on this learning side already, of which a blend is made."""
    began, matrix = clock(), RatingMatrix.of(split.train, films.movie_ids)

    def fit_part(part: str, learned_from: RatingMatrix) -> Model:
        known = at_hand.get(part)
        return known if known and learned_from is matrix else recipes.fit(part, learned_from, films)

    at_hand[name] = recipes.fit(name, matrix, films, fit_part=fit_part)
    people = judge(at_hand[name], split, films, lambda done, total: progress(f"measuring {name}", done, total))
    return people, clock() - began


def _affordable(took: Mapping[str, float], n_windows: int, seconds: float) -> list[str]:
    """Those that can be measured in all windows in the time that is left, the last one named given up first.

    A window holds half of the ratings on average, and takes about half as long as all of them did.
    """
    left = list(took)
    while sum(took[name] for name in left) * n_windows / 2 > seconds and any(name not in ALWAYS for name in left):
        left.remove(next(name for name in reversed(left) if name not in ALWAYS))
    return left


def advice(choice: Choice, recipe: str) -> str:
    """What whoever trains with the recipe should know: that the best one is better by interval, and how to switch; else empty."""
    ours, best = choice.measured.get(recipe), choice.measured[choice.recipe]
    if ours is None or choice.recipe == recipe:
        return ""
    gains = [("of a later visit", paired(best.rolling_people, ours.rolling_people))] if best.rolling_people and ours.rolling_people else []
    gains.append(("of the same sitting", paired(best.newest_people, ours.newest_people)))
    for what, gain in gains:
        if is_better(gain):
            return (
                f"{best.recipe} makes better lists {what} on these ratings: NDCG@10 higher by {gain.mean:.4f} ±{gain.error:.4f} "
                f"over {gain.n:,} people. MATINEE_RECIPE={best.recipe} or `matinee train --recipe {best.recipe}` switches."
            )
    return ""


def _measured(name: str, near: PerPerson, windows: Sequence[PerPerson], seconds: float) -> Measured:
    later = joined(windows) if windows else None
    nobody = Figure(float("nan"), float("nan"), 0)
    warm, cold = (later.where(~later.is_stranger).figure(MAIN), later.where(later.is_stranger).figure(MAIN)) if later else (nobody, nobody)
    return Measured(name, near.figure(MAIN), warm, cold, seconds, near, later)


def _best(measured: Mapping[str, Measured]) -> str:
    """Of those that nobody beats on later visits by more than one standard error, warm or cold, the best on `newest`.

    Where no candidate is so good at both, the one that falls short by the fewest standard errors. Ties: the one named first.
    """
    behind = {name: max(_errors_behind(one, measured, is_stranger) for is_stranger in (False, True)) for name, one in measured.items()}
    least = max(1.0, min(behind.values()))
    good = [name for name in measured if behind[name] <= least]
    return max(good, key=lambda name: np.nan_to_num(measured[name].newest.mean))


def _errors_behind(one: Measured, measured: Mapping[str, Measured], is_stranger: bool) -> float:
    """By how many standard errors of the paired difference the best other candidate is ahead; 0 where nobody is or nobody was asked."""
    most = 0.0
    for other in measured.values():
        if one.rolling_people is None or other.rolling_people is None:
            continue
        group = one.rolling_people.is_stranger == is_stranger
        gain = paired(other.rolling_people.where(group), one.rolling_people.where(group))
        if gain.n > 1 and gain.error > 0:
            most = max(most, gain.mean / gain.error)
    return most


def _says(best: str, measured: Mapping[str, Measured], left_out: Sequence[str]) -> str:
    one, popular = measured[best], measured.get(Popular.recipe)
    later = f"later visits {one.warm.mean:.3f} warm, {one.cold.mean:.3f} cold, " if one.warm.n and one.cold.n else ""
    sitting = f"same sitting {one.newest.mean:.3f} ±{one.newest.error:.3f}"
    says = f"The best of {len(measured)} recipes on these ratings is {best}: NDCG@10 {later}{sitting}."
    if popular and best != Popular.recipe and not _beats(one, popular):
        says += " It is not better than popular by more than chance; popular is as good."
    if left_out:
        says += f" Not measured for want of time: {', '.join(left_out)}."
    return says


def _beats(one: Measured, other: Measured) -> bool:
    pairs = [(one.newest_people, other.newest_people), (one.rolling_people, other.rolling_people)]
    return any(is_better(paired(a, b)) for a, b in pairs if a is not None and b is not None)
