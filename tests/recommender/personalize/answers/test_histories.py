"""What is known of a user with events since the training is what a training with those events would have learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.models import History, recipes
from recommender.personalize.answers.histories import known_of, rule_of
from recommender.personalize.columns import Columns, TextColumn
from recommender.personalize.learning.version import _told
from recommender.personalize.learning.world import Held, World, world_of
from recommender.personalize.liking import Rule
from recommender.personalize.live import LiveEvent
from recommender.personalize.recipes import RECIPES
from recommender.personalize.trained import Trained

Happening = tuple[str, str, str, float | None, int]  # user, item, kind, value, time
USERS, ITEMS, KINDS = ("ann", "bob", "cid"), ("a", "b", "c", "d"), ("watch", "Rating", "click")
BASE: list[Happening] = [(user, item, "watch", None, at) for at, (user, item) in enumerate([(u, i) for u in USERS[1:] for i in ITEMS])]
EVENT = st.tuples(
    st.just("ann"), st.sampled_from(ITEMS), st.sampled_from(KINDS), st.none() | st.sampled_from([0.5, 2.0, 3.5, 5.0, 7.0]), st.just(0)
)
RULES = [
    Rule.of(RECIPES["aws-user-personalization"]),
    Rule.of(RECIPES["aws-user-personalization"], "watch"),
    Rule.of(RECIPES["aws-user-personalization"], None, {"eventValueThreshold": "3"}),
    Rule.of(
        RECIPES["aws-user-personalization"],
        None,
        {"eventsConfig": {"eventParametersList": [{"eventType": "watch", "weight": 1}, {"eventType": "click", "weight": 2}]}},
    ),
]


def _world(happened: Sequence[Happening], rule: Rule) -> World:
    users, items, kinds, values, times = (list(part) for part in zip(*happened, strict=True))
    columns: dict[str, Any] = {
        "USER_ID": TextColumn.of(users),
        "ITEM_ID": TextColumn.of(items),
        "EVENT_TYPE": TextColumn.of(kinds),
        "EVENT_VALUE": np.array([np.nan if value is None else value for value in values], dtype=np.float64),
        "TIMESTAMP": np.array(times, dtype=np.float64),
    }
    return world_of(Held([Columns(columns, len(users))]), rule, before=(USERS, ITEMS))


def _trained(world: World, rule: Rule) -> Trained:
    matrix = world.matrix()
    model = recipes.fit("popular", matrix, world.catalogue)
    nothing = np.full((len(USERS), 0), -1, dtype=np.int32)
    return Trained(
        model,
        world.catalogue,
        world.users,
        world.items,
        world.interactions,
        world.user_fields,
        world.item_fields,
        nothing,
        {"rule": _told(rule)},
    )


def _as_texts(history: History) -> dict[int, tuple[int, int]]:
    return {
        column: (stars, at)
        for column, stars, at in zip(history.columns.tolist(), history.half_stars.tolist(), history.rated_at.tolist(), strict=True)
    }


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_read_as_it_was_written_down(rule: Rule) -> None:
    read = rule_of({"rule": _told(rule)})
    assert (read.kind, read.any_case, list(read.weights)) == (rule.kind, rule.any_case, list(rule.weights))
    assert np.array_equal(read.weight_of(KINDS), rule.weight_of(KINDS))
    assert np.array_equal(read.least_of(KINDS), rule.least_of(KINDS), equal_nan=True)


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=40, deadline=None)
@given(before=st.lists(EVENT, max_size=4), since=st.lists(EVENT, min_size=1, max_size=4))
def test_events_since_the_training_make_the_history_that_a_training_with_them_would_have_learned(
    rule: Rule, before: list[Happening], since: list[Happening]
) -> None:
    """Events at different times, none before the last that was learned from. What was learned from rated by stars that count."""
    before = [one for one in before if one[2] != "Rating" or (one[3] is not None and 3 <= one[3] <= 5)]
    timed = [(*one[:4], 1000 + at) for at, one in enumerate([*before, *since])]
    old, new = [*BASE, *timed[: len(before)]], timed[len(before) :]
    trained = _trained(_world(old, rule), rule)
    events = [LiveEvent(f"{at}", "s", kind, item, value, float(at)) for _, item, kind, value, at in new]
    known = known_of(trained, 0, events)
    later = _trained(_world([*old, *new], rule), rule)

    assert _as_texts(known.history) == _as_texts(later.history(0))
    assert known_of(later, 0, events).is_as_trained


def test_what_names_no_item_or_one_that_is_not_known_changes_nothing() -> None:
    rule = RULES[0]
    trained = _trained(_world(BASE, rule), rule)
    event = LiveEvent("1", "s", "search", None, None, 5.0)
    known = known_of(trained, 1, [event, replace(event, event_id="2", item_id="zz")])
    assert known.is_as_trained
