"""Filters: what may be in the lists of a group, in Amazon's language."""

from __future__ import annotations

from recommender.personalize import arns
from recommender.personalize.arns import arn_of
from recommender.personalize.desk import Desk
from recommender.personalize.filters import Filter, field_named, read_filter
from recommender.personalize.operations.every import add, at_work, chosen, delete, describe, each, lists, ready
from recommender.personalize.operations.kinds import FILTER, GROUP, Json
from recommender.personalize.resources import Resource, Resources
from recommender.personalize.schemas import ITEMS, USERS, read_schema


def create(desk: Desk, sent: Json) -> Json:
    """CreateFilter: the expression is read now, so that no request finds out that it is wrong."""
    wanted = read_filter(sent["filterExpression"])
    arn = arn_of(arns.FILTER, sent["name"])

    def step(found: Resources) -> None:
        group = ready(found, sent["datasetGroupArn"], GROUP)
        check_fields(found, group, wanted)
        add(desk, found, FILTER, arn, {**chosen(sent, "name", "filterExpression"), "datasetGroupArn": group.arn}, sent)

    desk.registry.change(step)
    return {"filterArn": arn}


def check_fields(found: Resources, group: Resource, wanted: Filter) -> None:
    """InvalidInputError for a field of items or users that the group's schema has not; a data set that is to come may have any."""
    for kind, key in ((ITEMS, "ITEM_ID"), (USERS, "USER_ID")):
        for dataset in each(found, arns.DATASET, datasetGroupArn=group.arn, datasetType=kind):
            schema = read_schema(found.get(dataset.body["schemaArn"], arns.SCHEMA).body["schema"])
            names = [name for name in schema.names if name != key]
            for of, field in sorted(wanted.fields):
                if of.upper() == kind:
                    field_named(field, names, of)


OPERATIONS = {
    "CreateFilter": create,
    "DescribeFilter": describe(FILTER),
    "ListFilters": lists(FILTER),
    "DeleteFilter": delete(FILTER, lambda found, one: at_work(found, arns.BATCH, arns.SEGMENT, filterArn=one.arn)),
}
