"""How much people have done: what a server looks at every few seconds to know whether there is something to learn."""

from __future__ import annotations

import pytest

from recommender.domain import Activity, Change, UserId
from recommender.storage.profiles import Profiles
from tests.contracts.profiles.opinions import ALIEN, HEAT, RAN, VIEWER, a_list, rating


@pytest.fixture
def counted(profiles: Profiles) -> Profiles:
    """A place that keeps count; the others say that they do not."""
    if profiles.activity() is None:
        pytest.skip("to count would be to read everything here, and the place says so")
    return profiles


def done(profiles: Profiles) -> Activity:
    found = profiles.activity()
    assert found is not None
    return found


def test_every_change_of_a_rating_is_one_more(counted: Profiles, alice: UserId) -> None:
    before = done(counted)

    counted.rate(rating(alice, HEAT))
    assert done(counted).since(before) == 1
    counted.rate(rating(alice, HEAT, 1.5))
    assert done(counted).since(before) == 2
    counted.unrate(alice, HEAT)
    assert done(counted).since(before) == 3


def test_what_is_put_in_one_step_counts_by_its_ratings(counted: Profiles, alice: UserId) -> None:
    before = done(counted)

    counted.change(alice, Change(ratings=(rating(alice, HEAT), rating(alice, RAN), rating(alice, ALIEN))))

    assert done(counted).since(before) == 3


def test_who_leaves_takes_as_many_ratings_along(counted: Profiles, alice: UserId) -> None:
    counted.change(alice, Change(ratings=(rating(alice, HEAT), rating(alice, RAN), rating(alice, ALIEN))))
    before = done(counted)

    counted.forget_person(alice)

    assert done(counted).since(before) == 3


def test_lists_that_are_made_and_cleared_are_nobodys_doing(counted: Profiles, alice: UserId) -> None:
    counted.rate(rating(alice))
    before = done(counted)

    assert counted.keep_list(a_list(alice, 1))
    assert counted.keep_list(a_list(VIEWER, 0))
    counted.clear_sample_lists(generation=2)
    counted.opinions(alice)

    assert done(counted) == before
