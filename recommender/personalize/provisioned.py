"""How much the campaigns here would provision at Amazon, where that is paid for whether anybody asks or not."""

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
