"""Amazon as it is on a bad day: a stand-in behind a proxy whose weather a test can change."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from recommender.storage.blobs.s3 import S3Blobs
from recommender.storage.profiles.dynamodb import DynamoProfiles
from recommender.storage.profiles.dynamodb_tables import create_tables
from tests.faults.flaky_amazon import FlakyAmazon, flaky_amazon


@pytest.fixture(scope="session")
def _amazon(moto_url: str) -> Iterator[FlakyAmazon]:
    with flaky_amazon(moto_url) as amazon:
        yield amazon


@pytest.fixture
def amazon(_amazon: FlakyAmazon) -> Iterator[FlakyAmazon]:
    """Well to begin with; boto3 comes to it and to nobody else."""
    os.environ.update(_amazon.environment)
    _amazon.turn("well")
    _amazon.calls()
    yield _amazon
    _amazon.turn("well")
    for thread in threading.enumerate():  # else a breaker that is still open asks in the middle of the next test
        if thread.name.startswith("watches "):
            thread.join(10)


@pytest.fixture(scope="session")
def _stores(_amazon: FlakyAmazon) -> tuple[str, str]:
    """The names of the tables and of the bucket that all these tests share."""
    table, bucket = f"movie-{uuid.uuid4().hex}", f"films-{uuid.uuid4().hex}"
    with pytest.MonkeyPatch.context() as environment:
        for name, value in _amazon.environment.items():
            environment.setenv(name, value)
        create_tables(table)
        boto3.client("s3").create_bucket(Bucket=bucket)
    return table, bucket


@pytest.fixture
def table(_stores: tuple[str, str], amazon: FlakyAmazon) -> str:
    """The name of three tables that are there; each test takes keys of its own."""
    return _stores[0]


@pytest.fixture
def bucket(_stores: tuple[str, str], amazon: FlakyAmazon) -> str:
    """The name of a bucket that is there; each test takes a prefix of its own."""
    return _stores[1]


@pytest.fixture
def numbers() -> range:
    """Numbers that no other test takes."""
    start = uuid.uuid4().int % 10**15
    return range(start, start + 100)


@pytest.fixture
def profiles(table: str) -> DynamoProfiles:
    return DynamoProfiles(table)


@pytest.fixture
def blobs(bucket: str, tmp_path: Path) -> S3Blobs:
    return S3Blobs(bucket, uuid.uuid4().hex, cache_folder=tmp_path / "cache")
