"""The table in docs/personalize.md of every operation of Amazon's three service models, and what becomes of it here.

`python -m bench.personalize_page` writes it. Whether an operation works is asked of the code that answers: of the table of operations, and
of the addresses that the site has.
"""

from __future__ import annotations

import sys
from pathlib import Path

from flask import Flask

from bench.model_pages import between
from recommender.personalize.operations import OPERATIONS
from webapp.personalize import BLUEPRINTS
from webapp.personalize.shapes import CONTROL, EVENTS, RUNTIME, service

PAGE = Path(__file__).parents[1] / "docs" / "personalize.md"
WORKS, REFUSED = "works", "`{}`"
# What is said beside an operation: what of it is refused, or what is not as one would expect.
REMARKS = {
    "CreateDatasetGroup": "`kmsKeyArn` is refused: nothing is encrypted by KMS",
    "CreateDataset": "INTERACTIONS, ITEMS and USERS; ACTIONS and ACTION_INTERACTIONS are refused",
    "UpdateDataset": "columns can be added, nullable, and none taken away",
    "CreateDatasetImportJob": "from `s3://`, and `file://` where that is allowed; `publishAttributionMetricsToS3` is refused",
    "CreateDatasetExportJob": "to `s3://`, and `file://` where that is allowed; `kmsKeyArn` is refused",
    "CreateBatchSegmentJob": "`kmsKeyArn` of the output is refused",
    "CreateSolution": "`optimizationObjective` and `performIncrementalUpdate` are refused; recipes that are not served are refused by name",
    "UpdateSolution": "`performIncrementalUpdate` is refused",
    "CreateSolutionVersion": "FULL; UPDATE after a FULL; AUTOTRAIN is refused, as at Amazon",
    "StopSolutionVersionCreation": "a training that nobody has begun stops at once",
    "DescribeAlgorithm": "`algorithmImage` names our recipe; there is no image",
    "CreateCampaign": "`rankingInfluence` is refused",
    "UpdateCampaign": "`rankingInfluence` is refused",
    "StartRecommender": "answers again at once",
    "StopRecommender": "stops answering at once, and keeps what it has learned",
    "CreateBatchInferenceJob": "`THEME_GENERATION`, `rankingInfluence` and `kmsKeyArn` of the output are refused",
    "CreateMetricAttribution": "`matinee personalize attributed` tells what was counted; no report is put into a bucket",
    "UpdateMetricAttribution": "likewise",
    "ListRecipes": "those that are served",
    "DescribeRecipe": "also of those that are not served, with the reason",
}
# Operations that the site has an address for, and refuses by name: the error, and the reason.
ALWAYS_REFUSED = dict.fromkeys(
    ("GetActionRecommendations", "PutActions", "PutActionInteractions"), ("InvalidInputException", "items are recommended here, no actions")
)


def table() -> str:
    """A row for each operation, those of the control plane first, in the order of the alphabet."""
    rows = [("service", "operation", "here", "remarks"), ("---",) * 4]
    for name in (CONTROL, RUNTIME, EVENTS):
        rows += [(f"`{name}`", f"`{operation}`", *answered(name, operation)) for operation in sorted(service(name).operations)]
    return "\n".join("| " + " | ".join(row).strip() + " |" for row in rows).replace("|  |", "| |")


def answered(name: str, operation: str) -> tuple[str, str]:
    """WORKS or the name of the error that it answers with, and what is to be said of it."""
    if operation in ALWAYS_REFUSED:
        error, reason = ALWAYS_REFUSED[operation]
        return REFUSED.format(error), reason
    is_there = operation in OPERATIONS if name == CONTROL else f"/personalize{_path(name, operation)}" in addresses()
    return (WORKS, REMARKS.get(operation, "")) if is_there else (REFUSED.format("UnknownOperationException"), "not here yet")


def addresses() -> set[str]:
    """Those below /personalize that a blueprint of the site answers."""
    app = Flask(__name__)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return {rule.rule for rule in app.url_map.iter_rules()}


def _path(name: str, operation: str) -> str:
    return str(service(name).operations[operation]["http"]["requestUri"])


def written(text: str) -> str:
    """The page with its table as it should be."""
    return between(text, "operations", lambda _: table())


def count_of_working() -> dict[str, tuple[int, int]]:
    """By service: how many operations work, and of how many."""
    names = (CONTROL, RUNTIME, EVENTS)
    return {
        name: (sum(answered(name, one)[0] == WORKS for one in service(name).operations), len(service(name).operations)) for name in names
    }


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
    sys.stdout.write(f"{PAGE}: {count_of_working()}\n")
