"""Filters: what may be in the lists of a group, in Amazon's language."""

from __future__ import annotations

from recommender.personalize import arns
from recommender.personalize.arns import arn_of
from recommender.personalize.desk import Desk
from recommender.personalize.filters import read_filter
from recommender.personalize.operations.every import add, at_work, chosen, delete, describe, lists, ready
from recommender.personalize.operations.kinds import FILTER, GROUP, Json
from recommender.personalize.resources import Resources


def create(desk: Desk, sent: Json) -> Json:
    """CreateFilter: the expression is read now, so that no request finds out that it is wrong."""
    read_filter(sent["filterExpression"])
    arn = arn_of(arns.FILTER, sent["name"])

    def step(found: Resources) -> None:
        group = ready(found, sent["datasetGroupArn"], GROUP)
        add(desk, found, FILTER, arn, {**chosen(sent, "name", "filterExpression"), "datasetGroupArn": group.arn}, sent)

    desk.registry.change(step)
    return {"filterArn": arn}


OPERATIONS = {
    "CreateFilter": create,
    "DescribeFilter": describe(FILTER),
    "ListFilters": lists(FILTER),
    "DeleteFilter": delete(FILTER, lambda found, one: at_work(found, arns.BATCH, arns.SEGMENT, filterArn=one.arn)),
}
