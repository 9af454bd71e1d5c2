"""Refusals as Amazon's clients read them: a name, a sentence and the header that repeats the name.

What was raised on purpose keeps its own sentence. What nobody expected is logged once with its traceback, and answers InternalFailure.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import orjson
from flask import Response
from werkzeug.exceptions import HTTPException

from recommender.errors import MissingExtraError, PersonalizeError, RecommenderError
from webapp.error_handlers import request_id

log = logging.getLogger(__name__)

JSON_1_1, JSON = "application/x-amz-json-1.1", "application/json"
AWAY = "What Matinee keeps cannot be reached or used right now; try again in a few seconds, and ask its operator to look at the log."


class UnreadableError(PersonalizeError):
    """No JSON, or a value of another type than the operation takes."""

    code = "SerializationException"


class UnknownOperationError(PersonalizeError):
    """Nothing that this service does."""

    code = "UnknownOperationException"
    status = 404


class OtherMethodError(UnknownOperationError):
    """Every operation is a POST."""

    status = 405


class OtherContentError(PersonalizeError):
    """A body that is said to be something else than JSON."""

    code = "UnsupportedMediaTypeException"
    status = 415


class TooLargeError(PersonalizeError):
    """A body that is longer than any that is meant."""

    code = "RequestEntityTooLargeException"
    status = 413


def refusal(error: PersonalizeError, statuses: Mapping[str, int], content_type: str = JSON_1_1) -> Response:
    """The answer to what was refused. statuses: those of the service's own errors; an error that brings a status of its own has that."""
    return _refused(error.code, str(error), getattr(error, "status", 0) or statuses.get(error.code, 400), content_type)


def failure(error: Exception, content_type: str = JSON_1_1) -> Response:
    """The answer where nothing was refused and yet nothing can be given: clients try again."""
    if isinstance(error, HTTPException) and error.code and error.code < 500:
        return _refused("ValidationException", error.description or error.name, error.code, content_type)
    if isinstance(error, RecommenderError):
        log.warning("not served request_id=%s reason=%s", request_id(), error)
        shown = str(error) if isinstance(error, MissingExtraError) else AWAY  # the others speak of places inside
        return _refused("ServiceUnavailableException", shown, 503, content_type)
    log.error("failed request_id=%s", request_id(), exc_info=error)
    return _refused(
        "InternalFailure", f"Something went wrong here. It has been written down under the number {request_id()}.", 500, content_type
    )


def _refused(code: str, message: str, status: int, content_type: str) -> Response:
    body = orjson.dumps({"__type": code, "message": message.encode("utf-8", "replace").decode()})
    return Response(
        body,
        status,
        headers=[
            ("Content-Type", content_type),
            ("x-amzn-errortype", code),
            ("x-amzn-RequestId", request_id()),
            ("Cache-Control", "no-store"),
        ],
    )
