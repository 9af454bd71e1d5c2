"""What can go wrong between us and Amazon, told apart and put in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from recommender.errors import StorageError

THROTTLED = {
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "Throttling",
    "ThrottledException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "TooManyRequestsException",
    "LimitExceededException",
    "SlowDown",
    "BandwidthLimitExceeded",
}
DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "MissingAuthenticationTokenException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidToken",
    "AllAccessDisabled",
    "AuthorizationHeaderMalformed",
    "403",
}
OF_THE_CLOCK = {"RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"}
SIGNED_AT_ANOTHER_TIME = ("Signature expired", "Signature not yet current")  # with one code for these and for a wrong key
MISSING = {"ResourceNotFoundException", "NoSuchBucket"}
AGAIN = {"TransactionConflictException", "TransactionInProgressException", "ConditionalRequestConflict", "OperationAborted"}

REMEDIES = {
    "throttled": "it is asked for more than it allows just now",
    "failing": "it fails on its side",
    "unreachable": "it cannot be reached",
    "slow": "it does not answer in time",
    "garbled": "its answer was cut off or makes no sense",
    "denied": "access is denied; check the keys and the role's rights",
    "clock": "it refuses this machine's clock; set the clock",
    "missing": "it is not there; `matinee create-stores` makes it",
    "conflict": "somebody else is changing the same thing at this moment",
    "settings": "no region or keys are set; set AWS_REGION and AWS_PROFILE, or give the machine a role",
}
TO_TRY_AGAIN = {"throttled", "failing", "unreachable", "slow", "garbled", "conflict"}


class Refused(Exception):  # noqa: N818  an answer, not an error: the place works and said no
    """The service answered with a code that the caller asked to hear of. reasons: of a cancelled transaction, one code an item."""

    def __init__(self, code: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.code, self.reasons = code, reasons


class GarbledError(Exception):
    """An answer with status 200 that lacks what every true answer has; boto3 takes a body that was cut off for an empty one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """kind: as in StorageError.kind, or "conflict" for somebody else being at the same item. detail: in the service's words."""

    kind: str
    detail: str

    @property
    def is_worth_another_try(self) -> bool:
        return self.kind in TO_TRY_AGAIN

    def in_words(self, place: str) -> StorageError:
        """place: what was asked, for people: "the table movie", "the bucket films"."""
        why = REMEDIES.get(self.kind, "the call failed")
        return StorageError(f"{place[:1].upper()}{place[1:]} cannot be used: {why} ({self.detail}).", kind=self.kind)


def fault_of(error: Exception) -> Fault | None:
    """What went wrong; None for what is no fault of the place but a mistake of ours, which is raised as it is."""
    detail = " ".join(str(error).split())[:200] or type(error).__name__
    match error:
        case boto.ClientError():
            return Fault(_kind_of_code(error.response), detail)
        case GarbledError() | ResponseParserError() | boto.ResponseStreamingError() | boto.IncompleteReadError():
            return Fault("garbled", detail)
        case boto.FlexibleChecksumError() | boto.ChecksumError():
            return Fault("garbled", detail)
        case boto.ConnectTimeoutError() | boto.ReadTimeoutError():
            return Fault("slow", detail)
        case boto.NoCredentialsError() | boto.NoRegionError() | boto.PartialCredentialsError() | boto.ProfileNotFound():
            return Fault("settings", detail)
        case boto.CredentialRetrievalError() | boto.MetadataRetrievalError():
            return Fault("denied", detail)
        case boto.HTTPClientError() | boto.ConnectionError() | HTTPError() | OSError():
            return Fault("unreachable", detail)
        case ValueError() if "endpoint" in detail.lower():
            return Fault("settings", detail)
    return None


def _kind_of_code(response: dict[str, Any]) -> str:
    said = response.get("Error", {})
    code, status = str(said.get("Code", "")), int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    reasons = {reason.get("Code") for reason in response.get("CancellationReasons", ())}
    if code == "TransactionCanceledException" and reasons & {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}:
        return "conflict" if "TransactionConflict" in reasons else "throttled"
    if code in AGAIN:
        return "conflict"
    if code in OF_THE_CLOCK or (code == "InvalidSignatureException" and str(said.get("Message", "")).startswith(SIGNED_AT_ANOTHER_TIME)):
        return "clock"
    if code in THROTTLED or status == 429:
        return "throttled"
    if code in DENIED or code == "InvalidSignatureException" or status == 403:
        return "denied"
    if code in MISSING:
        return "missing"
    return "failing" if status >= 500 or not code or not status else "failed"
