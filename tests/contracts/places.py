"""Every place that the contracts are tried on. A new one is one line in PROFILES or BLOBS."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Place:
    """A kind of place. empty: makes one in the folder, for this machine's part of it, and gives its URL.

    stand_in: the program that must run for it, by the name of its fixture; None for none. is_atomic: whether racing on it proves anything.
    """

    empty: Callable[[Path], str]
    stand_in: str | None = None
    is_atomic: bool = True

    def tries(self, most: int) -> int:
        """How many of the tries of a long test are tried here: where each step is a call over the network, a sixth."""
        return most if self.stand_in is None else most // 6


def tables(folder: Path) -> str:
    """Three tables of DynamoDB, empty."""
    from recommender.storage.profiles.dynamodb_tables import create_tables

    name = f"movie-{secrets.token_hex(4)}"
    create_tables(name)
    return f"dynamodb://{name}"


def bucket(folder: Path) -> str:
    """A bucket of S3, empty, used below a prefix."""
    from recommender.storage.blobs.s3_bucket import create_bucket

    name = f"films-{secrets.token_hex(4)}"
    create_bucket(name)
    return f"s3://{name}/matinee"


PROFILES = {
    "sqlite": Place(lambda folder: f"sqlite://{folder / 'profiles.sqlite3'}"),
    "dynamodb-moto": Place(tables, "moto_url", is_atomic=False),
    "dynamodb-ministack": Place(tables, "ministack_url"),
}
BLOBS = {
    "folder": Place(lambda folder: f"file://{folder / 'blobs'}"),
    "s3-moto": Place(bucket, "moto_url", is_atomic=False),
    "s3-ministack": Place(bucket, "ministack_url"),
}


def stood_in_for(place: Place, request: pytest.FixtureRequest) -> Place:
    """The same place, with what it needs running; skips a test that races where racing proves nothing."""
    if place.stand_in is not None:
        request.getfixturevalue("amazon_environment")(request.getfixturevalue(place.stand_in))
    if not place.is_atomic and request.node.get_closest_marker("races"):
        pytest.skip("what races on this stand-in proves nothing: it is not atomic")
    return place
