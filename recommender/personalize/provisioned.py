"""What the resources here would be paid for at Amazon: what campaigns provision, whether anybody asks or not, and what imports take in."""

from __future__ import annotations

from recommender.personalize import arns
from recommender.personalize.resources import ACTIVE, Resources

LEAST = 1  # request a second, of each campaign and recommender


def provisioned_tps(found: Resources) -> int:
    """Requests a second over all campaigns and recommenders that are active; 0 where there is none."""
    campaigns = (int(one.body.get("minProvisionedTPS") or LEAST) for one in found.of(arns.CAMPAIGN) if one.status == ACTIVE)
    recommenders = (
        int((one.body.get("recommenderConfig") or {}).get("minRecommendationRequestsPerSecond") or LEAST)
        for one in found.of(arns.RECOMMENDER)
        if one.status == ACTIVE
    )
    return sum(campaigns) + sum(recommenders)


def imported_bytes(found: Resources, begins_at: float, ends_at: float) -> int:
    """Of the files that import jobs took in between the two, in seconds since 1970. Jobs that went with their data set do not count."""
    jobs = (one for one in found.of(arns.IMPORT) if one.status == ACTIVE and begins_at <= one.updated < ends_at)
    return sum(int(one.inner.get("n_bytes", 0)) for one in jobs)
