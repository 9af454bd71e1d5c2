"""What is sent is checked by Amazon's own models, and refused in the words that its clients know."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import Any

import pytest

from recommender.personalize.refusals import InvalidInputError
from webapp.personalize.refusing import UnreadableError
from webapp.personalize.shapes import CONTROL, EVENTS, RUNTIME, _pattern, service

GROUP = "arn:aws:personalize:us-east-1:000000000000:dataset-group/films"
CAMPAIGN = "arn:aws:personalize:us-east-1:000000000000:campaign/films"
CANNOT = "failed to satisfy constraint: Member must"


def test_the_three_models_have_as_many_operations_as_amazon() -> None:
    assert [len(service(name).operations) for name in (CONTROL, RUNTIME, EVENTS)] == [71, 3, 5]


def test_reading_the_models_imports_no_botocore() -> None:
    said = "import sys; from webapp.personalize.shapes import service; service('personalize'); print('botocore' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout == "False\n"


def test_what_is_right_is_taken_and_what_is_unknown_or_null_left_out() -> None:
    sent = {"name": "films", "domain": None, "colour": "red", "tags": [{"tagKey": "a", "tagValue": "é b"}]}

    assert service(CONTROL).checked("CreateDatasetGroup", sent) == {"name": "films", "tags": [{"tagKey": "a", "tagValue": "é b"}]}


@pytest.mark.parametrize(
    ("operation", "sent", "sentence"),
    [
        ("CreateDatasetGroup", {}, f"1 validation error detected: Value null at 'name' {CANNOT} not be null"),
        (
            "CreateDatasetGroup",
            {"name": ""},
            f"1 validation error detected: Value '' at 'name' {CANNOT} have length greater than or equal to 1",
        ),
        ("CreateDatasetGroup", {"name": "n" * 64}, f"Value '{'n' * 64}' at 'name' {CANNOT} have length less than or equal to 63"),
        ("CreateDatasetGroup", {"name": "a b"}, f"Value 'a b' at 'name' {CANNOT} satisfy regular expression pattern: ^[a-zA-Z0-9]"),
        ("CreateDatasetGroup", {"name": "films\n"}, "satisfy regular expression pattern"),
        (
            "CreateDatasetGroup",
            {"name": "f", "domain": "MUSIC"},
            f"at 'domain' {CANNOT} satisfy enum value set: [ECOMMERCE, VIDEO_ON_DEMAND]",
        ),
        ("ListSchemas", {"maxResults": 0}, f"Value '0' at 'maxResults' {CANNOT} have value greater than or equal to 1"),
        ("ListSchemas", {"maxResults": 101}, f"{CANNOT} have value less than or equal to 100"),
        ("CreateDatasetGroup", {"name": "f", "tags": [{"tagKey": "k"}]}, f"Value null at 'tags.1.member.tagValue' {CANNOT} not be null"),
        ("CreateDatasetGroup", {"name": "f", "tags": [None]}, f"Value null at 'tags.1.member' {CANNOT} not be null"),
        (
            "TagResource",
            {},
            f"2 validation errors detected: Value null at 'resourceArn' {CANNOT} not be null; Value null at 'tags' {CANNOT}",
        ),
        (
            "CreateFilter",
            {"name": "f", "datasetGroupArn": GROUP, "filterExpression": ""},
            f"detected: Value at 'filterExpression' {CANNOT} have",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_amazons_words(operation: str, sent: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        service(CONTROL).checked(operation, sent)

    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    "sent",
    [
        {"name": 7},
        {"name": ["films"]},
        {"name": "films", "tags": {"a": "b"}},
        {"name": "films", "tags": ["a"]},
        [],
    ],
)
def test_a_value_of_another_type_cannot_be_read(sent: Any) -> None:
    with pytest.raises(UnreadableError):
        service(CONTROL).checked("CreateDatasetGroup", sent)


@pytest.mark.parametrize("count", [True, 2.5, "25", 2**31, -(2**31) - 1, 10**400])
def test_no_number_that_is_none_passes(count: Any) -> None:
    with pytest.raises(UnreadableError, match="numResults must be a whole number of 32 bits"):
        service(RUNTIME).checked("GetRecommendations", {"campaignArn": CAMPAIGN, "numResults": count})


@pytest.mark.parametrize("moment", [True, "2026-01-01", 1e19, 10**400, -1])
def test_no_moment_that_is_none_passes(moment: Any) -> None:
    event = {"eventType": "click", "sentAt": moment}
    with pytest.raises(UnreadableError, match=r"eventList\.1\.member\.sentAt"):
        service(EVENTS).checked("PutEvents", {"trackingId": "t", "sessionId": "s", "eventList": [event]})


def test_data_may_lie_in_a_folder_though_amazons_pattern_knows_none() -> None:
    job = {"jobName": "j", "datasetArn": GROUP, "roleArn": "arn:aws:iam::000000000000:role/r"}
    taken = service(CONTROL).checked("CreateDatasetImportJob", job | {"dataSource": {"dataLocation": "file:///data/ratings.csv"}})

    assert taken["dataSource"] == {"dataLocation": "file:///data/ratings.csv"}
    with pytest.raises(InvalidInputError, match="dataLocation"):
        service(CONTROL).checked("CreateDatasetImportJob", job | {"dataSource": {"dataLocation": "gopher://x"}})


def test_the_status_of_an_error_is_the_services_own() -> None:
    assert service(RUNTIME).statuses["ResourceNotFoundException"] == 404
    assert service(EVENTS).statuses["ResourceInUseException"] == 409
    assert service(CONTROL).statuses["ResourceNotFoundException"] == 400


def test_no_pattern_of_amazons_takes_long() -> None:
    for name in (CONTROL, RUNTIME, EVENTS):
        for shape in service(name).shapes.values():
            if "pattern" in shape:
                for text in ("a", "1", " ", ":", "a:", "arn:aws:kms:", "arn:aws:iam::1", "/", "s3://a"):
                    longest = (text * 2048)[: min(shape.get("max", 2048), 2048) - 1] + "\n"
                    began = time.thread_time()
                    _pattern(shape["pattern"]).fullmatch(longest)
                    assert time.thread_time() - began < 0.2, (shape["pattern"], text)


def test_where_an_event_comes_from_is_printable_and_not_blank() -> None:
    def sent(source: str) -> dict[str, Any]:
        said = {"eventType": "watch", "sentAt": 1, "metricAttribution": {"eventAttributionSource": source}}
        return {"trackingId": "t", "sessionId": "s", "eventList": [said]}

    for source in ("home", " home page ", "~"):
        service(EVENTS).checked("PutEvents", sent(source))
    for source in ("", "  ", "home\n", "\u00e9", "a" * 1023 + "\u00e9", "a" * 1025):
        with pytest.raises(InvalidInputError, match="eventAttributionSource"):
            service(EVENTS).checked("PutEvents", sent(source))
