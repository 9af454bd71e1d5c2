"""Document 000: events by the rule of the paper, a solution with its best parameters searched for, and exploring swept from 0.1 to 0.9.

    python examples/personalize/lakehead.py --data ml-latest-small --endpoint-url http://127.0.0.1:8000/personalize

The same without --endpoint-url runs on Amazon.
"""

from __future__ import annotations

import json

import pandas as pd
from steps import SCHEMA, Steps, arguments, bucket_policy, films, put_data, ratings, there, version_of, wait_until_active

USER, WEIGHTS, PER_WEIGHT = "580", ("0.1", "0.3", "0.6", "0.7", "0.9"), 5


def events_of(rated: pd.DataFrame) -> pd.DataFrame:
    """More than two stars: clicked; more than three: watched as well; the rest is taken out."""
    found = pd.concat([rated[rated.rating > over].assign(EVENT_TYPE=kind) for kind, over in (("click", 2), ("watch", 3))])
    found = found.sort_values("timestamp", kind="stable").rename(
        columns={"userId": "USER_ID", "movieId": "ITEM_ID", "timestamp": "TIMESTAMP"}
    )
    return found[["USER_ID", "ITEM_ID", "TIMESTAMP", "EVENT_TYPE"]]


def main() -> None:
    told = arguments(str(__doc__).splitlines()[0], bucket="lakehead-movie-events")
    steps = Steps(told.endpoint_url)
    personalize, runtime = steps.client("personalize"), steps.client("personalize-runtime")

    with steps.step("schema, group and data set", "some minutes"):
        schema = there(personalize, "schema", name="lakehead-schema", schema=json.dumps(SCHEMA))
        group = there(personalize, "dataset_group", name="lakehead-movies")
        wait_until_active(lambda: personalize.describe_dataset_group(datasetGroupArn=group)["datasetGroup"])
        dataset = there(
            personalize, "dataset", name="lakehead-interactions", schemaArn=schema, datasetGroupArn=group, datasetType="INTERACTIONS"
        )
        wait_until_active(lambda: personalize.describe_dataset(datasetArn=dataset)["dataset"])

    with steps.step("data to a bucket, and import", "some 15 minutes"):
        location = put_data(told, events_of(ratings(told.data)), "movielens-events.csv", bucket_policy(told.bucket))
        job = there(
            personalize,
            "dataset_import_job",
            jobName="lakehead-import",
            datasetArn=dataset,
            dataSource={"dataLocation": location},
            roleArn=told.role,
        )
        wait_until_active(lambda: personalize.describe_dataset_import_job(datasetImportJobArn=job)["datasetImportJob"])

    with steps.step("solution with a search", "hours"):
        solution = there(
            personalize,
            "solution",
            name="lakehead-user-personalization",
            datasetGroupArn=group,
            recipeArn="arn:aws:personalize:::recipe/aws-user-personalization",
            performHPO=True,
            performAutoTraining=False,
        )
        version = version_of(personalize, solution, trainingMode="FULL")
        trained = wait_until_active(lambda: personalize.describe_solution_version(solutionVersionArn=version)["solutionVersion"])
        print(f"Training took {trained['trainingHours'] * 3600:.0f} s; best parameters: {trained.get('tunedHPOParams', {})}")
        print(json.dumps(personalize.get_solution_metrics(solutionVersionArn=version)["metrics"], indent=2))

    with steps.step("campaign", "some 10 minutes"):
        config = {"itemExplorationConfig": {"explorationWeight": WEIGHTS[0], "explorationItemAgeCutOff": "36500"}}
        campaign = there(
            personalize, "campaign", name="lakehead-campaign", solutionVersionArn=version, minProvisionedTPS=1, campaignConfig=config
        )
        wait_until_active(lambda: personalize.describe_campaign(campaignArn=campaign)["campaign"])

    known = films(told.data)
    for weight in WEIGHTS:
        with steps.step(f"exploring by {weight}", "some 10 minutes"):
            if weight != WEIGHTS[0]:
                config["itemExplorationConfig"]["explorationWeight"] = weight
                personalize.update_campaign(campaignArn=campaign, solutionVersionArn=version, minProvisionedTPS=1, campaignConfig=config)
                wait_until_active(lambda: personalize.describe_campaign(campaignArn=campaign)["campaign"]["latestCampaignUpdate"])
            found = runtime.get_recommendations(campaignArn=campaign, userId=USER, numResults=PER_WEIGHT)["itemList"]
        print(f"\nUser {USER}, exploration weight {weight}, training {trained['trainingHours'] * 3600:.0f} s")
        print(f"{'Recommendation Movie':<60}Genres")
        for item in found:
            title, genres = known.get(item["itemId"], (item["itemId"], ""))
            print(f"{title:<60}{genres}")
    steps.print_times()


if __name__ == "__main__":
    main()
