import numpy as np
import pytest

from recommender.personalize.liking import Happened, Rule, counted, liked
from recommender.personalize.recipes import RECIPES
from recommender.personalize.refusals import InvalidInputError

NAMES = ("click", "watch", "Rating", "rate")
USER = RECIPES["aws-user-personalization"]


def happened(*rows: tuple[int, int, int, float, int]) -> Happened:
    users, items, kinds, values, times = (np.array(part) for part in zip(*rows, strict=True))
    return Happened(users, items, kinds, values.astype(np.float64), times, NAMES)


def stars(events: Happened, rule: Rule | None = None) -> dict[tuple[int, int], int]:
    found = liked(events, rule or Rule())
    return {(int(u), int(i)): int(h) for u, i, h in zip(found.users, found.items, found.half_stars, strict=True)}


NONE = float("nan")


def test_each_event_adds_half_a_star_and_five_stars_are_the_most():
    events = happened((0, 0, 0, NONE, 1), *((0, 1, 1, NONE, t) for t in range(2)), *((1, 1, 0, NONE, t) for t in range(9)))
    assert stars(events) == {(0, 0): 8, (0, 1): 9, (1, 1): 10}


@pytest.mark.parametrize("written", range(2, 4))
def test_a_rating_is_what_it_says_whatever_else_was_done(written):
    assert stars(happened((0, 0, 0, NONE, 9), (0, 0, written, 1.5, 5), (0, 0, 1, NONE, 1))) == {(0, 0): 3}


def test_the_newest_rating_decides_and_of_one_second_the_later_one():
    assert stars(happened((0, 0, 2, 5.0, 7), (0, 0, 2, 1.0, 9), (0, 0, 2, 3.0, 8))) == {(0, 0): 2}
    assert stars(happened((0, 0, 2, 5.0, 7), (0, 0, 2, 1.0, 7))) == {(0, 0): 2}


@pytest.mark.parametrize("value", [0.0, 5.5, NONE])
def test_a_rating_that_is_none_counts_as_any_event(value):
    assert stars(happened((0, 0, 2, value, 7))) == {(0, 0): 8}


def test_the_time_is_that_of_the_newest_event():
    found = liked(happened((0, 0, 2, 4.0, 7), (0, 0, 0, NONE, 11), (0, 0, 0, NONE, 3)), Rule())
    assert found.times.tolist() == [11]
    assert found.half_stars.tolist() == [8]


def test_entries_come_by_user_then_item_whatever_their_order():
    found = liked(happened((1, 0, 0, NONE, 1), (0, 2, 0, NONE, 2), (0, 1, 0, NONE, 3)), Rule())
    assert list(zip(found.users.tolist(), found.items.tolist(), strict=True)) == [(0, 1), (0, 2), (1, 0)]


def test_an_event_type_leaves_all_others_out():
    events = happened((0, 0, 0, NONE, 1), (0, 1, 1, NONE, 1), (0, 2, -1, NONE, 1))
    assert stars(events, Rule.of(USER, "watch")) == {(0, 1): 8}
    assert stars(events, Rule.of(USER, "Watch")) == {}


def test_a_domain_recipe_takes_its_event_in_any_case():
    events = Happened(*(np.array([0, 0]), np.array([0, 1]), np.array([0, 1]), np.full(2, NONE), np.array([1, 1])), ("Watch", "Click"))
    assert len(counted(events, Rule.of(RECIPES["aws-vod-most-popular"]))) == 1


def test_a_threshold_leaves_lower_values_and_events_without_one_out():
    events = happened((0, 0, 1, 0.4, 1), (0, 1, 1, 0.5, 1), (0, 2, 1, NONE, 1))
    assert stars(events, Rule.of(USER, None, {"eventValueThreshold": "0.5"})) == {(0, 1): 8}


def config(*events: dict[str, object]) -> dict[str, object]:
    return {"eventsConfig": {"eventParametersList": list(events)}}


def test_weights_are_added_up_and_what_is_not_named_does_not_count():
    rule = Rule.of(
        USER, None, config({"eventType": "click", "weight": 0.2}, {"eventType": "watch", "weight": 1.0, "eventValueThreshold": 0.5})
    )
    events = happened(
        (0, 0, 0, NONE, 1),
        *((0, 1, 0, NONE, t) for t in range(4)),
        (0, 2, 1, 0.4, 1),
        (0, 3, 1, 0.6, 1),
        (0, 4, 2, 5.0, 1),
        (0, 5, -1, NONE, 1),
    )
    assert stars(events, rule) == {(0, 0): 7, (0, 1): 8, (0, 3): 8}


def test_a_star_stands_for_every_kind_that_is_not_named():
    rule = Rule.of(USER, None, config({"eventType": "click", "weight": 0.0}, {"eventType": "*", "weight": 1.0}))
    assert stars(happened((0, 0, 0, NONE, 1), (0, 1, 1, NONE, 1), (0, 2, -1, NONE, 1)), rule) == {(0, 1): 8, (0, 2): 8}


def test_nothing_that_counts_is_nothing_liked():
    assert stars(happened((0, 0, 0, NONE, 1)), Rule.of(USER, "buy")) == {}


@pytest.mark.parametrize(
    ("event_type", "said", "words"),
    [
        ("click", config({"eventType": "click"}), "either eventType"),
        (None, config({"eventType": "click"}, {"eventType": "click"}), "once"),
        (None, config({"eventType": "click", "weight": 0}), "above 0"),
        (None, {"eventValueThreshold": "much"}, "must be a number, not 'much'"),
        (None, {"eventValueThreshold": "nan"}, "must be a number"),
    ],
)
def test_what_a_solution_may_not_say_is_refused_in_a_sentence(event_type, said, words):
    with pytest.raises(InvalidInputError, match=words):
        Rule.of(USER, event_type, said)
