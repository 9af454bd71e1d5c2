"""The door of the control plane: what is no request of Amazon's gets an error of Amazon's, and never a failure."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from recommender.errors import StorageError
from recommender.personalize import operations
from tests.webapp.fake_recommender import FakeRecommender
from tests.webapp.personalize.conftest import JSON_1_1, Call, said
from webapp import create_app

LIST = {"X-Amz-Target": "AmazonPersonalize.ListSchemas", "Content-Type": JSON_1_1}


def test_an_answer_has_amazons_form(call: Call) -> None:
    answer = call("ListSchemas")

    assert (answer.status_code, said(answer)) == (200, {"schemas": []})
    assert answer.headers["Content-Type"] == JSON_1_1
    assert answer.headers["x-amzn-RequestId"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_a_refusal_has_amazons_form(call: Call) -> None:
    answer = call("DescribeSchema", {"schemaArn": "arn:aws:personalize:us-east-1:000000000000:schema/none"})

    assert answer.status_code == 400
    assert said(answer)["__type"] == answer.headers["x-amzn-errortype"] == "ResourceNotFoundException"
    assert "schema/none" in said(answer)["message"]


def test_what_has_no_answer_is_empty(call: Call) -> None:
    arn = said(call("CreateDatasetGroup", {"name": "films"}))["datasetGroupArn"]
    answer = call("DeleteDatasetGroup", {"datasetGroupArn": arn})

    assert (answer.status_code, answer.data) == (200, b"")


@pytest.mark.parametrize("path", ["/personalize", "/personalize/"])
def test_the_endpoint_may_end_in_a_stroke(client: FlaskClient, path: str) -> None:
    assert client.post(path, data=b"{}", headers=LIST).status_code == 200


@pytest.mark.parametrize(
    ("options", "status", "name"),
    [
        ({"headers": {"Content-Type": JSON_1_1}}, 404, "UnknownOperationException"),
        ({"headers": LIST | {"X-Amz-Target": ""}}, 404, "UnknownOperationException"),
        ({"headers": LIST | {"X-Amz-Target": "ListSchemas"}}, 404, "UnknownOperationException"),
        ({"headers": LIST | {"X-Amz-Target": "AmazonPersonalize.ListEverything"}}, 404, "UnknownOperationException"),
        ({"headers": LIST | {"X-Amz-Target": "AmazonPersonalize."}}, 404, "UnknownOperationException"),
        ({"headers": LIST | {"X-Amz-Target": "DynamoDB_20120810.ListSchemas"}}, 404, "UnknownOperationException"),
        ({"method": "GET"}, 405, "UnknownOperationException"),
        ({"method": "PUT"}, 405, "UnknownOperationException"),
        ({"method": "OPTIONS"}, 405, "UnknownOperationException"),
        ({"path": "/personalize/nowhere"}, 404, "UnknownOperationException"),
        ({"path": "/personalize/a/b", "method": "GET"}, 404, "UnknownOperationException"),
        ({"headers": LIST | {"Content-Type": "text/plain"}}, 415, "UnsupportedMediaTypeException"),
        ({"headers": LIST | {"Content-Type": "application/x-www-form-urlencoded"}}, 415, "UnsupportedMediaTypeException"),
        ({"headers": LIST | {"Content-Type": "multipart/form-data; boundary=x"}}, 415, "UnsupportedMediaTypeException"),
        ({"data": b"{"}, 400, "SerializationException"),
        ({"data": b"[1]"}, 400, "SerializationException"),
        ({"data": b'{"maxResults": 1, "maxResults": 2}'}, 400, "SerializationException"),
        ({"data": b'{"maxResults": NaN}'}, 400, "SerializationException"),
        ({"data": b'{"maxResults": 1e400}'}, 400, "SerializationException"),
        ({"data": b'{"maxResults": ' + b"9" * 5000 + b"}"}, 400, "SerializationException"),
        ({"data": b'{"nextToken": "\\ud800"}'}, 400, "SerializationException"),
        ({"data": b'{"nextToken": ' + b"[" * 30_000 + b"]" * 30_000 + b"}"}, 400, "SerializationException"),
        ({"data": b'{"nextToken": "' + b"x" * 70_000 + b'"}'}, 413, "RequestEntityTooLargeException"),
        ({"data": b'{"maxResults": "1"}'}, 400, "SerializationException"),
        ({"data": b'{"maxResults": 1000}'}, 400, "InvalidInputException"),
        ({"data": b'{"nextToken": "x"}'}, 400, "InvalidNextTokenException"),
    ],
)
def test_what_is_no_request_gets_an_error_of_amazons(client: FlaskClient, options: dict[str, Any], status: int, name: str) -> None:
    answer = client.open(**{"path": "/personalize/", "method": "POST", "headers": LIST, "data": b"{}"} | options)

    assert (answer.status_code, answer.headers["x-amzn-errortype"]) == (status, name)
    assert said(answer)["__type"] == name
    assert said(answer)["message"]


def test_an_empty_body_is_an_empty_object(client: FlaskClient) -> None:
    assert client.post("/personalize/", headers=LIST).status_code == 200


def test_nobody_comes_in_without_a_signature_where_one_is_asked_for(recommender: FakeRecommender) -> None:
    recommender.settings = replace(recommender.settings, personalize_unsigned=False)
    answer = create_app(recommender).test_client().post("/personalize/", data=b"{}", headers=LIST)

    assert (answer.status_code, said(answer)["__type"]) == (400, "MissingAuthenticationTokenException")


def test_a_page_of_another_site_does_not_come_in(call: Call) -> None:
    answer = call("CreateDatasetGroup", {"name": "films"}, headers={"Origin": "https://elsewhere.example"})

    assert said(answer)["__type"] == "MissingAuthenticationTokenException"
    assert said(call("ListDatasetGroups"))["datasetGroups"] == []


def test_a_store_that_is_away_is_told_as_a_service_that_is(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(desk: Any, sent: Any) -> Any:
        raise StorageError("/srv/blobs is gone")

    monkeypatch.setitem(operations.OPERATIONS, "ListSchemas", away)
    answer = call("ListSchemas")

    assert (answer.status_code, said(answer)["__type"]) == (503, "ServiceUnavailableException")
    assert "/srv" not in said(answer)["message"]


def test_what_nobody_expected_is_a_number_to_ask_about(
    call: Call, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(desk: Any, sent: Any) -> Any:
        raise ZeroDivisionError("secret")

    monkeypatch.setitem(operations.OPERATIONS, "ListSchemas", broken)
    answer = call("ListSchemas")

    assert (answer.status_code, said(answer)["__type"]) == (500, "InternalFailure")
    assert answer.headers["x-amzn-RequestId"] in said(answer)["message"]
    assert "secret" not in said(answer)["message"]
    assert "ZeroDivisionError: secret" in caplog.text


def test_two_workers_see_each_others_resources(app: Flask, call: Call) -> None:
    call("CreateDatasetGroup", {"name": "films"})
    app.extensions.pop("personalize")

    assert [line["name"] for line in said(call("ListDatasetGroups"))["datasetGroups"]] == ["films"]


@pytest.mark.races
def test_of_many_who_ask_at_once_one_gets_what_there_is_one_of(app: Flask, call: Call) -> None:
    group = said(call("CreateDatasetGroup", {"name": "films"}))["datasetGroupArn"]
    answers: list[tuple[int, str]] = []

    def ask(number: int) -> None:
        body = json.dumps({"name": f"clicks-{number}", "datasetGroupArn": group}).encode()
        answer = app.test_client().post("/personalize", data=body, headers=LIST | {"X-Amz-Target": "AmazonPersonalize.CreateEventTracker"})
        answers.append((answer.status_code, answer.headers.get("x-amzn-errortype", "")))

    threads = [Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [(200, ""), *[(400, "LimitExceededException")] * 7]
    assert len(said(call("ListEventTrackers", {"datasetGroupArn": group}))["eventTrackers"]) == 1


def test_a_web_worker_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    program = """
import sys
from recommender.personalize.desk import open_desk
from recommender.personalize.operations import OPERATIONS
from recommender.settings import Settings
from webapp.personalize.shapes import service
from webapp import personalize
desk = open_desk(Settings(blobs_url=f"file://{sys.argv[1]}"))
for name in ("ListRecipes", "ListSchemas"):
    OPERATIONS[name](desk, service("personalize").checked(name, {}))
print([name for name in ("scipy", "pandas", "boto3", "botocore", "torch") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
