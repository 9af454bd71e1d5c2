"""What parameters and recipes are chosen by: never what the version's figures are reported on."""

from typing import Any

import pytest

from recommender.evaluation.plans import Plan
from recommender.personalize.learning import choosing
from recommender.personalize.learning.measuring import split_of
from recommender.personalize.learning.world import Held, World, world_of
from recommender.personalize.liking import Rule
from recommender.personalize.recipes import RECIPES
from tests.recommender.personalize.learning.groups import films, interactions, rounds


@pytest.mark.parametrize("what", ["parameters", "recipe"])
def test_nothing_is_chosen_by_what_is_held_out_for_the_figures(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    world = world_of(Held([interactions(rounds())], items=[films()]), Rule())
    grounds: list[Plan] = []

    def figure(asked: World, ground: Plan, *rest: Any) -> float:
        grounds.append(ground)
        return 0.5

    monkeypatch.setattr(choosing, "figure", figure)
    if what == "parameters":
        choosing.tuned(world, RECIPES["aws-hrnn"], {"hpoConfig": {"hpoResourceConfig": {"maxNumberOfTrainingJobs": "2"}}})
    else:
        choosing.best_recipe(world, {})
    assert len(grounds) >= 2
    (reported,) = split_of(world).splits
    newest = pairs(reported.held_out)
    for ground in grounds:
        for split in ground.splits:
            assert len(split.held_out)
            assert not newest & (pairs(split.held_out) | pairs(split.train))


def pairs(table: Any) -> set[tuple[int, int]]:
    return set(zip(table.user_ids.tolist(), table.movie_ids.tolist(), strict=True))
