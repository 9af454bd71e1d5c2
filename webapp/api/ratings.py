"""PUT and DELETE a rating: answered once it is durable, with the list that follows from it."""

from __future__ import annotations

from flask import Response, abort, request
from flask_smorest import Blueprint

from recommender.domain import FIRST_OWN_USER_ID, Rated
from recommender.errors import NotAllowedError
from webapp import inputs
from webapp.api import contract
from webapp.api.bodies import json_response, recommendation_list
from webapp.api.tokens import asker
from webapp.engine import engine
from webapp.metrics import tally

LARGEST_RATING = 1024  # bytes of body
PRIVATE = "private, no-store"

ratings = Blueprint("ratings", __name__, url_prefix="/api/v1", description="A person's own ratings.")

_RULE = "/users/<user_id>/ratings/<movie_id>"
CHALLENGE = {"WWW-Authenticate": {"description": "Bearer, with error=invalid_token if one was sent.", "schema": {"type": "string"}}}
NOT_THEIRS = str(NotAllowedError(FIRST_OWN_USER_ID))
REFUSALS = {
    "401": contract.problem(
        401,
        f"The ratings of {FIRST_OWN_USER_ID} are their owner's alone: sign in, or bring a bearer token from the site's settings "
        "or from `matinee profile new`.",
        "urn:matinee:not-allowed",
        CHALLENGE,
    ),
    "403": contract.problem(
        403,
        "Viewer 580 is a sample from the data set and cannot be changed; `matinee profile new` makes a number of your own.",
        "urn:matinee:read-only",
    ),
    "404": contract.NO_FILM,
    **contract.FAILURES,
}


def example() -> contract.Json:
    """Of an answer to a change."""
    return {"rev": 8, "list": contract.LIST_EXAMPLE | {"user_id": FIRST_OWN_USER_ID, "rev": 8}}


@contract.route(
    ratings,
    _RULE,
    "PUT",
    operationId="rate",
    parameters=[contract.USER | {"example": FIRST_OWN_USER_ID}, contract.FILM],
    security=contract.WITH_TOKEN,
    requestBody={
        "required": True,
        "content": {"application/json": {"schema": contract.ref("Rating"), "example": {"rating": 4.5}}},
    },
    responses={
        "200": contract.answer("Rated", "The rating is durable.", example()),
        "400": contract.refused("rating", "ten", inputs.RATING_EXPECTED),
        "413": contract.problem(413, "What was sent is too large."),
        "415": contract.problem(415, "The body must be JSON, sent as Content-Type: application/json."),
        **REFUSALS,
    },
)
def rate(user_id: str, movie_id: str) -> Response:
    """Give a film stars.

    The same rating put twice is one rating. The list that was there is gone before this is answered; `list` is the new one.
    """
    inputs.only(request.args)
    viewer, film = inputs.user_id(user_id, "user_id"), inputs.movie_id(movie_id, "movie_id")
    if request.mimetype != "application/json":
        abort(415)
    request.max_content_length = LARGEST_RATING
    stars = inputs.rating_body(request.get_data())
    rated = engine().rate(viewer, film, stars, asker=asker())
    tally().said()
    return answer(rated)


@contract.route(
    ratings,
    _RULE,
    "DELETE",
    operationId="unrate",
    parameters=[contract.USER | {"example": FIRST_OWN_USER_ID}, contract.FILM],
    security=contract.WITH_TOKEN,
    responses={
        "200": contract.answer("Rated", "There is no rating of this film any more.", example()),
        "400": contract.refused("movie_id", "ten", f"a whole number from 1 to {inputs.HIGHEST_ID}"),
        **REFUSALS,
    },
)
def unrate(user_id: str, movie_id: str) -> Response:
    """Take a rating back, if there is one."""
    inputs.only(request.args)
    viewer, film = inputs.user_id(user_id, "user_id"), inputs.movie_id(movie_id, "movie_id")
    return answer(engine().unrate(viewer, film, asker=asker()))


def answer(rated: Rated) -> Response:
    """The new revision and the list that follows."""
    if rated.list:
        tally().list_shown(rated.list)
    return json_response({"rev": rated.rev, "list": recommendation_list(rated.list) if rated.list else None}, PRIVATE)
