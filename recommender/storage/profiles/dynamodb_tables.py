"""How the three tables of DynamoDB are made where no template has made them."""

from __future__ import annotations

import time
from dataclasses import astuple
from typing import Any

from recommender.storage.amazon.calls import Calls
from recommender.storage.amazon.clients import PATIENT, Clients
from recommender.storage.amazon.codes import Fault
from recommender.storage.amazon.faults import Refused
from recommender.storage.profiles.dynamodb_names import Tables

UNKNOWN_CALL = ("UnknownOperationException", "UnknownOperation")  # what a stand-in says of a call that it does not have
NOT_YET = "ContinuousBackupsUnavailableException"  # what DynamoDB says of a table that was made a moment ago
MOST_LOOKS = 60  # a second apart


def create_tables(name: str) -> list[str]:
    """Make those of the three that are not there, paid by request, and wait until they can be used; the names of the ones made."""
    calls = Calls(Clients("dynamodb", PATIENT), f"the tables of {name}", PATIENT, probe=lambda calls: None)
    made = []
    for table, key in Tables.of(name).keys().items():
        definition: dict[str, Any] = {
            "TableName": table,
            "AttributeDefinitions": [{"AttributeName": attribute, "AttributeType": kind} for attribute, kind in key.items()],
            "KeySchema": [{"AttributeName": attribute, "KeyType": kind} for attribute, kind in zip(key, ("HASH", "RANGE"), strict=False)],
            "BillingMode": "PAY_PER_REQUEST",
        }
        try:
            answer = calls("create_table", refusals=["ResourceInUseException"], **definition)
        except Refused:
            continue
        if answer["TableDescription"]["TableStatus"] != "ACTIVE":
            calls.client.get_waiter("table_exists").wait(TableName=table, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
        made.append(table)
    return made


def keep_way_back(name: str) -> None:
    """Keep all three tables restorable to any second of 35 days, unless they are; nothing where a place does not know the call."""
    for table in astuple(Tables.of(name)):
        calls = Calls(Clients("dynamodb", PATIENT), f"the table {table}", PATIENT, probe=lambda calls: None)
        for _ in range(MOST_LOOKS):
            try:
                calls(
                    "update_continuous_backups",
                    TableName=table,
                    PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
                    refusals=(*UNKNOWN_CALL, NOT_YET),
                )
            except Refused as refused:
                if refused.code in UNKNOWN_CALL:
                    return
                time.sleep(1)
            else:
                break
        else:
            raise Fault("conflict", NOT_YET).in_words(f"the table {table}")
