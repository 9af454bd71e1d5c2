"""What the three pipelines share: clients, a place for the data, waiting, and the time of each step beside Amazon's."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
from botocore.exceptions import ClientError

SCHEMA = {
    "type": "record",
    "name": "Interactions",
    "namespace": "com.amazonaws.personalize.schema",
    "fields": [
        {"name": "USER_ID", "type": "string"},
        {"name": "ITEM_ID", "type": "string"},
        {"name": "EVENT_TYPE", "type": "string"},
        {"name": "TIMESTAMP", "type": "long"},
    ],
    "version": "1.0",
}


def arguments(about: str, *, bucket: str) -> argparse.Namespace:
    """What every pipeline is told. Without --endpoint-url it runs on Amazon, in the account and region that boto3 finds."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--endpoint-url", help="Matinee's, as http://127.0.0.1:8000/personalize; left out: Amazon's")
    parser.add_argument("--data", type=Path, required=True, help="a folder with ratings.csv and movies.csv, or with u.data and u.item")
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--bucket", default=bucket, help=f"where the events go in S3; {bucket} if left out")
    place.add_argument(
        "--folder", type=Path, help="a folder of this machine instead, one of MATINEE_IMPORT_FOLDERS; Matinee alone takes it"
    )
    parser.add_argument(
        "--role", default="arn:aws:iam::000000000000:role/AmazonPersonalize-ExecutionRole", help="the role that may read it"
    )
    return parser.parse_args()


def ratings(data: Path) -> pd.DataFrame:
    """Columns userId, movieId, rating and timestamp, as MovieLens has them in either form."""
    if (data / "u.data").exists():
        return pd.read_csv(data / "u.data", sep="\t", names=["userId", "movieId", "rating", "timestamp"])
    return pd.read_csv(data / "ratings.csv")


def films(data: Path) -> dict[str, tuple[str, str]]:
    """Title and genres by item id."""
    if (data / "u.item").exists():
        names = [line.split("|")[0] for line in (data / "u.genre").read_text().splitlines() if line]
        rows = [line.split("|") for line in (data / "u.item").read_text("latin-1").splitlines()]
        return {row[0]: (row[1], "|".join(name for name, flag in zip(names, row[5:], strict=False) if flag == "1")) for row in rows}
    table = pd.read_csv(data / "movies.csv")
    return {str(one.movieId): (one.title, one.genres) for one in table.itertuples()}


@dataclass
class Steps:
    """The steps of one run, timed. amazon: what the documents say that a step took there."""

    endpoint_url: str | None
    seconds: dict[str, tuple[float, str]] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """A client of one of Personalize's three services: the only place that knows where they are."""
        return boto3.client(service, endpoint_url=self.endpoint_url)

    @contextmanager
    def step(self, name: str, amazon: str = "") -> Iterator[None]:
        """Say that it begins, and remember how long it took."""
        print(f"-- {name}", flush=True)
        began = time.monotonic()
        yield
        self.seconds[name] = (time.monotonic() - began, amazon)

    def print_times(self) -> None:
        """Every step, beside what it took at Amazon as far as the documents say."""
        print(f"\n{'step':<34}{'here':>10}   at Amazon")
        for name, (seconds, amazon) in self.seconds.items():
            print(f"{name:<34}{seconds:>8.1f} s   {amazon}")


def wait_until_active(describe: Callable[[], dict[str, Any]], *, most_seconds: float = 3 * 3600) -> dict[str, Any]:
    """What is described, once it is ACTIVE; the reason is shown when it has failed.

    It is asked for again after a twentieth of the time waited so far, 20 seconds at most: soon enough here and seldom enough at Amazon.
    """
    began = time.monotonic()
    while (waited := time.monotonic() - began) < most_seconds:
        found = describe()
        if found["status"] == "ACTIVE":
            return found
        if "FAILED" in found["status"]:
            raise SystemExit(f"{found['status']}: {found.get('failureReason', 'no reason was given')}")
        time.sleep(min(max(waited / 20, 0.2), 20))
    raise SystemExit(f"still {found['status']} after {most_seconds:.0f} seconds")


def there(personalize: Any, kind: str, **asked: Any) -> str:
    """The ARN of a resource: made now, or by an earlier run that was cut off, so that a pipeline goes on where it stopped.

    kind: as in create_KIND, such as dataset_import_job. One of this name that has failed is left, and another is made beside it.
    """
    first, *rest = kind.split("_")
    arn = first + "".join(word.title() for word in rest) + "Arn"
    label = "jobName" if "jobName" in asked else "name"
    try:
        made: str = getattr(personalize, f"create_{kind}")(**asked)[arn]
        return made
    except personalize.exceptions.ResourceAlreadyExistsException:
        pages = personalize.get_paginator(f"list_{kind}s").paginate()
        found = [one for page in pages for many in page.values() if isinstance(many, list) for one in many if one[label] == asked[label]]
        if not found:
            raise
        if "FAILED" not in found[0].get("status", ""):
            print(f"   {asked[label]} is there already")
            return str(found[0][arn])
        return there(personalize, kind, **{**asked, label: f"{asked[label]}-again"})


def version_of(personalize: Any, solution: str, **asked: Any) -> str:
    """The ARN of a version of the solution: the one that is trained or under way, else one that begins now."""
    for page in personalize.get_paginator("list_solution_versions").paginate(solutionArn=solution):
        for one in page["solutionVersions"]:
            if one["status"] in ("CREATE PENDING", "CREATE IN_PROGRESS", "ACTIVE"):
                return str(one["solutionVersionArn"])
    return str(personalize.create_solution_version(solutionArn=solution, **asked)["solutionVersionArn"])


def put_data(told: argparse.Namespace, events: pd.DataFrame, name: str, policy: dict[str, Any] | None = None) -> str:
    """Where the events lie afterwards, for the import job: a bucket, made if it is not there and opened to Personalize, or a folder."""
    csv = events.to_csv(index=False, float_format="%.0f")
    if told.folder:
        told.folder.mkdir(parents=True, exist_ok=True)
        (told.folder / name).write_text(csv)
        return (told.folder / name).resolve().as_uri()
    s3 = boto3.client("s3")
    try:
        s3.head_bucket(Bucket=told.bucket)
    except ClientError:
        region = s3.meta.region_name
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=told.bucket, **where)
    if policy:
        s3.put_bucket_policy(Bucket=told.bucket, Policy=json.dumps(policy))
    s3.put_object(Bucket=told.bucket, Key=name, Body=csv.encode())
    return f"s3://{told.bucket}/{name}"


def bucket_policy(bucket: str) -> dict[str, Any]:
    """What lets Personalize read the bucket, as the documents have it; `matinee policy print` adds whose Personalize it may be."""
    return {
        "Version": "2012-10-17",
        "Id": "PersonalizeS3BucketAccessPolicy",
        "Statement": [
            {
                "Sid": "PersonalizeS3BucketAccessPolicy",
                "Effect": "Allow",
                "Principal": {"Service": "personalize.amazonaws.com"},
                "Action": ["s3:*Object", "s3:ListBucket"],
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            }
        ],
    }
