"""The page says of every operation of Amazon's models what becomes of it here."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.personalize_page import ALWAYS_REFUSED, PAGE, REMARKS, answered, count_of_working, written
from recommender.settings import Settings
from tests.webapp.fake_recommender import FakeRecommender
from webapp import create_app
from webapp.personalize.shapes import CONTROL, EVENTS, RUNTIME, service

ALL = {operation: name for name in (CONTROL, RUNTIME, EVENTS) for operation in service(name).operations}


def test_the_table_is_the_one_that_would_be_written() -> None:
    assert PAGE.read_text() == written(PAGE.read_text()), "python -m bench.personalize_page writes it"


def test_every_operation_stands_in_it_once() -> None:
    text = PAGE.read_text()

    assert len(ALL) == 79
    assert [operation for operation in ALL if text.count(f"| `{operation}` |") != 1] == []


def test_what_is_said_of_operations_is_said_of_some_that_there_are() -> None:
    assert set(REMARKS) | set(ALWAYS_REFUSED) <= set(ALL)


def test_at_least_sixty_of_the_control_plane_work() -> None:
    working, of_all = count_of_working()[CONTROL]

    assert (working >= 60, of_all) == (True, 71)


def test_an_operation_that_is_not_there_says_so() -> None:
    assert (
        answered(RUNTIME, "GetRecommendations")[0] == "works" or "UnknownOperationException" in answered(RUNTIME, "GetRecommendations")[0]
    )


@pytest.mark.parametrize("operation", ALWAYS_REFUSED)
def test_what_the_table_says_is_refused_is(operation: str, tmp_path: Path) -> None:
    model = service(ALL[operation])
    shape = model.shapes[model.operations[operation]["input"]["shape"]]
    arn = "arn:aws:personalize:us-east-1:000000000000:campaign/films"
    texts = {"trackingId": "t", "userId": "u", "campaignArn": arn, "datasetArn": arn, "actions": [{"actionId": "a"}]}
    interaction = {"actionId": "a", "sessionId": "s", "timestamp": 1, "eventType": "click"}
    sent = {name: value for name, value in (texts | {"actionInteractions": [interaction]}).items() if name in shape["members"]}
    recommender = FakeRecommender()
    recommender.settings = Settings(blobs_url=f"file://{tmp_path}", secret_key="s" * 40, personalize_unsigned=True)
    path = f"/personalize{model.operations[operation]['http']['requestUri']}"

    answer = create_app(recommender).test_client().post(path, json=sent)

    recommender.close()
    assert answer.headers["x-amzn-errortype"] == ALWAYS_REFUSED[operation][0]
    assert "no actions" in answer.get_data(as_text=True)
