"""The control plane: every operation is a POST to one address, told apart by the header X-Amz-Target."""

from __future__ import annotations

import logging
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

import orjson
from flask import Blueprint, Response, current_app, g, request

from recommender import access_keys
from recommender.errors import PersonalizeError
from webapp.engine import engine
from webapp.error_handlers import request_id
from webapp.personalize.bodies import check_kind, parsed, read_body
from webapp.personalize.door import door
from webapp.personalize.refusing import JSON_1_1, OtherMethodError, UnknownOperationError, failure, refusal
from webapp.personalize.shapes import CONTROL, service

if TYPE_CHECKING:
    from recommender.personalize.desk import Desk

log = logging.getLogger(__name__)

TARGET = "X-Amz-Target"
PREFIX = "AmazonPersonalize."
ANY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
READS = ("Describe", "List", "Get")

control = Blueprint("personalize_control", __name__, url_prefix="/personalize")
_opening = Lock()


@control.route("", methods=ANY_METHOD, provide_automatic_options=False)
@control.route("/", methods=ANY_METHOD, provide_automatic_options=False)
def answer() -> Response:
    """What the operation named by the header answers."""
    from recommender.personalize.operations import OPERATIONS  # with numpy behind it, which only those need who ask for it

    if request.method != "POST":
        raise OtherMethodError(f"Every operation is a POST, and this was a {request.method}.")
    name = operation_named(request.headers.get(TARGET, ""))
    check_kind(request)
    amazons = service(CONTROL)
    sent = amazons.checked(name, parsed(read_body(request)))
    if name.startswith(READS):
        given = OPERATIONS[name](desk(), sent)
    else:
        with door().once(g.personalize_signed):
            given = OPERATIONS[name](desk(), sent)
        log.info("personalize operation=%s request_id=%s", name, request_id())
    return Response(
        b"" if amazons.output(name) is None else orjson.dumps(given),
        headers=[("Content-Type", JSON_1_1), ("x-amzn-RequestId", request_id()), ("Cache-Control", "no-store")],
    )


@control.before_request
def let_in() -> None:
    """Whoever signs with a key for the control plane; NotSignedError for everybody else, before anything is looked at."""
    g.personalize_signed = door().let_in(request.environ, read_body(request), access_keys.CONTROL)


def operation_named(target: str) -> str:
    """The operation that the header names; UnknownOperationError."""
    if not target:
        raise UnknownOperationError(f"The header {TARGET} must name an operation, as {PREFIX}ListRecipes; there is none.")
    name = target.removeprefix(PREFIX)
    if name == target or name not in service(CONTROL).operations:
        raise UnknownOperationError(f"There is no operation {target[:80]!r}; the header {TARGET} must be as {PREFIX}ListRecipes.")
    return name


@control.route("/<path:rest>", methods=ANY_METHOD, provide_automatic_options=False)
def answer_nothing(rest: str) -> Response:
    """At no other address is there anything."""
    raise UnknownOperationError(f"There is no operation at /personalize/{rest[:80]}; the endpoint is /personalize.")


def desk() -> Desk:
    """Over the blobs of the site that answers the request, opened when first asked for."""
    with _opening:
        if "personalize" not in current_app.extensions:
            from recommender.personalize.desk import open_desk

            current_app.extensions["personalize"] = open_desk(engine().settings)
    return cast("Desk", current_app.extensions["personalize"])


@control.errorhandler(PersonalizeError)
def refuse(error: PersonalizeError) -> Response:
    """In Amazon's form."""
    return refusal(error, service(CONTROL).statuses)


@control.errorhandler(Exception)
def fail(error: Any) -> Response:
    """Likewise."""
    return failure(error)
