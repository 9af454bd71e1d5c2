"""What the campaigns here would provision at Amazon, and the imports take in."""

from __future__ import annotations

import pytest

from recommender.personalize import arns
from recommender.personalize.provisioned import imported_bytes, provisioned_tps
from recommender.personalize.resources import ACTIVE, FAILED, INACTIVE, PENDING, Resource, Resources

AT = 1_800_000_000.0


def _made(kind: str, name: str, status: str = ACTIVE, **body: object) -> Resource:
    return Resource(arns.arn_of(kind, name), status, AT, AT, {"name": name, **body})


@pytest.mark.parametrize(
    ("resources", "tps"),
    [
        ([], 0),
        ([_made(arns.CAMPAIGN, "a", minProvisionedTPS=1)], 1),
        ([_made(arns.CAMPAIGN, "a", minProvisionedTPS=1), _made(arns.CAMPAIGN, "b", minProvisionedTPS=5)], 6),
        ([_made(arns.CAMPAIGN, "a", PENDING, minProvisionedTPS=5)], 0),  # not there yet, so nothing is paid for
        ([_made(arns.CAMPAIGN, "a"), _made(arns.RECOMMENDER, "r")], 2),  # the least of each
        ([_made(arns.RECOMMENDER, "r", recommenderConfig={"minRecommendationRequestsPerSecond": 3})], 3),
        ([_made(arns.RECOMMENDER, "r", INACTIVE, recommenderConfig={"minRecommendationRequestsPerSecond": 3})], 0),
        ([_made(arns.SOLUTION, "s")], 0),
    ],
)
def test_what_is_active_is_provisioned_and_nothing_else(resources: list[Resource], tps: int) -> None:
    found = Resources()
    for resource in resources:
        found.add(resource)

    assert provisioned_tps(found) == tps


def test_imports_of_the_time_are_taken_in() -> None:
    found = Resources()
    for name, at, status, inner in (
        ("before", AT - 1, ACTIVE, {"n_bytes": 1}),
        ("first", AT, ACTIVE, {"n_bytes": 20}),
        ("last", AT + 9, ACTIVE, {"n_bytes": 300}),
        ("failed", AT, FAILED, {}),
        ("of an older Matinee", AT, ACTIVE, {}),
        ("behind", AT + 10, ACTIVE, {"n_bytes": 4000}),
    ):
        found.add(Resource(arns.arn_of(arns.IMPORT, name), status, at, at, {}, dict(inner)))

    assert imported_bytes(found, AT, AT + 10) == 320
