"""What came of several recipes on one plan, side by side, each beside the baseline that every method must beat."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from recommender.data.catalogue import Catalogue
from recommender.data.matrix import RatingMatrix
from recommender.evaluation.amazon import told_as_amazon
from recommender.evaluation.contenders import Contender
from recommender.evaluation.figures import LEAST_PEOPLE, Figure, is_better, is_worse
from recommender.evaluation.judging import PerPerson, paired
from recommender.evaluation.plans import Plan
from recommender.evaluation.trials import Trial, tried
from recommender.models import Model, recipes
from recommender.models.popular import Popular

BASELINE = Contender(Popular.recipe, Popular.recipe)
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one contender. seconds: of fitting it, over all splits."""

    contender: Contender
    trial: Trial
    seconds: float


@dataclass(frozen=True, slots=True)
class Report:
    """provenance: by name, what a figure is worth nothing without: data, command, version, date and so on; JSON values."""

    plan: Plan
    outcomes: Sequence[Outcome]
    provenance: Mapping[str, Any]

    def figures(self) -> dict[str, dict[str, Figure]]:
        """By contender, then measure."""
        return {outcome.contender.name: outcome.trial.figures() for outcome in self.outcomes}

    def groups(self) -> dict[str, dict[str, dict[str, Figure]]]:
        """By group of people, then contender, then measure."""
        found: dict[str, dict[str, dict[str, Figure]]] = {}
        for outcome in self.outcomes:
            for group, figures in outcome.trial.by_group().items():
                found.setdefault(group, {})[outcome.contender.name] = figures
        return found

    def against_baseline(self) -> dict[str, dict[str, dict[str, Figure]]]:
        """By how much each is better than the baseline, person by person: by part of the people, then contender, then measure.

        The parts are "warm" and "cold" where both are judged, else one with an empty name. The baseline itself is not among the contenders.
        """
        base = self.outcome(BASELINE.name)
        return {
            part: {
                outcome.contender.name: differences(outcome.trial.parts()[part], people)
                for outcome in self.outcomes
                if outcome.contender != BASELINE
            }
            for part, people in base.trial.parts().items()
        }

    def sentences(self) -> list[str]:
        """For each contender, whether the plan's main measure tells it from the baseline."""
        return [
            verdict(name, BASELINE.name, self.plan.main, of_measure[self.plan.main], part)
            for part, of_contender in self.against_baseline().items()
            for name, of_measure in of_contender.items()
        ]

    def outcome(self, name: str) -> Outcome:
        """That of the contender of this name."""
        return next(outcome for outcome in self.outcomes if outcome.contender.name == name)

    def told(self) -> dict[str, Any]:
        """All of it as JSON values; what nobody can say is null."""
        return {
            **self.provenance,
            "split": self.plan.name,
            "note": self.plan.says,
            "seed": self.plan.seed,
            "recipes": {name: figures_told(figures) for name, figures in self.figures().items()},
            "groups": {
                group: {name: figures_told(figures) for name, figures in of_recipe.items()} for group, of_recipe in self.groups().items()
            },
            "better_than_popular": {
                part or "all": {name: figures_told(figures) for name, figures in of_contender.items()}
                for part, of_contender in self.against_baseline().items()
            },
            "sentences": self.sentences(),
            "seconds": {outcome.contender.name: round(outcome.seconds, 3) for outcome in self.outcomes},
            "amazon": {
                outcome.contender.name: {key: _number(value) for key, value in told_as_amazon(outcome.trial, outcome.seconds).items()}
                for outcome in self.outcomes
            },
        }


def report_of(
    plan: Plan,
    films: Catalogue,
    contenders: Sequence[Contender],
    provenance: Mapping[str, Any],
    *,
    clock: Clock,
    progress: Callable[[str, int, int], None] = lambda name, done, total: None,
) -> Report:
    """The contenders through the plan, the baseline first among them if it is not there. clock: seconds, from any beginning."""
    if BASELINE not in contenders:
        contenders = [BASELINE, *contenders]
    return Report(plan, tuple(outcome_of(plan, films, one, clock, progress) for one in contenders), provenance)


def outcome_of(plan: Plan, films: Catalogue, contender: Contender, clock: Clock, progress: Callable[[str, int, int], None]) -> Outcome:
    """One contender through the plan, and how long it was fitted."""
    seconds = 0.0

    def fit(matrix: RatingMatrix) -> Model:
        nonlocal seconds
        begun = clock()
        model = recipes.fit(contender.recipe, matrix, films, contender.parameters)
        seconds += clock() - begun
        return model

    trial = tried(plan, films, fit, lambda done, total: progress(contender.name, done, total))
    return Outcome(contender, trial, seconds)


def differences(one: PerPerson, other: PerPerson) -> dict[str, Figure]:
    """By how much `one` is better than `other`, by every measure that people have a value of."""
    return {measure: paired(one, other, measure) for measure in one.values}


def verdict(one: str, other: str, measure: str, difference: Figure, part: str = "") -> str:
    """One sentence on a paired difference, which is above 0 where `one` is better. The ± of it is half its 95 % interval.

    part: of the people, "" for all of them.
    """
    people = f"over {difference.n:,} {part + ' ' if part else ''}people"
    if difference.n < LEAST_PEOPLE:
        return f"{measure} cannot tell {one} from {other} {people}; that takes {LEAST_PEOPLE} at least."
    if not (is_better(difference) or is_worse(difference)):
        return (
            f"No difference between {one} and {other} can be told by {measure}: {difference.mean:+.4f} ±{_reach(difference):.4f}, {people}."
        )
    better, worse = (one, other) if difference.mean > 0 else (other, one)
    return f"{better} is better than {worse} by {abs(difference.mean):.4f} ±{_reach(difference):.4f} of {measure}, {people}."


def _reach(difference: Figure) -> float:
    low, high = difference.interval()
    return (high - low) / 2


def figures_told(figures: Mapping[str, Figure]) -> dict[str, dict[str, float | int | None]]:
    return {measure: {"mean": _number(figure.mean), "error": _number(figure.error), "n": figure.n} for measure, figure in figures.items()}


def _number(value: float) -> float | None:
    return value if isfinite(value) else None
