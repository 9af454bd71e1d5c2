"""Items shown to find something out, and what becomes of them."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recommender.data.catalogue import Catalogue, CatalogueEntry
from recommender.data.matrix import RatingMatrix
from recommender.data.ratings import RatingTable
from recommender.domain import Movie, MovieId
from recommender.models import recipes
from recommender.personalize.answers.shown import Followed, Shown
from recommender.personalize.columns import Columns, Ids, TextColumn
from recommender.personalize.trained import Interactions, Trained
from tests.recommender.personalize.answers.town import Town, watched

USERS, ITEMS, DAY = 40, 120, 86_400


def wide() -> Trained:
    """Forty users over 120 items, of which the last half is hardly known: at most a vote each, all of this week."""
    rng = np.random.default_rng(5)
    rows = []
    for user in range(USERS):
        for item in sorted(rng.choice(60, size=14, replace=False).tolist()):
            rows.append((user, item, 7 + int(rng.integers(4)), 1_600_000_000 + item * DAY))
    rows += [(item % USERS, item, 8, 1_600_000_000 + 60 * DAY + item) for item in range(60, 110)]
    rows.sort(key=lambda row: (row[0], row[3]))
    people, items, stars, times = (np.array(part) for part in zip(*rows, strict=True))
    catalogue = Catalogue.of(
        CatalogueEntry(Movie(MovieId(c + 1), f"Film {c}", 1990, ("Comedy" if c % 2 else "Drama",), None, None)) for c in range(ITEMS)
    )
    table = RatingTable((people + 1).astype(np.int32), (items + 1).astype(np.int32), stars.astype(np.uint8), times.astype(np.int64))
    matrix = RatingMatrix.of(table, catalogue.movie_ids)
    starts = np.searchsorted(people, np.arange(USERS + 1)).astype(np.int64)
    return Trained(
        recipes.fit("user-cosine", matrix, catalogue),
        catalogue,
        Ids.of([f"u{u}" for u in range(USERS)], "users"),
        Ids.of([f"i{c}" for c in range(ITEMS)], "items"),
        Interactions(starts, items.astype(np.int32), np.zeros(len(rows), dtype=np.int32), times.astype(np.int64), ("watch",)),
        Columns({}, USERS),
        Columns({}, ITEMS),
        np.full((USERS, 0), -1, dtype=np.int32),
        {},
    )


def exploring(weight: str, days: str = "30") -> dict[str, Any]:
    return {"itemExplorationConfig": {"explorationWeight": weight, "explorationItemAgeCutOff": days}}


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def explored(answer: dict[str, Any]) -> list[str]:
    return [one["itemId"] for one in answer["itemList"] if one.get("reason") == ["Exploration"]]


def test_at_weight_0_it_is_the_order_of_relevance_and_0_3_is_what_amazon_explores_by(town: Town) -> None:
    trained = wide()
    none = town.campaign("none", trained=trained, **exploring("0"))
    usual = town.campaign("usual", trained=trained)
    plain, tried = town.ask(campaignArn=none, userId="u1", numResults=20), town.ask(campaignArn=usual, userId="u1", numResults=20)
    assert explored(plain) == []
    assert len(explored(tried)) == 6
    assert [one["itemId"] for one in tried["itemList"] if "reason" not in one] == [one["itemId"] for one in plain["itemList"]][:14]
    assert len({one["itemId"] for one in tried["itemList"]}) == 20


def test_items_older_than_the_cut_off_are_not_tried(town: Town) -> None:
    campaign = town.campaign(trained=wide(), **exploring("0.5", "1"))
    tried = explored(town.ask(campaignArn=campaign, userId="u1", numResults=20))
    assert tried
    assert all(item == "i59" or int(item[1:]) >= 60 for item in tried)


def test_an_event_from_the_future_makes_no_item_too_old_to_be_tried(town: Town) -> None:
    trained, now = wide(), int(time.time())
    times = trained.interactions.times + (now - 1_600_000_000 - 61 * DAY - DAY // 2)  # as if they were of these days
    campaigns = []
    for name, newest in (("right", now), ("wrong", 253_402_300_799)):
        late = times.copy()
        late[int(trained.interactions.starts[1]) - 1] = newest
        world = replace(trained, interactions=replace(trained.interactions, times=late))
        campaigns.append(town.campaign(name, trained=world, **exploring("0.5", "7")))
    right, wrong = (explored(town.ask(campaignArn=campaign, userId="u1", numResults=20)) for campaign in campaigns)
    assert len(right) > 5
    assert right == wrong


def test_a_list_stays_the_same_while_nothing_happens_and_differs_between_people(town: Town) -> None:
    campaign = town.campaign(trained=wide(), **exploring("0.5"))
    lists = [town.items(answers, campaignArn=campaign, userId="u1") for answers in (town.answers, town.worker(), town.answers)]
    assert lists[0] == lists[1] == lists[2]
    assert explored(town.ask(campaignArn=campaign, userId="u1")) != explored(town.ask(campaignArn=campaign, userId="u2"))


def test_what_is_ignored_falls_and_what_is_clicked_rises(town: Town) -> None:
    """Place among the tried of somebody whose draws are held still: thirty others passed one by, and clicked another."""
    trained = wide()
    campaign = town.campaign(trained=trained, **exploring("1"))

    def places() -> list[str]:
        return explored(town.ask(town.worker(), campaignArn=campaign, userId="u3", numResults=60))

    before = places()
    ignored, risen = before[2], before[20]
    shown = Shown(town.folder / "shown")
    for n in range(30):
        shown.follow(shown.note("campaign/films", [ignored, f"x{n}"], [ignored]), f"x{n}")
        shown.follow(shown.note("campaign/films", [risen], [risen]), risen)
    shown.write()
    after = places()
    assert after.index(risen) < before.index(risen)
    assert ignored not in after or after.index(ignored) > before.index(ignored)


def test_one_look_at_a_time_is_taken_at_what_became_of_lists_and_long_ones_rarely(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = town.campaign(trained=wide(), **exploring("0.5"))
    looks, may_end = list[str](), threading.Event()

    def followed(key: str) -> Followed:
        looks.append(key)
        may_end.wait(5)
        return Followed()

    monkeypatch.setattr(town.answers.shown, "followed", followed)
    monkeypatch.setattr(town.answers, "_seconds", 0.01)
    for _ in range(4):
        town.ask(campaignArn=campaign, userId="u1")
        time.sleep(0.02)
    assert looks == ["campaign/films"]
    may_end.set()
    time.sleep(0.1)
    town.ask(campaignArn=campaign, userId="u1")
    assert len(looks) == 1  # it took 0.1 s and more, so for five nobody looks again


def test_what_was_explored_is_written_down_with_the_list(town: Town) -> None:
    campaign = town.campaign(trained=wide(), **exploring("0.3"))
    answer = town.ask(campaignArn=campaign, userId="u1", numResults=10)
    town.answers.shown.write()
    found = Shown(town.folder / "shown").find(answer["recommendationId"])
    assert found is not None
    assert list(found.items) == [one["itemId"] for one in answer["itemList"]]
    assert list(found.explored) == explored(answer)
    assert found.campaign == "campaign/films"


def test_a_recipe_that_does_not_explore_does_not(town: Town) -> None:
    campaign = town.campaign(recipe="aws-hrnn", trained=replace(wide(), facts={}), **exploring("1"))
    assert explored(town.ask(campaignArn=campaign, userId="u1")) == []


def test_what_somebody_has_seen_or_a_filter_keeps_out_is_not_tried_either(town: Town) -> None:
    trained = wide()
    kinds = Columns({"KIND": TextColumn.of(["odd" if item % 2 else "even" for item in range(ITEMS)])}, ITEMS)
    campaign = town.campaign(trained=replace(trained, item_fields=kinds), **exploring("1", "3650"))
    odd = town.filter('INCLUDE ItemID WHERE Items.KIND IN ("odd")')
    for user in range(5):
        before = explored(town.ask(campaignArn=campaign, userId=f"u{user}", numResults=60))
        seen = set(before[:3])
        town.live.put_events("town", f"u{user}", [watched(item) for item in seen])
        seen |= set(trained.items.texts(trained.history(user).columns.tolist()))
        assert not seen & set(explored(town.ask(campaignArn=campaign, userId=f"u{user}", numResults=60)))
        tried = explored(town.ask(campaignArn=campaign, userId=f"u{user}", numResults=60, filterArn=odd))
        assert tried
        assert not seen & set(tried)
        assert {int(item[1:]) % 2 for item in tried} == {1}
