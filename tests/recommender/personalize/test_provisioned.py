"""What the campaigns here would provision at Amazon."""

from __future__ import annotations

import pytest

from recommender.personalize import arns
from recommender.personalize.provisioned import provisioned_tps
from recommender.personalize.resources import ACTIVE, INACTIVE, PENDING, Resource, Resources

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
