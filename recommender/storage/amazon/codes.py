"""What AWS says when it refuses, told apart by its codes and put in words. No SDK is needed to read it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

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
OF_A_TRANSACTION = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}  # of one of its items
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


def kind_of_code(code: str, message: str, status: int, reasons: Collection[str] = ()) -> str:
    """The kind of a refusal. code: empty where none was named. status: of HTTP, 0 where there was none. reasons: of a transaction."""
    if code == "TransactionCanceledException" and set(reasons) & OF_A_TRANSACTION:
        return "conflict" if "TransactionConflict" in reasons else "throttled"
    if code in AGAIN:
        return "conflict"
    if code in OF_THE_CLOCK or (code == "InvalidSignatureException" and message.startswith(SIGNED_AT_ANOTHER_TIME)):
        return "clock"
    if code in THROTTLED or status == 429:
        return "throttled"
    if code in DENIED or code == "InvalidSignatureException" or status == 403:
        return "denied"
    if code in MISSING:
        return "missing"
    return "failing" if status >= 500 or not code or not status else "failed"
