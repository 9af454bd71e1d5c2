"""Schemas: what the rows of a data set look like, as an Avro record."""

from __future__ import annotations

from recommender.personalize import arns
from recommender.personalize.arns import arn_of
from recommender.personalize.desk import Desk
from recommender.personalize.operations.every import add, chosen, delete, describe, each, lists
from recommender.personalize.operations.kinds import SCHEMA, Json
from recommender.personalize.schemas import read_schema


def create(desk: Desk, sent: Json) -> Json:
    """CreateSchema."""
    read_schema(sent["schema"], domain=sent.get("domain"))
    arn = arn_of(arns.SCHEMA, sent["name"])
    desk.registry.change(lambda found: add(desk, found, SCHEMA, arn, chosen(sent, "name", "schema", "domain"), sent))
    return {"schemaArn": arn}


OPERATIONS = {
    "CreateSchema": create,
    "DescribeSchema": describe(SCHEMA),
    "ListSchemas": lists(SCHEMA),
    "DeleteSchema": delete(SCHEMA, lambda found, one: each(found, arns.DATASET, schemaArn=one.arn)),
}
