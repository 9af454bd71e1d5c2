"""Whose keys are used, as AWS itself says."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.errors import StorageError
from recommender.storage.amazon.calls import Calls
from recommender.storage.amazon.clients import Clients, Patience

# An operator waits, once.
BRIEF = Patience(connect_seconds=2, read_seconds=10, boto_attempts=1, tries=1, pause_seconds=0.1, has_breaker=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """arn: the role, user or root of the account. key: the name of the access key, which is no secret."""

    arn: str
    key: str


def who_we_are() -> Identity:
    """StorageError where there are no keys, or nobody answers."""
    import boto3

    found = boto3.session.Session().get_credentials()
    if found is None:
        raise StorageError("There are no keys for AWS; give the machine a role, or run `aws sso login`.", kind="denied")
    answer = Calls(Clients("sts", BRIEF), "the account", BRIEF, probe=lambda calls: None)("get_caller_identity")
    return Identity(str(answer["Arn"]), str(found.access_key))
