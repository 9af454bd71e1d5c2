"""Jobs that bring rows in, take them out, or make somebody forgotten."""

from __future__ import annotations

from recommender.personalize import arns
from recommender.personalize.arns import arn_of
from recommender.personalize.desk import Desk
from recommender.personalize.operations.every import add, at_work, chosen, describe, lists, ready, refuse_while
from recommender.personalize.operations.kinds import DATASET, DELETION, EXPORT, GROUP, IMPORT, Json
from recommender.personalize.operations.places import check_source, check_target
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import Resources


def create_import(desk: Desk, sent: Json) -> Json:
    """CreateDatasetImportJob. Rows are replaced, or with importMode INCREMENTAL added to."""
    if sent.get("publishAttributionMetricsToS3"):
        raise InvalidInputError("publishAttributionMetricsToS3 is not done here: an import writes no metrics. Leave it out, or say false.")
    check_source(desk, sent["dataSource"], "dataLocation", "dataSource")
    arn = arn_of(arns.IMPORT, sent["jobName"])

    def step(found: Resources) -> None:
        dataset = ready(found, sent["datasetArn"], DATASET)
        body = {
            **chosen(sent, "jobName", "dataSource", "roleArn"),
            "datasetArn": dataset.arn,
            "importMode": sent.get("importMode", "FULL"),
            "publishAttributionMetricsToS3": False,
        }
        add(desk, found, IMPORT, arn, body, sent, work=True)

    desk.registry.change(step)
    return {"datasetImportJobArn": arn}


def create_export(desk: Desk, sent: Json) -> Json:
    """CreateDatasetExportJob. ingestionMode: PUT, as at Amazon, where the request says nothing."""
    check_target(desk, sent["jobOutput"]["s3DataDestination"], "jobOutput.s3DataDestination")
    arn = arn_of(arns.EXPORT, sent["jobName"])

    def step(found: Resources) -> None:
        dataset = ready(found, sent["datasetArn"], DATASET)
        body = {
            **chosen(sent, "jobName", "roleArn", "jobOutput"),
            "datasetArn": dataset.arn,
            "ingestionMode": sent.get("ingestionMode", "PUT"),
        }
        add(desk, found, EXPORT, arn, body, sent, work=True)

    desk.registry.change(step)
    return {"datasetExportJobArn": arn}


def create_deletion(desk: Desk, sent: Json) -> Json:
    """CreateDataDeletionJob: everything of the users in a CSV with the one column USER_ID is forgotten."""
    check_source(desk, sent["dataSource"], "dataLocation", "dataSource")
    arn = arn_of(arns.DELETION, sent["jobName"])

    def step(found: Resources) -> None:
        group = ready(found, sent["datasetGroupArn"], GROUP)
        refuse_while(group, f"delete users of {group.arn}", at_work(found, arns.DELETION, datasetGroupArn=group.arn))
        body = {**chosen(sent, "jobName", "dataSource", "roleArn"), "datasetGroupArn": group.arn}
        add(desk, found, DELETION, arn, body, sent, work=True)

    desk.registry.change(step)
    return {"dataDeletionJobArn": arn}


OPERATIONS = {
    "CreateDatasetImportJob": create_import,
    "DescribeDatasetImportJob": describe(IMPORT),
    "ListDatasetImportJobs": lists(IMPORT),
    "CreateDatasetExportJob": create_export,
    "DescribeDatasetExportJob": describe(EXPORT),
    "ListDatasetExportJobs": lists(EXPORT),
    "CreateDataDeletionJob": create_deletion,
    "DescribeDataDeletionJob": describe(DELETION),
    "ListDataDeletionJobs": lists(DELETION),
}
