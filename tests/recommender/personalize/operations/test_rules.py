"""What Amazon refuses is refused, by the same name, with what is in the way or what would be right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from recommender.errors import PersonalizeError
from recommender.personalize import arns
from recommender.personalize.jobs.states import REFRESH
from recommender.personalize.live import Live, LiveEvent
from recommender.personalize.operations import every, kinds
from recommender.personalize.refusals import (
    InvalidInputError,
    InvalidNextTokenError,
    LimitExceededError,
    ResourceAlreadyExistsError,
    ResourceInUseError,
    ResourceNotFoundError,
    TooManyTagKeysError,
    TooManyTagsError,
)
from recommender.personalize.resources import ACTIVE, FAILED, IN_PROGRESS, INACTIVE, STOPPED, STOPPING, Resources, Work
from tests.recommender.personalize.operations.amazon import INTERACTIONS, RECIPE, ROLE, VIDEO_ITEMS, World, avro

KEY = "arn:aws:kms:us-east-1:000000000000:key/1"
SEEN = 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")'
OUT = {"s3DataDestination": {"path": "s3://films/out/"}}
USER_PERSONALIZATION = f"{RECIPE}aws-user-personalization"


def solution(world: World, **more: Any) -> Any:
    return world("CreateSolution", **{"name": "second", "datasetGroupArn": world.group, "recipeArn": USER_PERSONALIZATION} | more)


def config(world: World, **more: Any) -> Any:
    return solution(world, solutionConfig=more)


def campaign(world: World, **more: Any) -> Any:
    return world("CreateCampaign", **{"name": "second", "solutionVersionArn": world.version} | more)


def exploring(world: World, **values: str) -> Any:
    return campaign(world, campaignConfig={"itemExplorationConfig": values})


def importing(world: World, **more: Any) -> Any:
    sent = {"jobName": "j", "datasetArn": world.datasets["ITEMS"], "dataSource": {"dataLocation": "s3://films/items.csv"}, "roleArn": ROLE}
    return world("CreateDatasetImportJob", **sent | more)


def batch(world: World, **more: Any) -> Any:
    places = {"jobInput": {"s3DataSource": {"path": "s3://films/in.json"}}, "jobOutput": OUT, "roleArn": ROLE}
    return world("CreateBatchInferenceJob", **{"jobName": "j", "solutionVersionArn": world.version, **places} | more)


def segment(world: World, **more: Any) -> Any:
    places = {"jobInput": {"s3DataSource": {"path": "s3://films/in.json"}}, "jobOutput": OUT, "roleArn": ROLE}
    return world("CreateBatchSegmentJob", **{"jobName": "j", "solutionVersionArn": world.version, **places} | more)


def attribution(world: World, expression: str = "SAMPLECOUNT()", **more: Any) -> Any:
    metric = {"eventType": "watch", "metricName": "m", "expression": expression}
    sent = {"name": "a", "datasetGroupArn": world.group, "metrics": [metric], "metricsOutputConfig": {"roleArn": ROLE}}
    return world("CreateMetricAttribution", **sent | more)


def dataset(world: World, kind: str, schema: str, **more: Any) -> Any:
    arn = world("CreateSchema", name="another", schema=schema, **more)["schemaArn"]
    return world("CreateDataset", name="d", schemaArn=arn, datasetGroupArn=world.group, datasetType=kind)


def ranged(**span: Any) -> dict[str, Any]:
    return {"algorithmHyperParameterRanges": {"integerHyperParameterRanges": [span]}}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        # Group, schema, data set.
        (lambda w: w("CreateDatasetGroup", name="g", kmsKeyArn=KEY), "roleArn and kmsKeyArn belong together"),
        (lambda w: w("CreateDatasetGroup", name="g", roleArn=ROLE), "roleArn and kmsKeyArn belong together"),
        (lambda w: w("CreateDatasetGroup", name="g", roleArn=ROLE, kmsKeyArn=KEY), "nothing is encrypted by AWS KMS"),
        (lambda w: w("CreateSchema", name="s", schema="{"), "The schema is no JSON"),
        (
            lambda w: dataset(w, "MUSIC", INTERACTIONS),
            "datasetType must be one of INTERACTIONS, ITEMS, USERS, not 'MUSIC'",
        ),
        (lambda w: dataset(w, "ITEMS", INTERACTIONS), "The schema's name must be 'Items'"),
        (lambda w: dataset(w, "ACTIONS", INTERACTIONS), "items are recommended, and no actions"),
        (
            lambda w: dataset(w, "ITEMS", VIDEO_ITEMS, domain="VIDEO_ON_DEMAND"),
            "has the domain VIDEO_ON_DEMAND, and the dataset group no domain",
        ),
        # Solution.
        (lambda w: solution(w, performAutoML=True), "Give only one of recipeArn and performAutoML"),
        (lambda w: w("CreateSolution", name="s", datasetGroupArn=w.group), "Give one of recipeArn and performAutoML"),
        (lambda w: solution(w, recipeArn=f"{RECIPE}aws-vod-top-picks"), "is a recipe for recommenders"),
        (lambda w: solution(w, recipeArn=f"{RECIPE}aws-semantic-similarity"), "semantic-similarity"),
        (lambda w: solution(w, performIncrementalUpdate=True), "performIncrementalUpdate"),
        (lambda w: config(w, eventValueThreshold="high"), "eventValueThreshold must be a number as a string, not 'high'"),
        (
            lambda w: config(w, eventValueThreshold="3", eventsConfig={"eventParametersList": [{"eventType": "a"}]}),
            "Give only one of eventsConfig",
        ),
        (lambda w: config(w, eventsConfig={"eventParametersList": [{"weight": 1}]}), "must have an eventType"),
        (lambda w: config(w, eventsConfig={"eventParametersList": [{"eventType": "a"}, {"eventType": "a"}]}), "the eventType 'a' 2 times"),
        (lambda w: config(w, autoTrainingConfig={"schedulingExpression": "rate(31 days)"}), "from rate(1 day) to rate(30 days)"),
        (lambda w: config(w, hpoConfig={"hpoResourceConfig": {"maxNumberOfTrainingJobs": "41"}}), "whole number from 1 to 40"),
        (lambda w: config(w, hpoConfig=ranged(name="colour")), "has no hyperparameter 'colour'"),
        (lambda w: config(w, hpoConfig=ranged(minValue=1)), "must have a name"),
        (lambda w: config(w, hpoConfig=ranged(name="hidden_dimension", maxValue=10**6)), "hidden_dimension must be"),
        (lambda w: config(w, algorithmHyperParameters={"bptt": "many"}), "bptt must be"),
        (lambda w: config(w, optimizationObjective={"itemAttribute": "YEAR", "objectiveSensitivity": "LOW"}), "optimizationObjective"),
        (lambda w: config(w, trainingDataConfig={"excludedDatasetColumns": {"MUSIC": []}}), "names 'MUSIC'"),
        (lambda w: config(w, trainingDataConfig={"excludedDatasetColumns": {"ITEMS": ["COLOUR"]}}), "names the column 'COLOUR'"),
        (lambda w: config(w, trainingDataConfig={"excludedDatasetColumns": {"ITEMS": ["ITEM_ID"]}}), "cannot exclude 'ITEM_ID'"),
        (lambda w: w("UpdateSolution", solutionArn=w.solution, performIncrementalUpdate=True), "performIncrementalUpdate"),
        # Version.
        (lambda w: w("CreateSolutionVersion", solutionArn=w.solution, trainingMode="AUTOTRAIN"), "AUTOTRAIN"),
        (
            lambda w: w("CreateSolutionVersion", solutionArn=solution(w)["solutionArn"], trainingMode="UPDATE"),
            "trained with FULL and is ACTIVE",
        ),
        (lambda w: w("CreateSolutionVersion", solutionArn=w.solution_of("aws-sims", "sims"), trainingMode="UPDATE"), "aws-sims cannot"),
        (lambda w: w("StopSolutionVersionCreation", solutionVersionArn=w.version), "is ACTIVE"),
        # Campaign.
        (lambda w: exploring(w, explorationWeight="1.2"), "explorationWeight must be a number from 0 to 1 as a string, not '1.2'"),
        (lambda w: exploring(w, explorationWeight="-0.1"), "not '-0.1'"),
        (lambda w: exploring(w, explorationWeight="nan"), "not 'nan'"),
        (lambda w: exploring(w, explorationWeight=""), "not ''"),
        (lambda w: exploring(w, explorationItemAgeCutOff="0.5"), "explorationItemAgeCutOff must be a number from 1 to"),
        (lambda w: exploring(w, weight="0.3"), "explorationWeight and explorationItemAgeCutOff, not 'weight'"),
        (lambda w: campaign(w, campaignConfig={"syncWithLatestSolutionVersion": True}), "/$LATEST"),
        (lambda w: campaign(w, campaignConfig={"rankingInfluence": {"POPULARITY": 0.5}}), "rankingInfluence"),
        (lambda w: campaign(w, minProvisionedTPS=0), "minProvisionedTPS"),
        (lambda w: campaign(w, solutionVersionArn=w.trained(w.solution_of("aws-item-affinity", "users"))), "aws-item-affinity finds users"),
        (lambda w: w("UpdateCampaign", campaignArn=w.campaign), "nothing would change"),
        # Jobs.
        (lambda w: importing(w, dataSource={}), "dataSource.dataLocation must say where"),
        (lambda w: importing(w, dataSource={"dataLocation": "https://films/items.csv"}), "s3://"),
        (lambda w: importing(w, dataSource={"dataLocation": "file:///etc/passwd"}), "MATINEE_IMPORT_FOLDERS"),
        (lambda w: importing(w, roleArn="Personalize"), "roleArn"),
        (lambda w: importing(w, publishAttributionMetricsToS3=True), "publishAttributionMetricsToS3"),
        (lambda w: batch(w, numResults=501), "numResults must be a whole number from 1 to 500, not 501"),
        (lambda w: batch(w, batchInferenceJobMode="THEME_GENERATION"), "THEME_GENERATION"),
        (lambda w: batch(w, jobOutput={"s3DataDestination": {"path": "s3://films/out", "kmsKeyArn": KEY}}), "kmsKeyArn is not done here"),
        (lambda w: batch(w, jobOutput={"s3DataDestination": {"path": "file:///etc/"}}), "MATINEE_IMPORT_FOLDERS"),
        (lambda w: batch(w, solutionVersionArn=w.trained(w.solution_of("aws-trending-now", "now"))), "cannot use aws-trending-now"),
        (lambda w: segment(w), "cannot use aws-user-personalization"),
        # Filter, attribution, recommender, tag.
        (lambda w: w("CreateFilter", name="f", datasetGroupArn=w.group, filterExpression="EXCLUDE everything"), ""),
        (
            lambda w: filtering(w, 'INCLUDE ItemID WHERE Items.GENRE IN ("a")'),
            "Items have no field GENRE that a filter may ask for; theirs are:",
        ),
        (
            lambda w: filtering(w, f"{SEEN} | INCLUDE ItemID WHERE Items.YEAR > 1999 AND Items.COLOUR = $COLOUR"),
            "Items have no field COLOUR",
        ),
        (lambda w: filtering(w, "INCLUDE ItemID WHERE Items.YEAR > CurrentItem.AGE"), "Items have no field AGE"),
        (lambda w: filtering(w, "INCLUDE ItemID WHERE Items.YEAR > 1999 IF CurrentUser.YEAR = 3"), "Users have no field YEAR"),
        (lambda w: filtering(w, "EXCLUDE UserID WHERE Users.NAME = $NAME"), "theirs are: AGE."),
        (lambda w: filtering(w, 'INCLUDE ItemID WHERE Items.ITEM_ID IN ("1")'), "Items have no field ITEM_ID"),
        (lambda w: attribution(w, "COUNT()"), "must be SAMPLECOUNT()"),
        (lambda w: attribution(w, "SUM(Items.MAKER)"), "needs a column MAKER of numbers"),
        (lambda w: attribution(w, "SUM(Items.COLOUR)"), "needs a column COLOUR"),
        (lambda w: w("UpdateMetricAttribution", removeMetrics=["m"]), "metricAttributionArn must name"),
        (
            lambda w: w("UpdateMetricAttribution", metricAttributionArn=attribution(w)["metricAttributionArn"], removeMetrics=["n"]),
            "no metric of that name",
        ),
        (lambda w: w("CreateRecommender", name="r", datasetGroupArn=w.group, recipeArn=USER_PERSONALIZATION), "is a recipe for solutions"),
        (lambda w: w("CreateRecommender", name="r", datasetGroupArn=w.group, recipeArn=f"{RECIPE}aws-vod-top-picks"), "has no domain"),
        (lambda w: w("TagResource", resourceArn=w.group, tags=[{"tagKey": "aws:a", "tagValue": "b"}]), "must not begin with aws:"),
        (lambda w: w("TagResource", resourceArn=w.group, tags=[{"tagKey": "a", "tagValue": "b"}] * 2), "is given 2 times"),
    ],
)
def test_what_cannot_be_is_refused(world: World, call: Callable[[World], Any], says: str) -> None:
    before = world.desk.registry.read().by_key
    with pytest.raises(InvalidInputError) as refused:
        call(world)

    assert says in str(refused.value)
    lost = set(before) - set(world.desk.registry.read().by_key)
    assert not lost


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda w: w("DeleteDatasetGroup", datasetGroupArn=w.group), "solution/films (ACTIVE)"),
        (lambda w: w("DeleteSchema", schemaArn=w.schemas["ITEMS"]), "dataset/films/ITEMS"),
        (lambda w: w("DeleteSolution", solutionArn=w.solution), "campaign/films"),
        (lambda w: importing(w) and w("DeleteDataset", datasetArn=w.datasets["ITEMS"]), "dataset-import-job/j (CREATE PENDING)"),
        (
            lambda w: w("CreateSolutionVersion", solutionArn=w.solution) and w("DeleteDataset", datasetArn=w.datasets["ITEMS"]),
            "Cannot delete",
        ),
        (lambda w: importing(w) and w("CreateSolutionVersion", solutionArn=w.solution), "dataset-import-job/j"),
        (lambda w: w("GetSolutionMetrics", solutionVersionArn=training(w)), "has no metrics before it is ACTIVE, and is CREATE PENDING"),
        (lambda w: campaign(w, solutionVersionArn=training(w)), "must be ACTIVE, and is CREATE PENDING"),
        (lambda w: campaign(w, solutionVersionArn=solution(w)["solutionArn"] + "/$LATEST"), "has no version yet"),
        (lambda w: w("DeleteCampaign", campaignArn=campaign(w)["campaignArn"]), "campaign/second (CREATE PENDING)"),
        (lambda w: w("UpdateCampaign", campaignArn=campaign(w)["campaignArn"], minProvisionedTPS=2), "must be ACTIVE"),
        (
            lambda w: [w("UpdateCampaign", campaignArn=w.campaign, minProvisionedTPS=tps) for tps in (2, 3)],
            "with no update in progress",
        ),
    ],
)
def test_what_others_rest_on_stays(world: World, call: Callable[[World], Any], says: str) -> None:
    with pytest.raises(ResourceInUseError) as refused:
        call(world)

    assert says in str(refused.value)


def training(world: World) -> str:
    return str(world("CreateSolutionVersion", solutionArn=world.solution)["solutionVersionArn"])


@pytest.mark.parametrize(
    "call",
    [
        lambda w: w("CreateDatasetGroup", name="films"),
        lambda w: w("CreateSchema", name="items-schema", schema=INTERACTIONS),
        lambda w: w.solution_of("aws-sims"),
        lambda w: campaign(w, name="films"),
        lambda w: w("CreateDataset", name="x", schemaArn=w.schemas["ITEMS"], datasetGroupArn=w.group, datasetType="items"),
        lambda w: [importing(w) for _ in range(2)],
        lambda w: [w("CreateSolutionVersion", solutionArn=w.solution, name="monday") for _ in range(2)],
        lambda w: [w("CreateFilter", name="f", datasetGroupArn=w.group, filterExpression=SEEN) for _ in range(2)],
        lambda w: w(
            "UpdateMetricAttribution",
            metricAttributionArn=attribution(w)["metricAttributionArn"],
            addMetrics=[{"eventType": "e", "metricName": "m", "expression": "SAMPLECOUNT()"}],
        ),
    ],
)
def test_a_name_is_given_once(world: World, call: Callable[[World], Any]) -> None:
    with pytest.raises(ResourceAlreadyExistsError):
        call(world)


def test_a_group_has_one_event_tracker(world: World) -> None:
    first = world("CreateEventTracker", name="clicks", datasetGroupArn=world.group)

    with pytest.raises(LimitExceededError, match="event-tracker/clicks; use or delete that one"):
        world("CreateEventTracker", name="more", datasetGroupArn=world.group)
    assert [line["eventTrackerArn"] for line in world("ListEventTrackers")["eventTrackers"]] == [first["eventTrackerArn"]]


def test_what_rests_on_a_resource_goes_first_and_then_it_can_go(world: World) -> None:
    world("DeleteCampaign", campaignArn=world.campaign)
    world("DeleteSolution", solutionArn=world.solution)

    assert not list(world.desk.registry.read().of(arns.VERSION))
    with pytest.raises(ResourceNotFoundError):
        world("DescribeSolutionVersion", solutionVersionArn=world.version)


def test_what_clients_have_put_goes_with_its_data_set_and_its_group(world: World) -> None:
    live, click = Live(world.desk.registry.blobs), LiveEvent("1", "s", "click", "c1", None, 1.0)
    live.put_events("films", "ann", [click])
    live.put_anonymous("films", "s", [click])
    live.put_items("dataset/films/ITEMS", {"c1": {"YEAR": 1999}})
    live.put_users("dataset/films/USERS", {"ann": {"AGE": 30}})
    world("DeleteCampaign", campaignArn=world.campaign)
    world("DeleteSolution", solutionArn=world.solution)
    world("DeleteDataset", datasetArn=world.datasets["INTERACTIONS"])

    assert (live.of_user("films", "ann"), live.of_session("films", "s")) == ((), ())
    assert (live.items("dataset/films/ITEMS"), live.users("dataset/films/USERS")) == ({"c1": {"YEAR": 1999}}, {"ann": {"AGE": 30}})
    world("DeleteDataset", datasetArn=world.datasets["ITEMS"])
    assert live.items("dataset/films/ITEMS") == {}
    world("DeleteDataset", datasetArn=world.datasets["USERS"])
    world("DeleteDatasetGroup", datasetGroupArn=world.group)
    assert world.desk.registry.blobs.list("personalize/live") == []


def test_a_new_group_begins_with_nothing_though_a_deletion_was_cut_off(world: World) -> None:
    live = Live(world.desk.registry.blobs)
    live.put_events("other", "ann", [LiveEvent("1", "s", "click", "c1", None, 1.0)])
    world("CreateDatasetGroup", name="other")

    assert live.of_user("other", "ann") == ()


def test_a_campaign_explores_as_amazons_unless_it_is_told_otherwise(world: World) -> None:
    campaign(world)
    exploring_too = exploring_of(world, "second")
    world(
        "CreateCampaign",
        name="third",
        solutionVersionArn=world.version,
        campaignConfig={"itemExplorationConfig": {"explorationWeight": "0"}},
    )

    assert exploring_too == {"explorationWeight": "0.3", "explorationItemAgeCutOff": "30"}
    assert exploring_of(world, "third") == {"explorationWeight": "0", "explorationItemAgeCutOff": "30"}


def exploring_of(world: World, name: str) -> Any:
    described = world("DescribeCampaign", campaignArn=arns.arn_of(arns.CAMPAIGN, name))["campaign"]
    assert described["minProvisionedTPS"] == 1
    return described["campaignConfig"]["itemExplorationConfig"]


def test_an_update_stands_beside_what_a_campaign_is_until_it_is_done(world: World) -> None:
    second = world.trained(world.solution)
    world("UpdateCampaign", campaignArn=world.campaign, solutionVersionArn=second)

    described = world("DescribeCampaign", campaignArn=world.campaign)["campaign"]
    assert described["status"] == ACTIVE
    assert described["solutionVersionArn"] == world.version
    assert (described["latestCampaignUpdate"]["solutionVersionArn"], described["latestCampaignUpdate"]["status"]) == (
        second,
        "CREATE PENDING",
    )
    assert [(work.key, work.what) for work in world.desk.registry.read().work.values()] == [("campaign/films", "update")]


def test_latest_is_the_newest_version_that_is_active(world: World) -> None:
    second = world.trained(world.solution)
    training(world)
    campaign(world, solutionVersionArn=f"{world.solution}/$LATEST", campaignConfig={"syncWithLatestSolutionVersion": True})

    described = world("DescribeCampaign", campaignArn=arns.arn_of(arns.CAMPAIGN, "second"))["campaign"]
    assert described["solutionVersionArn"] == second
    assert described["campaignConfig"]["syncWithLatestSolutionVersion"] is True


def test_arns_of_another_account_and_region_are_kept_as_ours(world: World) -> None:
    foreign = world.group.replace("us-east-1:000000000000", "eu-west-1:123456789012")
    arn = world("CreateSolution", name="abroad", datasetGroupArn=foreign, recipeArn=USER_PERSONALIZATION)["solutionArn"]

    assert world("DescribeSolution", solutionArn=arn)["solution"]["datasetGroupArn"] == world.group
    assert len(world("ListSolutions", datasetGroupArn=foreign)["solutions"]) == 2


def test_a_training_that_nobody_has_begun_stops_at_once(world: World) -> None:
    arn = training(world)
    world("StopSolutionVersionCreation", solutionVersionArn=arn)

    assert world("DescribeSolutionVersion", solutionVersionArn=arn)["solutionVersion"]["status"] == STOPPED
    assert not world.desk.registry.read().work


def test_a_training_that_somebody_is_at_is_told_to_stop(world: World) -> None:
    arn = training(world)

    def begin(found: Resources) -> None:
        found.get(arn).status = IN_PROGRESS
        found.work[found.get(arn).key].ticket = "abc"

    world.desk.registry.change(begin)
    world("StopSolutionVersionCreation", solutionVersionArn=arn)

    assert world("DescribeSolutionVersion", solutionVersionArn=arn)["solutionVersion"]["status"] == STOPPING
    assert world.desk.registry.read().work


def test_update_is_taken_after_a_full_training(world: World) -> None:
    arn = world("CreateSolutionVersion", solutionArn=world.solution, trainingMode="UPDATE")["solutionVersionArn"]

    assert world("DescribeSolutionVersion", solutionVersionArn=arn)["solutionVersion"]["trainingMode"] == "UPDATE"


def test_the_newest_version_stands_in_its_solution(world: World) -> None:
    arn = training(world)

    assert world("DescribeSolution", solutionArn=world.solution)["solution"]["latestSolutionVersion"]["solutionVersionArn"] == arn


def test_a_solution_is_trained_again_by_itself_unless_it_says_otherwise(world: World) -> None:
    silent, told = solution(world)["solutionArn"], solution(world, name="third", performAutoTraining=False)["solutionArn"]

    assert [world("DescribeSolution", solutionArn=arn)["solution"]["performAutoTraining"] for arn in (silent, told)] == [True, False]
    world("UpdateSolution", solutionArn=silent, performAutoTraining=False)
    assert world("DescribeSolution", solutionArn=silent)["solution"]["performAutoTraining"] is False


def test_another_schema_keeps_every_column_and_adds_some_that_may_be_empty(world: World) -> None:
    def updated(*fields: tuple[str, Any]) -> Any:
        name = f"new{len(world('ListSchemas')['schemas'])}"
        schema = world("CreateSchema", name=name, schema=avro("Items", ("ITEM_ID", "string"), *fields))["schemaArn"]
        return world("UpdateDataset", datasetArn=world.datasets["ITEMS"], schemaArn=schema)

    year, maker = ("YEAR", ["null", "int"]), ("MAKER", ["null", "string"])
    for fields, says in (
        ((year,), "must keep the column MAKER"),
        ((("YEAR", ["null", "float"]), maker), "YEAR must stay as it is: int, or null"),
        ((year, maker, ("LENGTH", "int")), "The new column LENGTH must be nullable"),
    ):
        with pytest.raises(InvalidInputError, match=says):
            updated(*fields)
    updated(year, maker, ("LENGTH", ["int", "null"]))
    assert world("DescribeDataset", datasetArn=world.datasets["ITEMS"])["dataset"]["latestDatasetUpdate"]["status"] == ACTIVE


def test_pages_hold_all_once_whatever_comes_and_goes_between_them(world: World) -> None:
    for number in range(7):
        world("CreateSchema", name=f"s{number}", schema=INTERACTIONS)
    first = world("ListSchemas", maxResults=4)
    world("DeleteSchema", schemaArn=first["schemas"][3]["schemaArn"])
    world("DeleteSchema", schemaArn=arns.arn_of(arns.SCHEMA, "s6"))
    second = world("ListSchemas", maxResults=4, nextToken=first["nextToken"])
    third = world("ListSchemas", maxResults=4, nextToken=second["nextToken"])

    names = [line["name"] for page in (first, second, third) for line in page["schemas"]]
    assert names == ["interactions-schema", "items-schema", "users-schema", "s0", "s1", "s2", "s3", "s4", "s5"]
    assert "nextToken" not in third


def test_a_page_that_was_never_offered_is_refused(world: World) -> None:
    token = world("ListSchemas", maxResults=1)["nextToken"]
    for operation, sent in (
        ("ListSchemas", {"nextToken": "made up"}),
        ("ListSchemas", {"nextToken": token[:-4]}),
        ("ListSchemas", {"nextToken": "WzEsMiwzXQ=="}),
        ("ListDatasetGroups", {"nextToken": token}),
        ("ListRecipes", {"nextToken": token}),
    ):
        with pytest.raises(InvalidNextTokenError):
            world(operation, **sent)


def test_the_recipes_are_listed_in_pages_and_by_domain(world: World) -> None:
    names, token = [], None
    while True:
        page = world("ListRecipes", maxResults=7, **({"nextToken": token} if token else {}))
        names += [line["name"] for line in page["recipes"]]
        token = page.get("nextToken")
        if token is None:
            break
    assert len(names) == len(set(names))
    assert {"aws-user-personalization", "aws-sims", "aws-hrnn"} <= set(names)
    assert {line["domain"] for line in world("ListRecipes", domain="ECOMMERCE")["recipes"]} == {"ECOMMERCE"}


def test_the_algorithm_of_user_personalization_has_amazons_name(world: World) -> None:
    recipe = world("DescribeRecipe", recipeArn=USER_PERSONALIZATION)["recipe"]

    assert recipe["algorithmArn"] == "arn:aws:personalize:::algorithm/aws-user-personalization"
    assert world("DescribeAlgorithm", algorithmArn=recipe["algorithmArn"])["algorithm"]["defaultHyperParameters"]


def test_fifty_tags_and_no_more(world: World) -> None:
    tags = [{"tagKey": f"k{number}", "tagValue": "v"} for number in range(51)]
    with pytest.raises(TooManyTagsError):
        world("TagResource", resourceArn=world.group, tags=tags)
    with pytest.raises(TooManyTagsError):
        world("CreateDatasetGroup", name="tagged", tags=tags)
    with pytest.raises(TooManyTagKeysError):
        world("UntagResource", resourceArn=world.group, tagKeys=[tag["tagKey"] for tag in tags])
    world("TagResource", resourceArn=world.group, tags=tags[:50])
    world("UntagResource", resourceArn=world.group, tagKeys=["k0", "never there"])
    assert world("ListTagsForResource", resourceArn=world.group)["tags"] == tags[1:50]


def test_there_is_an_end_to_how_many_there_may_be(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(every, "MOST_WAITING", 2)
    for number in range(2):
        importing(world, jobName=f"j{number}")
    with pytest.raises(LimitExceededError, match="2 of the kind dataset import job are waiting"):
        importing(world, jobName="too-many")


def test_the_oldest_jobs_that_are_over_are_forgotten(world: World) -> None:
    few = kinds.Kind(**{name: getattr(kinds.IMPORT, name) for name in ("kind", "one", "many", "line", "by")}, most=2)
    for number in range(3):
        arn = importing(world, jobName=f"j{number}")["datasetImportJobArn"]
        world.set(arn, FAILED if number else ACTIVE)

    def step(found: Resources) -> None:
        every._forget_jobs(found, few)

    world.desk.registry.change(step)
    assert [line["jobName"] for line in world("ListDatasetImportJobs")["datasetImportJobs"]] == ["j1", "j2"]


def test_a_recommender_stops_and_starts(world: World) -> None:
    arn = world("CreateRecommender", name="r", datasetGroupArn=world.video(), recipeArn=f"{RECIPE}aws-vod-top-picks")["recommenderArn"]
    for operation in ("StopRecommender", "StartRecommender"):
        with pytest.raises(ResourceInUseError):
            world(operation, recommenderArn=arn)
    world.set(arn)
    world("StopRecommender", recommenderArn=arn)
    assert world("DescribeRecommender", recommenderArn=arn)["recommender"]["status"] == INACTIVE
    world("StartRecommender", recommenderArn=arn)
    assert world("DescribeRecommender", recommenderArn=arn)["recommender"]["status"] == ACTIVE


def test_a_shop_recipe_is_not_for_a_video_group(world: World) -> None:
    with pytest.raises(InvalidInputError, match="has the domain VIDEO_ON_DEMAND"):
        world(
            "CreateRecommender", name="r", datasetGroupArn=world.video(), recipeArn=f"{RECIPE}aws-ecomm-customers-who-viewed-x-also-viewed"
        )


def test_the_reason_of_a_failure_is_told(world: World) -> None:
    arn = importing(world)["datasetImportJobArn"]
    world.set(arn, FAILED, because="items.csv, row 7: YEAR is 'x'.")

    assert (
        world("DescribeDatasetImportJob", datasetImportJobArn=arn)["datasetImportJob"]["failureReason"] == "items.csv, row 7: YEAR is 'x'."
    )
    assert world("ListDatasetImportJobs")["datasetImportJobs"][0]["failureReason"]


@pytest.mark.parametrize(
    "expression",
    [
        "INCLUDE ItemID WHERE Items.YEAR > CurrentItem.YEAR IF CurrentUser.AGE > 18",
        'INCLUDE ItemID WHERE item.maker IN ("a") | EXCLUDE ItemID WHERE interactions.event_type IN ("*")',
        "EXCLUDE UserID WHERE Users.AGE < $AGE",
    ],
)
def test_a_filter_names_fields_of_the_schemas_in_any_case_of_letters(world: World, expression: str) -> None:
    assert filtering(world, expression)["filterArn"].endswith(":filter/f")


def test_a_filter_may_be_made_before_the_data_set_that_it_asks(world: World) -> None:
    group = world("CreateDatasetGroup", name="other")["datasetGroupArn"]
    text = "INCLUDE ItemID WHERE Items.COLOUR = $COLOUR IF CurrentUser.NAME = $NAME"

    assert filtering(world, text, group)["filterArn"]


def test_a_filter_may_ask_for_a_column_that_was_added(world: World) -> None:
    added = avro("Items", ("ITEM_ID", "string"), ("YEAR", ["null", "int"]), ("MAKER", ["null", "string"]), ("COLOUR", ["null", "string"]))
    schema = world("CreateSchema", name="added", schema=added)["schemaArn"]
    world("UpdateDataset", datasetArn=world.datasets["ITEMS"], schemaArn=schema)

    assert filtering(world, 'INCLUDE ItemID WHERE Items.COLOUR IN ("red")')["filterArn"]


def filtering(world: World, expression: str, group: str = "") -> dict[str, Any]:
    return world("CreateFilter", name="f", datasetGroupArn=group or world.group, filterExpression=expression)


def test_a_filter_of_another_group_is_no_good(world: World) -> None:
    other = world("CreateDatasetGroup", name="other")["datasetGroupArn"]
    film = world("CreateFilter", name="f", datasetGroupArn=other, filterExpression=SEEN)["filterArn"]
    with pytest.raises(InvalidInputError, match="two dataset groups"):
        batch(world, filterArn=film)


def test_all_refusals_have_one_of_amazons_names() -> None:
    assert all(kind.code.endswith("Exception") for kind in PersonalizeError.__subclasses__())


def test_what_is_brought_up_to_date_by_itself_is_in_nobodys_way(world: World) -> None:
    world("DeleteCampaign", campaignArn=world.campaign)

    def refresh(found: Resources) -> None:
        key = found.get(world.version).key
        found.work[key] = Work(key, REFRESH, 1.0)

    world.desk.registry.change(refresh)
    world("DeleteSolution", solutionArn=world.solution)
    assert not world.desk.registry.read().work
