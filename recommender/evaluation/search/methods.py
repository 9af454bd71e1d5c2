"""Which parameters are tried next: on a grid, at random, by successive halving, or where most is to be gained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import ceil

import numpy as np

from recommender.errors import InvalidInputError
from recommender.evaluation.search import gain
from recommender.evaluation.search.outcomes import Candidate, Outcome, ranked
from recommender.evaluation.search.space import Space, drawn

GRID, RANDOM, HALVING, BAYES = "grid", "random", "halving", "bayes"
METHODS = (GRID, RANDOM, HALVING, BAYES)
N_STEPS = 4  # values that a grid takes of a range
KEPT = 3  # one of so many goes on to the next round of halving, on so many times the people
LEAST_PEOPLE = 50  # whom a round is worth its while on
MOST_TRIES = 100  # at drawing something that was not drawn before
MOST_OF_A_GRID = 100_000


@dataclass(frozen=True, slots=True)
class Search:
    """A method over a space. n_trials: how many different parameters are tried; a grid tries all it has. n_people: there are.

    seed: of all chance. lower_is_better: of the measure that decides. own: the recipe's own values, which are tried first where the space
    holds them all, so that it is seen what searching has gained; a grid has its own order.
    """

    method: str
    space: Space
    n_trials: int
    seed: int
    n_people: int
    lower_is_better: bool
    own: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InvalidInputError("method", self.method, f"{', '.join(METHODS[:-1])} or {METHODS[-1]}")
        if self.method == GRID and self.n_all > MOST_OF_A_GRID:
            raise InvalidInputError("the grid", self.n_all, f"of {MOST_OF_A_GRID} points at most; give fewer values, or search at random")

    @property
    def n_all(self) -> int:
        """How many trials there are in all, where none fails."""
        if self.method == GRID:
            n = 1
            for values in self.space.values():
                n *= len(values.steps(N_STEPS))
            return n
        n_drawn = len(self._drawn(self.n_trials))
        return sum(_sizes(n_drawn, len(self._shares()))) if self.method == HALVING else n_drawn

    def next(self, outcomes: Sequence[Outcome]) -> Candidate | None:
        """What is tried after these, in the order they were tried; None when there is nothing left to try."""
        number = len(outcomes)
        match self.method:
            case "halving":
                return self._next_of_halving(outcomes)
            case "bayes":
                return self._next_of_bayes(outcomes)
            case "grid":
                points = self._grid(number)
            case _:
                points = self._drawn(min(self.n_trials, number + 1))
        return Candidate(number, points[number]) if number < len(points) else None

    def is_over(self, outcomes: Sequence[Outcome]) -> bool:
        """Whether nothing is left to try after these."""
        return len(outcomes) >= self.n_all if self.method == BAYES else self.next(outcomes) is None

    def can_be_next(self, candidate: Candidate, outcomes: Sequence[Outcome]) -> bool:
        """Whether this is what was tried after these.

        Where gains are weighed it need only lie in the space: the last bits of another machine may have led to other values.
        """
        if self.method != BAYES:
            return candidate == self.next(outcomes)
        fits = candidate.parameters.keys() == self.space.keys() and all(self.space[n].holds(v) for n, v in candidate.parameters.items())
        return fits and not self.is_over(outcomes) and (candidate.number, candidate.share) == (len(outcomes), 1.0)

    def _grid(self, number: int) -> list[dict[str, float]]:
        """Its points up to this number, the last parameter running first."""
        found: list[dict[str, float]] = []
        for values in product(*(values.steps(N_STEPS) for values in self.space.values())):
            found.append(dict(zip(self.space, values, strict=True)))
            if len(found) > number:
                break
        return found

    def _drawn(self, n: int) -> list[dict[str, float]]:
        """The recipe's own values, then others at random, n in all and all different; fewer where there are no more.

        More of them begin with these.
        """
        found: list[dict[str, float]] = []
        for parameters in self._all_drawn():
            if len(found) == n:
                break
            found.append(parameters)
        return found

    def _all_drawn(self) -> Iterator[dict[str, float]]:
        rng, known = np.random.default_rng(self.seed), set()
        if self.own.keys() >= self.space.keys() and all(values.holds(self.own[name]) for name, values in self.space.items()):
            own = {name: float(self.own[name]) for name in self.space}
            known.add(tuple(own.values()))
            yield own
        while True:
            for _ in range(MOST_TRIES):
                parameters = drawn(self.space, rng)
                if tuple(parameters.values()) not in known:
                    break
            else:
                return
            known.add(tuple(parameters.values()))
            yield parameters

    def _shares(self) -> list[float]:
        """Of the people in each round of halving, ascending to everybody: as many rounds as trials and people are enough for."""
        shares = [1.0]
        while KEPT ** len(shares) <= self.n_trials and self.n_people / KEPT ** len(shares) >= LEAST_PEOPLE:
            shares.insert(0, 1 / KEPT ** len(shares))
        return shares

    def _next_of_halving(self, outcomes: Sequence[Outcome]) -> Candidate | None:
        """Successive halving of Jamieson and Talwalkar (AISTATS 2016), with one in KEPT going on and people as what is spent.

        Differences: a candidate that failed never goes on, and the last round is always on everybody.
        """
        alive, shares = self._drawn(self.n_trials), self._shares()
        sizes, done = _sizes(len(alive), len(shares)), 0
        for round_, share in enumerate(shares):
            alive = alive[: sizes[round_]]
            here = outcomes[done : done + len(alive)]
            if len(here) < len(alive):
                return Candidate(len(outcomes), alive[len(here)], share)
            done += len(here)
            alive = [dict(o.candidate.parameters) for o in ranked(here, lower_is_better=self.lower_is_better) if o.figure]
        return None

    def _next_of_bayes(self, outcomes: Sequence[Outcome]) -> Candidate | None:
        """The first third at random, then where most is to be gained, as in `gain.best_of`."""
        number, at_random = len(outcomes), self._drawn(self.n_trials)
        if number >= len(at_random):
            return None
        if number < ceil(len(at_random) / 3):
            return Candidate(number, at_random[number])
        chosen = gain.best_of(self.space, outcomes, np.random.default_rng([self.seed, number]), lower_is_better=self.lower_is_better)
        return Candidate(number, chosen or at_random[number])


def _sizes(n: int, n_rounds: int) -> list[int]:
    """How many candidates there are in each round, when none fails."""
    return [max(1, n // KEPT**number) if n else 0 for number in range(n_rounds)]
