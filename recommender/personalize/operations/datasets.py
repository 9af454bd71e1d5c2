"""Data sets: of each type one in a group, with the schema that its rows have."""

from __future__ import annotations

from recommender.personalize import arns
from recommender.personalize.arns import arn_of
from recommender.personalize.desk import Desk
from recommender.personalize.live import Live
from recommender.personalize.operations.every import add, at_work, delete, describe, each, lists, ready, refuse_while
from recommender.personalize.operations.kinds import DATASET, GROUP, Json
from recommender.personalize.refusals import InvalidInputError, ResourceAlreadyExistsError
from recommender.personalize.resources import ACTIVE, Resource, Resources
from recommender.personalize.schemas import ACTION_INTERACTIONS, ACTIONS, INTERACTIONS, ITEMS, USERS, Schema, read_schema

TYPES = (INTERACTIONS, ITEMS, USERS)


def create(desk: Desk, sent: Json) -> Json:
    """CreateDataset."""
    dataset_type = sent["datasetType"].upper()
    if dataset_type in (ACTIONS, ACTION_INTERACTIONS):
        raise InvalidInputError(f"datasetType {dataset_type} is not done here: items are recommended, and no actions.")
    if dataset_type not in TYPES:
        raise InvalidInputError(f"datasetType must be one of {', '.join(TYPES)}, not {sent['datasetType']!r}.")

    def step(found: Resources) -> Resource:
        group = ready(found, sent["datasetGroupArn"], GROUP)
        schema = fitting(found, sent["schemaArn"], dataset_type, group)
        arn = arn_of(arns.DATASET, group.body["name"], dataset_type)
        if arns.key_of(arn) in found.by_key:
            raise ResourceAlreadyExistsError(arn)
        body = {"name": sent["name"], "datasetGroupArn": group.arn, "datasetType": dataset_type, "schemaArn": schema.arn}
        return add(desk, found, DATASET, arn, body, sent)

    made = desk.registry.change(step)
    forget(desk, made)  # what one of the same name has left, if its deletion was cut off
    return {"datasetArn": made.arn}


def fitting(found: Resources, arn: str, dataset_type: str, group: Resource) -> Resource:
    """The schema of that name, if a data set of the type can have it in this group; InvalidInputError."""
    schema, domain = found.get(arn, arns.SCHEMA), group.body.get("domain")
    if schema.body.get("domain") != domain:
        of_schema, of_group = (f"the domain {name}" if name else "no domain" for name in (schema.body.get("domain"), domain))
        raise InvalidInputError(f"The schema {schema.arn} has {of_schema}, and the dataset group {of_group}; both must have the same.")
    read_schema(schema.body["schema"], dataset_type, domain)
    return schema


def update(desk: Desk, sent: Json) -> Json:
    """UpdateDataset: another schema, with every column of the old one, and new ones that may be empty in the rows that are there."""

    def step(found: Resources) -> str:
        one = ready(found, sent["datasetArn"], DATASET)
        refuse_while(one, f"replace the schema of {one.arn}", at_work(found, arns.IMPORT, arns.EXPORT, datasetArn=one.arn))
        schema = fitting(found, sent["schemaArn"], one.body["datasetType"], found.get(one.body["datasetGroupArn"]))
        before, after = (read_schema(found.get(arn).body["schema"]) for arn in (one.body["schemaArn"], schema.arn))
        refuse_loss(before, after)
        now = desk.registry.now()
        one.body["schemaArn"], one.updated = schema.arn, now
        one.body["latestDatasetUpdate"] = {
            "schemaArn": schema.arn,
            "status": ACTIVE,
            "creationDateTime": now,
            "lastUpdatedDateTime": now,
        }
        return one.arn

    return {"datasetArn": desk.registry.change(step)}


def refuse_loss(before: Schema, after: Schema) -> None:
    """InvalidInputError where rows of the old schema would not be rows of the new one."""
    for field in before.fields:
        kept = after.field(field.name)
        if kept is None:
            raise InvalidInputError(f"The new schema must keep the column {field.name}; columns can be added only.")
        if kept.type != field.type or (field.nullable and not kept.nullable):
            raise InvalidInputError(f"The column {field.name} must stay as it is: {field.type}{', or null' if field.nullable else ''}.")
    for field in after.fields:
        if before.field(field.name) is None and not field.nullable:
            raise InvalidInputError(f"The new column {field.name} must be nullable, since the rows that are there lack it.")


def rests_on(found: Resources, one: Resource) -> list[Resource]:
    """Jobs that read or write it, and versions that learn from it."""
    group = one.body["datasetGroupArn"]
    return [
        *at_work(found, arns.IMPORT, arns.EXPORT, datasetArn=one.arn),
        *at_work(found, arns.VERSION, arns.RECOMMENDER, arns.DELETION, datasetGroupArn=group),
    ]


def forget(desk: Desk, one: Resource) -> None:
    """What clients have put into it goes with it: events with the interactions, else its users or items."""
    live, (_, group, dataset_type) = Live(desk.registry.blobs), one.key.split("/")
    if dataset_type == INTERACTIONS:
        live.forget_events(group)
    live.forget_rows(one.key)


OPERATIONS = {
    "CreateDataset": create,
    "DescribeDataset": describe(DATASET),
    "ListDatasets": lists(DATASET),
    "UpdateDataset": update,
    "DeleteDataset": delete(DATASET, rests_on, lambda found, one: each(found, arns.IMPORT, arns.EXPORT, datasetArn=one.arn), forget=forget),
}
