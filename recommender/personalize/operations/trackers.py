"""Event trackers: the id under which a client sends what a group's users do."""

from __future__ import annotations

import uuid

from recommender.personalize import arns
from recommender.personalize.arns import ACCOUNT, arn_of
from recommender.personalize.desk import Desk
from recommender.personalize.operations.every import add, delete, describe, lists, ready
from recommender.personalize.operations.kinds import GROUP, TRACKER, Json
from recommender.personalize.refusals import LimitExceededError
from recommender.personalize.resources import Resources


def create(desk: Desk, sent: Json) -> Json:
    """CreateEventTracker: one for each group."""
    arn, tracking = arn_of(arns.TRACKER, sent["name"]), str(uuid.uuid4())

    def step(found: Resources) -> None:
        group = ready(found, sent["datasetGroupArn"], GROUP)
        body = {"name": sent["name"], "accountId": ACCOUNT, "trackingId": tracking, "datasetGroupArn": group.arn}
        add(desk, found, TRACKER, arn, body, sent)
        for other in found.of(arns.TRACKER, datasetGroupArn=group.arn):
            if other.arn != arn:
                raise LimitExceededError(f"A dataset group has one event tracker, and {group.arn} has {other.arn}; use or delete that one.")

    desk.registry.change(step)
    return {"eventTrackerArn": arn, "trackingId": tracking}


OPERATIONS = {
    "CreateEventTracker": create,
    "DescribeEventTracker": describe(TRACKER),
    "ListEventTrackers": lists(TRACKER),
    "DeleteEventTracker": delete(TRACKER, lambda found, one: []),
}
