"""What is asked of AWS, recorded on stand-ins, and whether a policy of the template allows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.client import BaseClient
from moto import mock_aws

from tests.deploy.stack import TEMPLATE, read


class Asked(NamedTuple):
    """One call as IAM sees it. prefix: of a listing."""

    action: str
    resource: str
    prefix: str | None = None


def asked_of(service: str, operation: str, parameters: dict[str, Any]) -> Iterator[Asked]:
    """A transaction asks for each of its parts; S3 has no rights of their own for a look at an object and for an upload in parts."""
    if service == "s3":
        bucket, key = f"arn:aws:s3:::{parameters['Bucket'].upper()}", parameters.get("Key")
        if operation == "ListObjectsV2":
            yield Asked("s3:ListBucket", bucket, parameters["Prefix"])
        else:
            other_name = {
                "HeadObject": "GetObject",
                "CreateMultipartUpload": "PutObject",
                "UploadPart": "PutObject",
                "CompleteMultipartUpload": "PutObject",
            }
            yield Asked(f"s3:{other_name.get(operation, operation)}", f"{bucket}/{key}")
    elif operation == "TransactWriteItems":
        for item in parameters["TransactItems"]:
            for part, what in item.items():
                yield Asked(f"dynamodb:{part}Item", table_of(what))
    elif operation in ("BatchGetItem", "BatchWriteItem"):
        for table in parameters["RequestItems"]:
            yield Asked(f"dynamodb:{operation}", table_of({"TableName": table}))
    else:
        yield Asked(f"dynamodb:{operation}", table_of(parameters))


def table_of(parameters: dict[str, Any]) -> str:
    return f"arn:aws:dynamodb:REGION:ACCOUNT:table/{parameters['TableName']}"


def is_allowed(asked: Asked, policy: str) -> bool:
    return any(
        asked.action in _several(statement["Action"])
        and any(fnmatchcase(asked.resource, pattern) for pattern in _several(statement["Resource"]))
        and all(
            asked.prefix is None or any(fnmatchcase(asked.prefix, pattern) for pattern in _several(test["s3:prefix"]))
            for test in statement.get("Condition", {}).values()
        )
        for statement in read(TEMPLATE.read_text()).policies()[policy]["Statement"]
    )


def _several(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


@contextmanager
def on_stand_ins(monkeypatch: pytest.MonkeyPatch, bucket: str) -> Iterator[set[Asked]]:
    """DynamoDB without a table, and S3 with the bucket, empty; what is asked of them, as it is asked. bucket: BUCKET, in any case."""
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    calls: set[Asked] = set()
    really = BaseClient._make_api_call

    def recording(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        calls.update(asked_of(client.meta.service_model.service_name, operation, parameters))
        return really(client, operation, parameters)

    with mock_aws():
        boto3.client("s3").create_bucket(Bucket=bucket)
        monkeypatch.setattr(BaseClient, "_make_api_call", recording)
        yield calls
