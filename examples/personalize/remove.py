"""Take away a data set group with everything that rests on it, in the order that Personalize asks for; what costs money goes first.

python examples/personalize/remove.py movie_recommendation --endpoint-url http://127.0.0.1:8000/personalize
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import boto3


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("group", help="the name of the data set group")
    parser.add_argument("--endpoint-url", help="Matinee's, as http://127.0.0.1:8000/personalize; left out: Amazon's")
    told = parser.parse_args()
    personalize = boto3.client("personalize", endpoint_url=told.endpoint_url)

    def every(listing: str, answer: str, **of: str) -> list[dict[str, Any]]:
        pages = personalize.get_paginator(listing).paginate(**of)
        return [one for page in pages for one in page[answer]]

    groups = [one["datasetGroupArn"] for one in every("list_dataset_groups", "datasetGroups") if one["name"] == told.group]
    if not groups:
        raise SystemExit(f"There is no data set group {told.group}.")
    group = groups[0]
    schemas = set()
    for solution in every("list_solutions", "solutions", datasetGroupArn=group):
        for campaign in every("list_campaigns", "campaigns", solutionArn=solution["solutionArn"]):
            gone(personalize.delete_campaign, personalize.describe_campaign, campaignArn=campaign["campaignArn"])
    for one in every("list_filters", "Filters", datasetGroupArn=group):
        gone(personalize.delete_filter, personalize.describe_filter, filterArn=one["filterArn"])
    for one in every("list_event_trackers", "eventTrackers", datasetGroupArn=group):
        gone(personalize.delete_event_tracker, personalize.describe_event_tracker, eventTrackerArn=one["eventTrackerArn"])
    for solution in every("list_solutions", "solutions", datasetGroupArn=group):
        gone(personalize.delete_solution, personalize.describe_solution, solutionArn=solution["solutionArn"])
    for one in every("list_datasets", "datasets", datasetGroupArn=group):
        schemas.add(personalize.describe_dataset(datasetArn=one["datasetArn"])["dataset"]["schemaArn"])
        gone(personalize.delete_dataset, personalize.describe_dataset, datasetArn=one["datasetArn"])
    for arn in schemas:
        gone(personalize.delete_schema, personalize.describe_schema, schemaArn=arn)
    gone(personalize.delete_dataset_group, personalize.describe_dataset_group, datasetGroupArn=group)


def gone(delete: Any, describe: Any, **which: str) -> None:
    """Ask for it to be deleted, and wait until it is not there any more."""
    arn = next(iter(which.values()))
    try:
        delete(**which)
        while True:
            describe(**which)
            time.sleep(0.5)
    except delete.__self__.exceptions.ResourceNotFoundException:
        print("gone:", arn)
    except delete.__self__.exceptions.ResourceInUseException as in_use:
        print("kept:", in_use)  # a schema that another group uses as well


if __name__ == "__main__":
    main()
