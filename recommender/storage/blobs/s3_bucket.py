"""The bucket of S3, and how it is made where no template has made it."""

from __future__ import annotations

from typing import Any

from recommender.storage.amazon.calls import Calls
from recommender.storage.amazon.clients import PATIENT, Clients
from recommender.storage.amazon.faults import Refused

WITHOUT_CONSTRAINT = "us-east-1"  # S3 refuses to be told of the region that it takes by itself


def create_bucket(name: str) -> bool:
    """Make the bucket, closed to the public and with old versions kept, unless it is there and ours; whether it was made."""
    calls = Calls(Clients("s3", PATIENT), f"the bucket {name}", PATIENT, probe=lambda calls: None)
    try:
        calls("head_bucket", Bucket=name, refusals=["404", "NoSuchBucket"])
    except Refused:
        pass
    else:
        return False
    region = calls.client.meta.region_name
    where: dict[str, Any] = {} if region == WITHOUT_CONSTRAINT else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        calls("create_bucket", Bucket=name, refusals=["BucketAlreadyOwnedByYou"], **where)
    except Refused:  # somebody else was faster
        return False
    closed = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
    calls("put_public_access_block", Bucket=name, PublicAccessBlockConfiguration=closed)
    calls("put_bucket_versioning", Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return True
