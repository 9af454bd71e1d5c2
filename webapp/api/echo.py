"""For whom an Echo speaks: linking it by a code, asking, and forgetting. For the site's own skill alone."""

from __future__ import annotations

from flask import Response, abort, request
from flask_smorest import Blueprint

from recommender.domain import FIRST_OWN_USER_ID, Member
from recommender.errors import FullHouseError, InvalidInputError, NotLinkedError, SecretInputError, TooManyTriesError, WrongCodeError
from recommender.sign_in import CODE_DIGITS
from webapp import inputs
from webapp.accounts.door import door
from webapp.api import contract
from webapp.api.bodies import json_response
from webapp.api.skill_key import echoes, skill_alone

LARGEST_CODE = 1024  # bytes of body
NO_STORE = "no-store"

echo = Blueprint("linking", __name__, url_prefix="/api/v1/echo", description="For whom an Echo speaks; for the site's own skill alone.")
echo.before_request(skill_alone)

_EXAMPLE = {"user_id": FIRST_OWN_USER_ID, "name": "Anna"}
_NOBODY = contract.problem(404, str(NotLinkedError()), "urn:matinee:not-linked")
_WHO_SPEAKS = contract.refused(contract.ECHO, "", "Amazon's id of whom the Echo belongs to, or of the voice that was recognised")
_REFUSALS = {"401": contract.FOR_SKILL, **contract.FAILURES}
_RETRY = {"Retry-After": {"description": "Seconds after which a code may be tried again.", "schema": {"type": "integer"}}}


@contract.route(
    echo,
    "",
    operationId="echo",
    parameters=contract.SPEAKING,
    security=contract.BY_SKILL,
    responses={
        "200": contract.answer("Linked", "For whom it speaks.", _EXAMPLE),
        "400": _WHO_SPEAKS,
        "404": _NOBODY,
        **_REFUSALS,
    },
)
def who() -> Response:
    """For whom the voice that was recognised speaks, else the Echo.

    With the same headers every other route answers the skill as it would answer that person.
    """
    inputs.only(request.args)
    return _linked(door().speaks_for(*_speaking()))


@contract.route(
    echo,
    "/link",
    "POST",
    operationId="link",
    parameters=contract.SPEAKING,
    security=contract.BY_SKILL,
    requestBody={"required": True, "content": {"application/json": {"schema": contract.ref("Code"), "example": {"code": "073519"}}}},
    responses={
        "200": contract.answer("Linked", "From now on it speaks for them.", _EXAMPLE),
        "400": contract.problem(400, str(SecretInputError("code", inputs.CODE_EXPECTED)), "urn:matinee:secret-input", field="code"),
        "404": contract.problem(404, str(WrongCodeError(10)), "urn:matinee:wrong-code"),
        "409": contract.problem(409, str(FullHouseError("linked Echos", 16)), "urn:matinee:full-house"),
        "413": contract.problem(413, "What was sent is too large."),
        "415": contract.problem(415, "The body must be JSON, sent as Content-Type: application/json."),
        "429": contract.problem(429, str(TooManyTriesError(240)), "urn:matinee:too-many-tries", _RETRY),
        **_REFUSALS,
    },
)
def link() -> Response:
    """Let the recognised voice, or else the Echo, speak for whom the code was shown to. A code is good once, for ten minutes."""
    inputs.only(request.args)
    speaking = _speaking()
    if request.mimetype != "application/json":
        abort(415)
    request.max_content_length = LARGEST_CODE
    door().use_code(inputs.code_body(request.get_data(), CODE_DIGITS), speaking[0])
    return _linked(door().speaks_for(*speaking))


@contract.route(
    echo,
    "/link",
    "DELETE",
    operationId="unlink",
    parameters=contract.SPEAKING,
    security=contract.BY_SKILL,
    responses={
        "200": contract.answer("Unlinked", "It speaks for them no more.", {"was_linked": True}),
        "400": _WHO_SPEAKS,
        **_REFUSALS,
    },
)
def unlink() -> Response:
    """Forget for whom the recognised voice speaks; where it speaks for nobody, for whom the Echo does. Ratings stay as they are."""
    inputs.only(request.args)
    return json_response({"was_linked": any(door().unlink(each) for each in _speaking())}, NO_STORE)


def _speaking() -> tuple[str, ...]:
    found = echoes()
    if not found:
        raise InvalidInputError(contract.ECHO, "", "Amazon's id of whom the Echo belongs to, or of the voice that was recognised")
    return found


def _linked(member: Member | None) -> Response:
    if member is None:
        raise NotLinkedError
    return json_response({"user_id": member.user_id, "name": member.name}, NO_STORE)
