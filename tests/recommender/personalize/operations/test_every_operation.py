"""Every operation of Amazon's model answers, and what it answers is what the model says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recommender.errors import PersonalizeError
from recommender.personalize.operations import OPERATIONS
from recommender.personalize.operations.kinds import KINDS
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import INACTIVE
from tests.recommender.personalize.operations.amazon import RECIPE, ROLE, World, avro, strays
from webapp.personalize.shapes import CONTROL, service


def test_every_operation_of_the_model_is_there_and_no_other() -> None:
    assert set(OPERATIONS) == set(service(CONTROL).operations)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_a_line_of_a_list_has_the_models_members(kind: Any) -> None:
    operation = f"List{kind.many[0].upper()}{kind.many[1:]}"
    listed = service(CONTROL).members(service(CONTROL).output(operation))[kind.many]
    members = service(CONTROL).members(service(CONTROL).shapes[listed]["member"]["shape"])

    assert set(members) - {"failureReason"} <= set(kind.line) <= set(members) | {"failureReason"}


def test_the_measure_of_answers_sees_what_is_wrong() -> None:
    model = service(CONTROL)

    assert list(strays(model, "Campaign", {"name": "films", "minProvisionedTPS": 1})) == []
    assert list(strays(model, "Campaign", {"colour": "red"})) == [" has colour, which the model has not"]
    assert list(strays(model, "Campaign", {"minProvisionedTPS": True})) == [".minProvisionedTPS is True, no integer"]
    assert list(strays(model, "Campaigns", [{"creationDateTime": "now"}])) == ["[0].creationDateTime is 'now', no timestamp"]
    assert list(strays(model, "DatasetExportJobOutput", {})) == [" lacks s3DataDestination"]


def everything(world: World) -> None:
    """Each operation once, in an order in which each can."""
    import_job = world(
        "CreateDatasetImportJob",
        jobName="import",
        datasetArn=world.datasets["ITEMS"],
        dataSource={"dataLocation": "s3://films/items.csv"},
        roleArn=ROLE,
        tags=[{"tagKey": "a", "tagValue": "b"}],
    )["datasetImportJobArn"]
    world.set(import_job, "CREATE FAILED", because="items.csv, row 7: YEAR is 'x'.")
    folder = {"s3DataDestination": {"path": "s3://films/out/"}}
    export = world("CreateDatasetExportJob", jobName="export", datasetArn=world.datasets["ITEMS"], roleArn=ROLE, jobOutput=folder)
    world.set(export["datasetExportJobArn"])
    deletion = world(
        "CreateDataDeletionJob",
        jobName="forget",
        datasetGroupArn=world.group,
        dataSource={"dataLocation": "s3://films/u.csv"},
        roleArn=ROLE,
    )["dataDeletionJobArn"]
    assert world("DescribeDataDeletionJob", dataDeletionJobArn=deletion)["dataDeletionJob"]["status"] == "PENDING"
    world.set(deletion, "COMPLETED")
    film = world(
        "CreateFilter", name="seen", datasetGroupArn=world.group, filterExpression='EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("*")'
    )
    tracker = world("CreateEventTracker", name="clicks", datasetGroupArn=world.group)
    metric = {"eventType": "watch", "metricName": "watches", "expression": "SAMPLECOUNT()"}
    attribution = world(
        "CreateMetricAttribution", name="counted", datasetGroupArn=world.group, metrics=[metric], metricsOutputConfig={"roleArn": ROLE}
    )["metricAttributionArn"]
    jobs = {"jobInput": {"s3DataSource": {"path": "s3://films/in.json"}}, "jobOutput": folder, "roleArn": ROLE}
    batch = world("CreateBatchInferenceJob", jobName="lists", solutionVersionArn=world.version, filterArn=film["filterArn"], **jobs)
    segments = world.trained(world.solution_of("aws-item-affinity", "segments"))
    segment = world("CreateBatchSegmentJob", jobName="users", solutionVersionArn=segments, **jobs)
    recommender = world(
        "CreateRecommender", name="tops", datasetGroupArn=world.video(), recipeArn=f"{RECIPE}aws-vod-top-picks", recommenderConfig={}
    )["recommenderArn"]
    world.set(recommender)
    wider = avro("Items", ("ITEM_ID", "string"), ("YEAR", ["null", "int"]), ("MAKER", ["null", "string"]), ("LENGTH", ["null", "int"]))
    wider_arn = world("CreateSchema", name="wider", schema=wider)["schemaArn"]
    stopped = world("CreateSolutionVersion", solutionArn=world.solution)["solutionVersionArn"]
    world("StopSolutionVersionCreation", solutionVersionArn=stopped)
    world("UpdateDataset", datasetArn=world.datasets["ITEMS"], schemaArn=wider_arn)
    world("UpdateSolution", solutionArn=world.solution, performAutoTraining=False)
    world("UpdateCampaign", campaignArn=world.campaign, minProvisionedTPS=2)
    world(
        "UpdateMetricAttribution",
        metricAttributionArn=attribution,
        addMetrics=[{**metric, "metricName": "more"}],
        removeMetrics=["watches"],
    )
    world("UpdateRecommender", recommenderArn=recommender, recommenderConfig={"minRecommendationRequestsPerSecond": 2})
    world.set(recommender)
    world("StopRecommender", recommenderArn=recommender)
    assert world("DescribeRecommender", recommenderArn=recommender)["recommender"]["status"] == INACTIVE
    world("StartRecommender", recommenderArn=recommender)
    world("TagResource", resourceArn=world.group, tags=[{"tagKey": "c", "tagValue": ""}])
    world("UntagResource", resourceArn=import_job, tagKeys=["a"])
    world("ListTagsForResource", resourceArn=world.group)
    world("GetSolutionMetrics", solutionVersionArn=world.version)
    world("ListMetricAttributionMetrics", metricAttributionArn=attribution)
    recipe = world("DescribeRecipe", recipeArn=f"{RECIPE}aws-user-personalization")["recipe"]
    world("DescribeAlgorithm", algorithmArn=recipe["algorithmArn"])
    world("DescribeFeatureTransformation", featureTransformationArn=recipe["featureTransformationArn"])
    world("ListRecipes")
    for kind in KINDS:
        assert world(f"List{kind.many[0].upper()}{kind.many[1:]}")[kind.many], f"no {kind.words} is listed"
        for one in list(world.desk.registry.read().of(kind.kind)):
            world(f"Describe{kind.one[0].upper()}{kind.one[1:]}", **{kind.arn: one.arn})
    for arn in (world.campaign, batch["batchInferenceJobArn"], segment["batchSegmentJobArn"]):
        world.set(arn)
    world("DeleteCampaign", campaignArn=world.campaign)
    world("DeleteFilter", filterArn=film["filterArn"])
    world("DeleteEventTracker", eventTrackerArn=tracker["eventTrackerArn"])
    world("DeleteMetricAttribution", metricAttributionArn=attribution)
    world("DeleteRecommender", recommenderArn=recommender)
    for solution in [one.arn for one in world.desk.registry.read().of("solution")]:
        world("DeleteSolution", solutionArn=solution)
    for dataset in [one.arn for one in world.desk.registry.read().of("dataset")]:
        world("DeleteDataset", datasetArn=dataset)
    for schema in [one.arn for one in world.desk.registry.read().of("schema")]:
        world("DeleteSchema", schemaArn=schema)
    for group in [one.arn for one in world.desk.registry.read().of("dataset-group")]:
        world("DeleteDatasetGroup", datasetGroupArn=group)


def test_every_operation_answers_as_the_model_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = set()
    ask = World.__call__

    def noted(self: World, operation: str, **sent: Any) -> dict[str, Any]:
        asked.add(operation)
        return ask(self, operation, **sent)

    monkeypatch.setattr(World, "__call__", noted)
    world = World(tmp_path)

    everything(world)

    assert set(OPERATIONS) - asked == set()
    assert not world.desk.registry.read().by_key
    assert not world.desk.registry.read().work


@pytest.mark.parametrize("operation", sorted(service(CONTROL).operations))
def test_what_names_nothing_that_is_there_is_refused_by_name(world: World, operation: str) -> None:
    shape = service(CONTROL).shapes[service(CONTROL).operations[operation]["input"]["shape"]]
    if not shape.get("required") or operation == "CreateDatasetGroup":
        pytest.skip("needs nothing that is there")
    with pytest.raises(PersonalizeError) as refused:
        world(operation, **{name: _of_nothing(shape["members"][name]["shape"]) for name in shape["required"]})

    assert type(refused.value) is InvalidInputError or refused.value.code in service(CONTROL).error_names(operation)


def _of_nothing(shape: str) -> Any:
    """A value that may be sent, and names nothing that is there."""
    said = service(CONTROL).shapes[shape]
    match said["type"]:
        case "structure":
            return {name: _of_nothing(said["members"][name]["shape"]) for name in said.get("required", ())}
        case "list":
            return []
        case "map":
            return {}
        case "string":
            known = {
                "Arn": "arn:aws:personalize:us-east-1:000000000000:dataset/none/ITEMS",
                "RoleArn": ROLE,
                "S3Location": "s3://films/out/",
            }
            return known.get(shape, "none")
    return 1
