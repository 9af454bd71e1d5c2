"""Document 002, step by step: ratings to events, data set group to campaign, and one list.

    python examples/personalize/fullstack.py --data ml-latest-small --endpoint-url http://127.0.0.1:8000/personalize

The same without --endpoint-url runs on Amazon, where it takes over an hour and is paid for by the hour until the campaign is deleted.
"""

from __future__ import annotations

import json

import pandas as pd
from steps import SCHEMA, Steps, arguments, bucket_policy, films, put_data, ratings, there, version_of, wait_until_active

USER = "586"


def events_of(rated: pd.DataFrame) -> pd.DataFrame:
    """More than three stars: watched; more than one: clicked; the rest is dropped."""
    kinds = [(rated[rated.rating > 3], "watch"), (rated[rated.rating > 1], "click")]
    found = pd.concat([rows.assign(EVENT_TYPE=kind) for rows, kind in reversed(kinds)])
    found = found.sort_values("timestamp", kind="stable").rename(
        columns={"userId": "USER_ID", "movieId": "ITEM_ID", "timestamp": "TIMESTAMP"}
    )
    return found[["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE"]]


def main() -> None:
    told = arguments(str(__doc__).splitlines()[0], bucket="personalize-demo-movies")
    steps = Steps(told.endpoint_url)
    personalize, runtime = steps.client("personalize"), steps.client("personalize-runtime")

    with steps.step("data to events"):
        location = put_data(told, events_of(ratings(told.data)), "interactions.csv", bucket_policy(told.bucket))

    with steps.step("schema, group and data set", "some minutes"):
        schema = there(personalize, "schema", name="personalize-demo-schema", schema=json.dumps(SCHEMA))
        group = there(personalize, "dataset_group", name="personalize-demo-group")
        wait_until_active(lambda: personalize.describe_dataset_group(datasetGroupArn=group)["datasetGroup"])
        dataset = there(
            personalize,
            "dataset",
            name="personalize-demo-interactions",
            schemaArn=schema,
            datasetGroupArn=group,
            datasetType="Interactions",
        )
        wait_until_active(lambda: personalize.describe_dataset(datasetArn=dataset)["dataset"])

    with steps.step("import", "some 15 minutes"):
        job = there(
            personalize,
            "dataset_import_job",
            jobName="personalize-demo-import",
            datasetArn=dataset,
            dataSource={"dataLocation": location},
            roleArn=told.role,
        )
        wait_until_active(lambda: personalize.describe_dataset_import_job(datasetImportJobArn=job)["datasetImportJob"])

    with steps.step("solution and its version", "some 40 minutes"):
        solution = there(
            personalize,
            "solution",
            name="personalize-demo-soln-user-personalization",
            datasetGroupArn=group,
            recipeArn="arn:aws:personalize:::recipe/aws-user-personalization",
            performAutoTraining=False,  # else Amazon trains, and bills, every seven days
        )
        wait_until_active(lambda: personalize.describe_solution(solutionArn=solution)["solution"])
        print("Before create the solution version")
        version = version_of(personalize, solution)
        wait_until_active(lambda: personalize.describe_solution_version(solutionVersionArn=version)["solutionVersion"])
        print(json.dumps(personalize.get_solution_metrics(solutionVersionArn=version)["metrics"], indent=2))

    with steps.step("campaign", "some 10 minutes"):
        campaign = there(
            personalize,
            "campaign",
            name="personalize-demo-campaign",
            solutionVersionArn=version,
            minProvisionedTPS=1,
            campaignConfig={"itemExplorationConfig": {"explorationWeight": "0.3", "explorationItemAgeCutOff": "30"}},
        )
        wait_until_active(lambda: personalize.describe_campaign(campaignArn=campaign)["campaign"])

    with steps.step("a list"):
        found = runtime.get_recommendations(campaignArn=campaign, userId=USER)["itemList"]
    titles = films(told.data)
    print("Recommendations for user: ", USER)
    print("Recommendations size:", len(found))
    print(pd.DataFrame({"OriginalRecs": [titles.get(item["itemId"], (item["itemId"], ""))[0] for item in found]}).to_string())
    steps.print_times()


if __name__ == "__main__":
    main()
