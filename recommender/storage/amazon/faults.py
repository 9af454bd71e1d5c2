"""What can go wrong between us and Amazon when boto3 asks, told apart."""

from __future__ import annotations

from typing import Any

from botocore import exceptions as boto
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from recommender.storage.amazon.codes import Fault, GarbledError, kind_of_code


class Refused(Exception):  # noqa: N818  an answer, not an error: the place works and said no
    """The service answered with a code that the caller asked to hear of. reasons: of a cancelled transaction, one code an item."""

    def __init__(self, code: str, reasons: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.code, self.reasons = code, reasons


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
    reasons = {str(reason.get("Code")) for reason in response.get("CancellationReasons", ())}
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    return kind_of_code(str(said.get("Code", "")), str(said.get("Message", "")), status, reasons)
