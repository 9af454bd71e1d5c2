"""boto3's own client, unchanged but for its endpoint: names, errors, pages and times as it has them from Amazon."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.recommender.personalize.operations.amazon import INTERACTIONS, RECIPE


def test_a_group_is_made_described_listed_and_deleted(personalize: Any) -> None:
    schema = personalize.create_schema(name="films-schema", schema=INTERACTIONS)["schemaArn"]
    group = personalize.create_dataset_group(name="films")["datasetGroupArn"]
    dataset = personalize.create_dataset(name="watched", schemaArn=schema, datasetGroupArn=group, datasetType="INTERACTIONS")["datasetArn"]
    solution = personalize.create_solution(name="films", datasetGroupArn=group, recipeArn=f"{RECIPE}aws-user-personalization")[
        "solutionArn"
    ]
    version = personalize.create_solution_version(solutionArn=solution)["solutionVersionArn"]
    described = personalize.describe_solution_version(solutionVersionArn=version)["solutionVersion"]

    assert described["status"] == "CREATE PENDING"
    assert isinstance(described["creationDateTime"], datetime)
    assert personalize.describe_dataset_group(datasetGroupArn=group)["datasetGroup"]["status"] == "ACTIVE"
    assert [line["datasetType"] for line in personalize.list_datasets(datasetGroupArn=group)["datasets"]] == ["INTERACTIONS"]
    with pytest.raises(personalize.exceptions.ResourceInUseException, match="solution/films/"):
        personalize.delete_dataset(datasetArn=dataset)
    personalize.stop_solution_version_creation(solutionVersionArn=version)
    assert personalize.describe_solution_version(solutionVersionArn=version)["solutionVersion"]["status"] == "CREATE STOPPED"
    personalize.delete_solution(solutionArn=solution)
    personalize.delete_dataset(datasetArn=dataset)
    personalize.delete_schema(schemaArn=schema)
    personalize.delete_dataset_group(datasetGroupArn=group)
    with pytest.raises(personalize.exceptions.ResourceNotFoundException, match="There is no resource"):
        personalize.describe_dataset_group(datasetGroupArn=group)


def test_its_typed_errors_are_raised(personalize: Any) -> None:
    personalize.create_dataset_group(name="films")
    with pytest.raises(personalize.exceptions.ResourceAlreadyExistsException, match="films"):
        personalize.create_dataset_group(name="films")
    with pytest.raises(personalize.exceptions.InvalidInputException, match="1 validation error detected: Value 'a b' at 'name'"):
        personalize.create_dataset_group(name="a b")
    with pytest.raises(personalize.exceptions.InvalidNextTokenException):
        personalize.list_schemas(nextToken="x")


def test_automl_beside_a_recipe_is_refused_as_the_document_met_it(personalize: Any) -> None:
    group = personalize.create_dataset_group(name="movie_recommendation")["datasetGroupArn"]
    with pytest.raises(ClientError, match="only one of") as refused:
        personalize.create_solution(
            name="movie-recommender-solution", datasetGroupArn=group, performAutoML=True, recipeArn=f"{RECIPE}aws-user-personalization"
        )
    assert refused.value.response["Error"]["Code"] == "InvalidInputException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert refused.value.response["ResponseMetadata"]["RequestId"]


def test_its_paginators_find_all(personalize: Any) -> None:
    names = {
        line["name"]
        for page in personalize.get_paginator("list_recipes").paginate(PaginationConfig={"PageSize": 3})
        for line in page["recipes"]
    }

    assert len(names) > 15
    assert "aws-user-personalization" in names


def test_an_endpoint_that_lacks_its_path_is_told_which_it_is(personalize: Any) -> None:
    url = personalize.meta.endpoint_url.removesuffix("/personalize")
    own = {"region_name": "us-east-1", "aws_access_key_id": "a", "aws_secret_access_key": "s"}
    for ask in (
        lambda: boto3.client("personalize", endpoint_url=url, **own).list_schemas(),
        lambda: boto3.client("personalize-runtime", endpoint_url=url, **own).get_recommendations(campaignArn=f"{RECIPE}x", userId="1"),
    ):
        with pytest.raises(ClientError, match=r"UnknownOperationException.*the endpoint must end with /personalize"):
            ask()
