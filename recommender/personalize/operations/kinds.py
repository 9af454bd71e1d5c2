"""How Amazon speaks of each kind of resource: the names in its answers, and what a line of a list says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recommender.personalize import arns
from recommender.personalize.resources import Resource

Json = dict[str, Any]

TIMES = ("creationDateTime", "lastUpdatedDateTime")
STATE = ("status", *TIMES, "failureReason")


@dataclass(frozen=True, slots=True)
class Kind:
    """one: the member that a description stands in; with Arn behind it that of its name. many: that of a list.

    line: what a list says of each. by: the member of a request that narrows a list, empty for none. most: how many there may be.
    """

    kind: str
    one: str
    many: str
    line: tuple[str, ...]
    by: str = ""
    most: int = 500

    @property
    def arn(self) -> str:
        """The member that names one."""
        return f"{self.one}Arn"

    @property
    def words(self) -> str:
        """As in a sentence: dataset import job."""
        return self.kind.replace("-", " ")

    def described(self, resource: Resource) -> Json:
        """Everything that Amazon says of one."""
        found = {self.arn: resource.arn, **resource.body, "creationDateTime": resource.created, "lastUpdatedDateTime": resource.updated}
        if self.kind != arns.SCHEMA:
            found["status"] = resource.status
        if resource.failure_reason:
            found["failureReason"] = resource.failure_reason
        return found

    def told(self, resource: Resource) -> Json:
        """What a list says of it."""
        found = self.described(resource)
        return {name: found[name] for name in self.line if name in found}


SCHEMA = Kind(arns.SCHEMA, "schema", "schemas", ("name", "schemaArn", *TIMES, "domain"))
GROUP = Kind(arns.GROUP, "datasetGroup", "datasetGroups", ("name", "datasetGroupArn", *STATE, "domain"))
DATASET = Kind(arns.DATASET, "dataset", "datasets", ("name", "datasetArn", "datasetType", "status", *TIMES), "datasetGroupArn")
IMPORT = Kind(arns.IMPORT, "datasetImportJob", "datasetImportJobs", ("datasetImportJobArn", "jobName", *STATE, "importMode"), "datasetArn")
EXPORT = Kind(arns.EXPORT, "datasetExportJob", "datasetExportJobs", ("datasetExportJobArn", "jobName", *STATE), "datasetArn")
SOLUTION = Kind(arns.SOLUTION, "solution", "solutions", ("name", "solutionArn", "status", *TIMES, "recipeArn"), "datasetGroupArn")
VERSION = Kind(
    arns.VERSION, "solutionVersion", "solutionVersions", ("solutionVersionArn", "trainingMode", "trainingType", *STATE), "solutionArn"
)
CAMPAIGN = Kind(arns.CAMPAIGN, "campaign", "campaigns", ("name", "campaignArn", *STATE), "solutionArn")
RECOMMENDER = Kind(
    arns.RECOMMENDER,
    "recommender",
    "recommenders",
    ("name", "recommenderArn", "datasetGroupArn", "recipeArn", "recommenderConfig", "status", *TIMES),
    "datasetGroupArn",
)
TRACKER = Kind(arns.TRACKER, "eventTracker", "eventTrackers", ("name", "eventTrackerArn", "status", *TIMES), "datasetGroupArn")
FILTER = Kind(arns.FILTER, "filter", "Filters", ("name", "filterArn", "datasetGroupArn", *STATE), "datasetGroupArn")
ATTRIBUTION = Kind(arns.ATTRIBUTION, "metricAttribution", "metricAttributions", ("name", "metricAttributionArn", *STATE), "datasetGroupArn")
BATCH = Kind(
    arns.BATCH,
    "batchInferenceJob",
    "batchInferenceJobs",
    ("batchInferenceJobArn", "jobName", *STATE, "solutionVersionArn", "batchInferenceJobMode"),
    "solutionVersionArn",
)
SEGMENT = Kind(
    arns.SEGMENT,
    "batchSegmentJob",
    "batchSegmentJobs",
    ("batchSegmentJobArn", "jobName", *STATE, "solutionVersionArn"),
    "solutionVersionArn",
)
DELETION = Kind(
    arns.DELETION, "dataDeletionJob", "dataDeletionJobs", ("dataDeletionJobArn", "datasetGroupArn", "jobName", *STATE), "datasetGroupArn"
)
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
    TRACKER,
    FILTER,
    ATTRIBUTION,
    BATCH,
    SEGMENT,
    DELETION,
)
