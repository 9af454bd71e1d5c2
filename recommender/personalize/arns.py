"""Amazon's names of things: `arn:aws:personalize:REGION:ACCOUNT:KIND/NAME`.

A resource is found by what follows the account, so that an ARN written down for another account or region still finds it.
"""

from __future__ import annotations

import re

REGION, ACCOUNT = "us-east-1", "000000000000"
_ARN = re.compile(r"arn:[a-z\d-]+:personalize:[^:]*:[^:]*:(.+)", re.ASCII | re.DOTALL)

SCHEMA, GROUP, DATASET, IMPORT, EXPORT = "schema", "dataset-group", "dataset", "dataset-import-job", "dataset-export-job"
SOLUTION, VERSION, CAMPAIGN, RECOMMENDER = "solution", "solution-version", "campaign", "recommender"
FILTER, TRACKER, ATTRIBUTION = "filter", "event-tracker", "metric-attribution"
BATCH, SEGMENT, DELETION = "batch-inference-job", "batch-segment-job", "data-deletion-job"
KINDS = (
    SCHEMA,
    GROUP,
    DATASET,
    IMPORT,
    EXPORT,
    SOLUTION,
    VERSION,
    CAMPAIGN,
    RECOMMENDER,
    FILTER,
    TRACKER,
    ATTRIBUTION,
    BATCH,
    SEGMENT,
    DELETION,
)


def arn_of(kind: str, *names: str) -> str:
    """The ARN of a resource here. names: its own; of a data set the group's and the type, of a version the solution's and its id."""
    return f"arn:aws:personalize:{REGION}:{ACCOUNT}:{'/'.join((SOLUTION if kind == VERSION else kind, *names))}"


def amazons(kind: str, name: str) -> str:
    """The ARN of what Amazon itself brings: a recipe, an algorithm, a feature transformation."""
    return f"arn:aws:personalize:::{kind}/{name}"


def key_of(arn: str) -> str:
    """What follows the account, by which a resource is known; the whole text where it is no ARN of Personalize."""
    found = _ARN.fullmatch(arn)
    return found[1] if found else arn


def kind_of(key: str) -> str:
    """The kind of resource that a key names; empty where it names none."""
    parts = key.split("/")
    kind = VERSION if parts[0] == SOLUTION and len(parts) == 3 else parts[0]
    return kind if kind in KINDS else ""
