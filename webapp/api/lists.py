"""GET a viewer's list. The hot path: it reads, encodes and returns a finished response."""

from __future__ import annotations

from hashlib import blake2b

from flask import Response, request
from flask_smorest import Blueprint

from recommender.domain import LONGEST_LIST, RecommendationList
from webapp import inputs
from webapp.api import contract
from webapp.api.bodies import json_response, recommendation_list
from webapp.api.tokens import bearer_token
from webapp.engine import engine

FORMAT = "1"  # of the body; a change makes every ETag of before wrong
PRIVATE = "private, no-cache"  # kept by the asker alone, and asked again each time

lists = Blueprint("lists", __name__, url_prefix="/api/v1", description="Lists of films for a viewer.")


@contract.route(
    lists,
    "/users/<user_id>/recommendations",
    operationId="recommend",
    parameters=[
        contract.USER,
        contract.amount(),
        contract.genre_names("with", "Only films of at least one of these genres.", "Sci-Fi"),
        contract.genre_names("without", "No film of any of these genres; it wins over `with`.", "Comedy"),
        contract.IF_NONE_MATCH,
    ],
    security=contract.EITHER_WAY,
    responses={
        "200": contract.answer("List", "The list.", contract.LIST_EXAMPLE, contract.ETAG),
        "304": {"description": "The list you have still holds.", "headers": contract.ETAG},
        "400": contract.refused("n", "ten", f"a whole number from 1 to {LONGEST_LIST}"),
        "404": contract.problem(404, "There is no list for viewer 9999.", "urn:matinee:unknown-user"),
        "414": contract.TOO_LONG,
        **contract.FAILURES,
    },
)
def recommendations(user_id: str) -> Response:
    """The films a viewer has not rated, best first.

    A private list is there for its bearer token alone; without it the answer is the same 404 as for a number that nobody has.
    """
    viewer = inputs.user_id(user_id, "user_id")
    args = request.args
    inputs.only(args, "n", "with", "without")
    n = inputs.amount(inputs.one(args, "n"), "n")
    wanted = inputs.genres(args.getlist("with"), "with")
    unwanted = inputs.genres(args.getlist("without"), "without")
    made = engine().list_for(viewer, n, with_genres=wanted, without_genres=unwanted, token=bearer_token())
    tag = etag(made, n, wanted, unwanted)
    if "If-None-Match" in request.headers and request.if_none_match.contains_weak(tag):
        return Response(status=304, headers=[("Cache-Control", PRIVATE), ("ETag", f'W/"{tag}"')])
    return json_response(recommendation_list(made), PRIVATE, ("ETag", f'W/"{tag}"'))


def etag(made: RecommendationList, n: int, wanted: tuple[str, ...], unwanted: tuple[str, ...]) -> str:
    """The same for the same list: revision, model and question decide what is in it. Weak, since built_at may differ."""
    question = repr((FORMAT, made.user_id, made.model, n, wanted, unwanted, made.basis))
    return f"{made.rev}-{made.generation}-{blake2b(question.encode(), digest_size=9).hexdigest()}"
