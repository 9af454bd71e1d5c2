"""What Amazon's control plane can be asked, by the names that its clients know: one file per kind of resource."""

from __future__ import annotations

from recommender.personalize.operations import (
    amazons,
    attributions,
    batches,
    campaigns,
    datasets,
    filters,
    groups,
    recommenders,
    schemas,
    solutions,
    tags,
    trackers,
    transfers,
    versions,
)
from recommender.personalize.operations.every import Operation

OPERATIONS: dict[str, Operation] = {
    **schemas.OPERATIONS,
    **groups.OPERATIONS,
    **datasets.OPERATIONS,
    **transfers.OPERATIONS,
    **solutions.OPERATIONS,
    **versions.OPERATIONS,
    **campaigns.OPERATIONS,
    **recommenders.OPERATIONS,
    **trackers.OPERATIONS,
    **filters.OPERATIONS,
    **batches.OPERATIONS,
    **attributions.OPERATIONS,
    **tags.OPERATIONS,
    **amazons.OPERATIONS,
}
