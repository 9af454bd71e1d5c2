"""What is tried next: reproducible by seed, the same after a break, and never the same twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from recommender.errors import InvalidInputError
from recommender.evaluation.figures import Figure
from recommender.evaluation.search.gain import Process
from recommender.evaluation.search.methods import BAYES, GRID, HALVING, METHODS, RANDOM, Search
from recommender.evaluation.search.outcomes import Candidate, Outcome, ranked
from recommender.evaluation.search.space import LOG, Choice, Range, Space

SPACE: Space = {"x": Range(0, 1), "y": Range(1, 100, LOG)}
Parameters = Mapping[str, float]


def search_for(method: str, space: Space = SPACE, n_trials: int = 27, **rest: Any) -> Search:
    return Search(method, space, **{"n_trials": n_trials, "seed": 7, "n_people": 900, "lower_is_better": True, **rest})


def bowl(candidate: Candidate) -> float:
    """Lowest at x = .3, y = 10, and a little wrong with fewer people."""
    x, y = candidate.parameters["x"], candidate.parameters["y"]
    return (x - 0.3) ** 2 + (np.log10(y) - 1) ** 2 + 0.01 * (1 - candidate.share) * np.sin(40 * x)


def run(
    search: Search,
    worth: Callable[[Candidate], float | None] = bowl,
    outcomes: list[Outcome] | None = None,
    most: int = 10_000,
) -> list[Outcome]:
    """The search from the outcomes on, until its end or until there are so many; None is a failure."""
    found = list(outcomes or [])
    while len(found) < most and (candidate := search.next(found)) is not None:
        value = worth(candidate)
        found.append(Outcome(candidate, None if value is None else Figure(value, 0.1, 10), "" if value is not None else "It broke."))
    return found


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_tries_the_same_and_another_seed_others(method: str) -> None:
    one = run(search_for(method))

    assert run(search_for(method)) == one
    assert method == GRID or run(search_for(method, seed=8)) != one


@pytest.mark.parametrize("broken_after", [0, 1, 5, 12, 29])
@pytest.mark.parametrize("method", METHODS)
def test_a_search_that_was_broken_off_goes_on_as_if_it_had_not_been(method: str, broken_after: int) -> None:
    unbroken = run(search_for(method))

    begun = run(search_for(method), most=broken_after)

    assert run(search_for(method), outcomes=begun) == unbroken


@pytest.mark.parametrize("method", METHODS)
def test_numbers_count_up_and_nothing_is_tried_twice_on_as_many_people(method: str) -> None:
    found = [outcome.candidate for outcome in run(search_for(method))]

    assert [candidate.number for candidate in found] == list(range(len(found)))
    assert len({(candidate.share, *candidate.parameters.values()) for candidate in found}) == len(found)
    assert len(found) == search_for(method).n_all


@pytest.mark.parametrize("method", METHODS)
def test_every_value_lies_in_the_space(method: str) -> None:
    for outcome in run(search_for(method)):
        assert outcome.candidate.parameters.keys() == SPACE.keys()
        assert all(SPACE[name].holds(value) for name, value in outcome.candidate.parameters.items())


def test_a_grid_is_every_combination_with_the_last_running_first() -> None:
    space: Space = {"a": Choice((10, 50)), "b": Choice((0.1, 0.2, 0.3))}

    tried = [tuple(outcome.candidate.parameters.values()) for outcome in run(search_for(GRID, space, n_trials=1), lambda candidate: 0.0)]

    assert tried == [(10, 0.1), (10, 0.2), (10, 0.3), (50, 0.1), (50, 0.2), (50, 0.3)]


def test_a_grid_that_would_never_end_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="the grid must be of 100000 points at most"):
        search_for(GRID, {name: Range(0, 1) for name in "abcdefghi"})


@pytest.mark.parametrize("method", [RANDOM, HALVING, BAYES])
def test_more_trials_begin_with_those_of_fewer(method: str) -> None:
    few, many = (run(search_for(method, n_trials=n), most=6) for n in (20, 21))

    assert [o.candidate.parameters for o in few] == [o.candidate.parameters for o in many]


@pytest.mark.parametrize("method", [RANDOM, HALVING, BAYES])
def test_the_recipes_own_values_come_first_where_the_space_holds_them(method: str) -> None:
    first = search_for(method, own={"x": 0.5, "y": 2.0, "z": 1.0}).next([])
    assert first is not None
    assert first.parameters == {"x": 0.5, "y": 2.0}

    for own in ({"x": 1.5, "y": 2.0}, {"x": 0.5}):
        other = search_for(method, own=own).next([])
        assert other is not None
        assert other.parameters != {"x": 0.5, "y": 2.0}


@pytest.mark.parametrize("method", [RANDOM, HALVING, BAYES])
def test_a_space_that_is_used_up_ends_the_search(method: str) -> None:
    search = search_for(method, {"a": Choice((1, 2, 3))}, n_trials=50)

    found = run(search, lambda candidate: candidate.parameters["a"])

    assert {outcome.candidate.parameters["a"] for outcome in found} == {1, 2, 3}
    assert len(found) <= 5  # with halving one of the three goes on


class TestHalving:
    def test_a_third_goes_on_each_time_on_three_times_the_people(self) -> None:
        found = run(search_for(HALVING))

        shares = [outcome.candidate.share for outcome in found]
        assert shares == [1 / 9] * 27 + [1 / 3] * 9 + [1.0] * 3

    def test_those_that_go_on_are_the_best_of_their_round(self) -> None:
        found = run(search_for(HALVING))

        first, second = found[:27], found[27:36]
        best = [o.candidate.parameters for o in ranked(first, lower_is_better=True)[:9]]
        assert [o.candidate.parameters for o in second] == best

    def test_what_failed_does_not_go_on(self) -> None:
        found = run(search_for(HALVING), lambda candidate: None if candidate.parameters["x"] < 0.5 else bowl(candidate))

        assert any(outcome.figure is None for outcome in found[:27])
        assert all(outcome.candidate.parameters["x"] >= 0.5 for outcome in found[27:])
        assert found[-1].candidate.share == 1

    def test_when_all_fail_it_ends(self) -> None:
        assert len(run(search_for(HALVING), lambda candidate: None)) == 27

    @pytest.mark.parametrize(("n_people", "least"), [(900, 1 / 9), (200, 1 / 3), (100, 1.0)])
    def test_no_round_has_too_few_people(self, n_people: int, least: float) -> None:
        assert min(outcome.candidate.share for outcome in run(search_for(HALVING, n_people=n_people))) == least


class TestBayes:
    def test_it_comes_nearer_to_the_best_than_chance(self) -> None:
        better = 0
        for seed in range(5):
            at_random, bayes = (min(bowl(o.candidate) for o in run(search_for(m, seed=seed, n_trials=30))) for m in (RANDOM, BAYES))
            better += bayes < at_random
        assert better >= 4

    def test_the_highest_is_looked_for_where_higher_is_better(self) -> None:
        found = run(search_for(BAYES, n_trials=30, lower_is_better=False), lambda candidate: -bowl(candidate))

        assert min(bowl(outcome.candidate) for outcome in found) < 0.01

    def test_where_it_fails_it_does_not_look_again_and_again(self) -> None:
        found = run(search_for(BAYES, n_trials=40), lambda candidate: None if candidate.parameters["x"] < 0.5 else bowl(candidate))

        assert sum(outcome.figure is None for outcome in found[13:]) < 9

    def test_it_goes_on_where_all_are_alike_and_where_all_fail(self) -> None:
        assert len(run(search_for(BAYES), lambda candidate: 1.0)) == 27
        assert len(run(search_for(BAYES), lambda candidate: None)) == 27

    def test_a_process_expects_most_between_what_it_knows_and_nothing_where_it_has_been(self) -> None:
        points, values = np.array([[0.0], [0.4], [1.0]]), np.array([0.0, 1.0, 0.0])
        process = Process.fit(points, values)

        at_known, between, far = process.expected_improvement(np.array([[0.0], [0.5], [0.9]]))
        assert at_known < 1e-3
        assert between > far > at_known


class TestRanking:
    def outcome(self, number: int, mean: float | None, share: float = 1.0) -> Outcome:
        return Outcome(Candidate(number, {}, share), None if mean is None else Figure(mean, 0.0, 1))

    def test_best_first_ties_by_number_fewer_people_after_and_failures_last(self) -> None:
        found = [
            self.outcome(0, None),
            self.outcome(1, 9.0, share=1 / 3),
            self.outcome(2, 1.0),
            self.outcome(3, 2.0),
            self.outcome(4, 2.0),
        ]

        assert [o.candidate.number for o in ranked(found, lower_is_better=False)] == [3, 4, 2, 1, 0]
        assert [o.candidate.number for o in ranked(found, lower_is_better=True)] == [2, 3, 4, 1, 0]


def test_an_unknown_method_is_told_the_others() -> None:
    with pytest.raises(InvalidInputError, match="method must be grid, random, halving or bayes, not 'luck'"):
        search_for("luck")
