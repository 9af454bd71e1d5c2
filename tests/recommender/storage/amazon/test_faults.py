"""What Amazon says, told apart, and in words."""

from __future__ import annotations

import pytest
from botocore import exceptions as boto
from botocore.parsers import ResponseParserError
from urllib3.exceptions import ProtocolError

from recommender.storage.amazon.codes import Fault, GarbledError
from recommender.storage.amazon.faults import fault_of

URL = "https://dynamodb.eu-central-1.amazonaws.com/"


def said(code: str, status: int, message: str = "", reasons: tuple[str, ...] = ()) -> boto.ClientError:
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
    }
    return boto.ClientError(response, "GetItem")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (said("ProvisionedThroughputExceededException", 400), "throttled"),
        (said("ThrottlingException", 400), "throttled"),
        (said("RequestLimitExceeded", 400), "throttled"),
        (said("SlowDown", 503), "throttled"),
        (said("Whatever", 429), "throttled"),
        (said("TransactionCanceledException", 400, reasons=("None", "ThrottlingError")), "throttled"),
        (said("TransactionCanceledException", 400, reasons=("None", "ProvisionedThroughputExceeded")), "throttled"),
        (said("TransactionCanceledException", 400, reasons=("TransactionConflict", "None")), "conflict"),
        (said("TransactionCanceledException", 400, reasons=("TransactionConflict", "ThrottlingError")), "conflict"),
        (said("TransactionCanceledException", 400, reasons=("ConditionalCheckFailed",)), "failed"),
        (said("TransactionConflictException", 400), "conflict"),
        (said("TransactionInProgressException", 400), "conflict"),
        (said("ConditionalRequestConflict", 409), "conflict"),
        (said("OperationAborted", 409), "conflict"),
        (said("InternalServerError", 500), "failing"),
        (said("InternalError", 500), "failing"),
        (said("ServiceUnavailable", 503), "failing"),
        (said("", 400), "failing"),  # not a service that spoke, but something before it
        (said("AccessDeniedException", 400), "denied"),
        (said("AccessDenied", 403), "denied"),
        (said("403", 403), "denied"),  # of a HEAD, which has no body to say more in
        (said("ExpiredTokenException", 400), "denied"),
        (said("UnrecognizedClientException", 400), "denied"),
        (said("InvalidSignatureException", 400, "The request signature we calculated does not match"), "denied"),
        (said("InvalidSignatureException", 400, "Signature expired: 20260101T000000Z is now earlier than …"), "clock"),
        (said("InvalidSignatureException", 400, "Signature not yet current: 20260101T010000Z is still later than …"), "clock"),
        (said("RequestTimeTooSkewed", 403), "clock"),
        (said("ResourceNotFoundException", 400), "missing"),
        (said("NoSuchBucket", 404), "missing"),
        (said("ValidationException", 400), "failed"),
        (said("NobodyKnowsThisException", 400), "failed"),
        (GarbledError("the answer does not say what it consumed"), "garbled"),
        (ResponseParserError("not well-formed"), "garbled"),
        (boto.IncompleteReadError(actual_bytes=1, expected_bytes=2), "garbled"),
        (boto.ResponseStreamingError(error="cut"), "garbled"),
        (boto.FlexibleChecksumError(error_msg="another sum"), "garbled"),
        (boto.ConnectTimeoutError(endpoint_url=URL), "slow"),
        (boto.ReadTimeoutError(endpoint_url=URL), "slow"),
        (boto.EndpointConnectionError(endpoint_url=URL), "unreachable"),
        (boto.ConnectionClosedError(endpoint_url=URL), "unreachable"),
        (boto.SSLError(endpoint_url=URL, error="certificate"), "unreachable"),
        (ProtocolError("broken"), "unreachable"),
        (ConnectionResetError(), "unreachable"),
        (boto.NoCredentialsError(), "settings"),
        (boto.NoRegionError(), "settings"),
        (boto.ProfileNotFound(profile="nobody"), "settings"),
        (ValueError("Invalid endpoint: nonsense"), "settings"),
        (boto.CredentialRetrievalError(provider="role", error_msg="no"), "denied"),
    ],
    ids=lambda one: str(one)[:60],
)
def test_each_fault_has_its_kind(error: Exception, kind: str) -> None:
    fault = fault_of(error)

    assert fault is not None
    assert fault.kind == kind


@pytest.mark.parametrize("mistake", [ValueError("a number"), boto.ParamValidationError(report="Key"), KeyError("Item")])
def test_a_mistake_of_ours_is_none(mistake: Exception) -> None:
    assert fault_of(mistake) is None


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("throttled", "The table movie cannot be used: it is asked for more than it allows just now (in its words)."),
        ("failing", "The table movie cannot be used: it fails on its side (in its words)."),
        ("unreachable", "The table movie cannot be used: it cannot be reached (in its words)."),
        ("slow", "The table movie cannot be used: it does not answer in time (in its words)."),
        ("garbled", "The table movie cannot be used: its answer was cut off or makes no sense (in its words)."),
        ("denied", "The table movie cannot be used: access is denied; check the keys and the role's rights (in its words)."),
        ("clock", "The table movie cannot be used: it refuses this machine's clock; set the clock (in its words)."),
        ("missing", "The table movie cannot be used: it is not there; `matinee create-stores` makes it (in its words)."),
        ("conflict", "The table movie cannot be used: somebody else is changing the same thing at this moment (in its words)."),
        ("failed", "The table movie cannot be used: the call failed (in its words)."),
    ],
)
def test_the_whole_sentence(kind: str, sentence: str) -> None:
    told = Fault(kind, "in its words").in_words("the table movie")

    assert (str(told), told.kind) == (sentence, kind)


def test_a_long_story_of_the_service_is_cut_and_stays_on_one_line() -> None:
    fault = fault_of(said("InternalError", 500, "word\n" * 200))

    assert fault is not None
    assert "\n" not in fault.detail
    assert len(fault.detail) == 200
