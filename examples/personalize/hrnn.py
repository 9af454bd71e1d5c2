"""Document 004: every rating one event, a solution that chooses its recipe itself, and lists for three people.

    python examples/personalize/hrnn.py --data ml-100k --endpoint-url http://127.0.0.1:8000/personalize

The same without --endpoint-url runs on Amazon. hrnn.sh beside it does the same by the AWS CLI.
"""

from __future__ import annotations

import json

import pandas as pd
from steps import SCHEMA, Steps, arguments, bucket_policy, put_data, ratings, there, version_of, wait_until_active

USERS = ("22", "6", "122")


def events_of(rated: pd.DataFrame) -> pd.DataFrame:
    """One event a rating, whatever its stars."""
    found = rated[["userId", "movieId", "timestamp"]].astype({"userId": str, "movieId": str}).assign(EVENT_TYPE="Watch")
    found = found.rename(columns={"userId": "USER_ID", "movieId": "ITEM_ID", "timestamp": "TIMESTAMP"})
    return found[["USER_ID", "ITEM_ID", "EVENT_TYPE", "TIMESTAMP"]]


def main() -> None:
    told = arguments(str(__doc__).splitlines()[0], bucket="my-movie-recommender-data")
    steps = Steps(told.endpoint_url)
    personalize, runtime = steps.client("personalize"), steps.client("personalize-runtime")

    with steps.step("data, schema, group and data set", "an afternoon, for want of rights"):
        location = put_data(told, events_of(ratings(told.data)), "personalize_interactions_fixed.csv", bucket_policy(told.bucket))
        schema = there(personalize, "schema", name="item_interactions_schema", schema=json.dumps(SCHEMA))
        group = there(personalize, "dataset_group", name="movie_recommendation")
        wait_until_active(lambda: personalize.describe_dataset_group(datasetGroupArn=group)["datasetGroup"])
        dataset = there(
            personalize, "dataset", name="item_interactions", schemaArn=schema, datasetGroupArn=group, datasetType="INTERACTIONS"
        )

    with steps.step("import", "days, for want of rights"):
        job = there(
            personalize,
            "dataset_import_job",
            jobName="item_interactions_import_job_wide_access",
            datasetArn=dataset,
            dataSource={"dataLocation": location},
            roleArn=told.role,
        )
        wait_until_active(lambda: personalize.describe_dataset_import_job(datasetImportJobArn=job)["datasetImportJob"])

    with steps.step("solution that chooses its recipe", "20 minutes"):
        solution = there(
            personalize, "solution", name="movie-recommender-solution", datasetGroupArn=group, performAutoML=True, performAutoTraining=False
        )
        version = version_of(personalize, solution)
        wait_until_active(lambda: personalize.describe_solution_version(solutionVersionArn=version)["solutionVersion"])
        chosen = personalize.describe_solution(solutionArn=solution)["solution"]["autoMLResult"]["bestRecipeArn"]
        print(f"The recipe chosen: {chosen}")

    with steps.step("campaign", "45 minutes"):
        campaign = there(personalize, "campaign", name="movie-recommender-campaign", solutionVersionArn=version, minProvisionedTPS=1)
        wait_until_active(lambda: personalize.describe_campaign(campaignArn=campaign)["campaign"])

    for user in USERS:
        with steps.step(f"a list for user {user}"):
            found = runtime.get_recommendations(campaignArn=campaign, userId=user)["itemList"]
        print(user, " ".join(f"{item['itemId']}:{item.get('score', float('nan')):.4f}" for item in found[:10]))
    steps.print_times()


if __name__ == "__main__":
    main()
