"""How much of what a campaign shows is followed up, as the operator reads it."""

from __future__ import annotations

from pathlib import Path

from recommender.personalize import overview
from recommender.personalize.answers.putting import put_events
from tests.recommender.personalize.answers.town import NO_EXPLORING, TRACKING, Town


def test_it_is_the_share_of_the_items_shown_that_events_name_with_the_list(tmp_path: Path) -> None:
    town = Town(tmp_path)
    films, quiet = town.campaign(**NO_EXPLORING), town.campaign("quiet", **NO_EXPLORING)
    for user in ("ann", "bob"):
        shown = town.ask(campaignArn=films, userId=user, numResults=4)
        town.ask(campaignArn=quiet, userId=user)
        event = {"eventType": "watch", "sentAt": 5, "itemId": shown["itemList"][0]["itemId"], "recommendationId": shown["recommendationId"]}
        put_events(town.answers, {"trackingId": TRACKING, "sessionId": "s", "userId": user, "eventList": [event]})

    of_films, of_quiet = overview.campaigns(town.registry, town.answers.shown)

    assert (of_films.lists, of_films.click_through) == (2, 0.25)
    assert (of_quiet.lists, of_quiet.click_through) == (0, None)
    assert "followed up: 25.0% of the items on 2 lists that events name" in overview.campaigns_table([of_films, of_quiet])
    assert overview.campaigns(town.registry)[0].click_through is None
