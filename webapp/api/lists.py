"""GET a viewer's list. The hot path: it reads, encodes and returns a finished response."""

from __future__ import annotations

from hashlib import blake2b

import orjson
from flask import Response, current_app, request
from flask_smorest import Blueprint

from recommender.domain import LIST_LENGTH, LONGEST_LIST, RecommendationList, Wishes
from webapp import inputs
from webapp.api import contract
from webapp.api.bodies import explanation, finished, json_response, recommendation_list
from webapp.api.ratings import CHALLENGE, NOT_THEIRS
from webapp.api.tokens import asker
from webapp.engine import engine
from webapp.metrics import tally

FORMAT = "3"  # of the body; a change makes every ETag of before wrong
MOST_RECENT = 512  # bodies kept in memory, some 3 KB each
PRIVATE = "private, no-cache"  # kept by the asker alone, and asked again each time

lists = Blueprint("lists", __name__, url_prefix="/api/v1", description="Lists of films for a viewer.")


@contract.route(
    lists,
    "/users/<user_id>/recommendations",
    operationId="recommend",
    parameters=[
        contract.USER,
        contract.amount(),
        *contract.chosen(),
        *contract.wished(),
        contract.IF_NONE_MATCH,
    ],
    security=contract.EITHER_WAY,
    responses={
        "200": contract.answer("List", "The list.", contract.LIST_EXAMPLE, contract.ETAG),
        "304": {"description": "The list you have still holds.", "headers": contract.ETAG},
        "400": contract.refused("n", "ten", f"a whole number from 1 to {LONGEST_LIST}"),
        "401": contract.NOT_THE_SKILL,
        "403": contract.problem(403, "This needs a token with the scope read; yours has write.", "urn:matinee:scope"),
        "404": contract.problem(404, "There is no list for viewer 9999.", "urn:matinee:unknown-user"),
        "414": contract.TOO_LONG,
        **contract.FAILURES,
    },
)
def recommendations(user_id: str) -> Response:
    """The films a viewer has not rated, best first.

    With `explore` a share of the places goes to films that the list would not have shown, each with what it tests; the dials turn the best
    films about. Such a list stays the same until the viewer's revision or the model changes.
    A private list is there for its bearer token alone; without it the answer is the same 404 as for a number that nobody has.
    """
    viewer = inputs.user_id(user_id, "user_id")
    args = request.args
    inputs.only(args, "n", "with", "without", "from", "to", *inputs.WISHES)
    n = inputs.amount(inputs.one(args, "n"), "n")
    wanted = inputs.genres(args.getlist("with"), "with")
    unwanted = inputs.genres(args.getlist("without"), "without")
    years = inputs.years(args)
    wishes = inputs.wishes(args)
    made = engine().list_for(viewer, n, with_genres=wanted, without_genres=unwanted, years=years, wishes=wishes, asker=asker())
    tally().list_shown(made)
    if made.trouble:
        return finished(orjson.dumps(recommendation_list(made)), "no-store")
    tag, body = _written((made.user_id, made.rev, made.model, made.generation, made.built_at, n, wanted, unwanted, years, wishes), made)
    if "If-None-Match" in request.headers and request.if_none_match.contains_weak(tag):
        return Response(status=304, headers=[("Cache-Control", PRIVATE), ("ETag", f'W/"{tag}"')])
    return finished(body, PRIVATE, ("ETag", f'W/"{tag}"'))


@contract.route(
    lists,
    "/users/<user_id>/recommendations/<movie_id>/why",
    operationId="why",
    parameters=[contract.USER, contract.FILM, *contract.wished()],
    security=contract.EITHER_WAY,
    responses={
        "200": contract.answer("Explanation", "The score and its parts.", contract.WHY_EXAMPLE),
        "400": contract.refused("movie_id", "ten", f"a whole number from 1 to {inputs.HIGHEST_ID}"),
        "401": contract.problem(401, NOT_THEIRS, "urn:matinee:not-allowed", CHALLENGE),
        "403": contract.problem(403, "This needs a token with the scope read; yours has write.", "urn:matinee:scope"),
        "404": contract.NO_FILM,
        **contract.FAILURES,
    },
)
def why(user_id: str, movie_id: str) -> Response:
    """What one film's score for a viewer is made of: parts that add up to it, to 1e-6.

    With `explore` and the dials it is that of the list asked for with the same, where what exploration adds to a film is a part too.
    Own ratings are named one by one and neighbours stay without a name. A person's own takes their token, since the parts tell what
    they have rated.
    """
    inputs.only(request.args, *inputs.WISHES)
    viewer, number = inputs.user_id(user_id, "user_id"), inputs.movie_id(movie_id, "movie_id")
    return json_response(explanation(engine().why(viewer, number, wishes=inputs.wishes(request.args), asker=asker())), PRIVATE)


Question = tuple[int, int, str, int, float, int, tuple[str, ...], tuple[str, ...], tuple[int, int] | None, Wishes]


def _written(question: Question, made: RecommendationList) -> tuple[str, bytes]:
    """The tag and the body of a list; short ones written lately are kept, since revision, model and question decide what is in them.

    Who may see the list was decided when it was read: nothing is answered from here alone.
    """
    if len(made.movies) > LIST_LENGTH:
        return etag(question), orjson.dumps(recommendation_list(made))
    recent: dict[Question, tuple[str, bytes]] = current_app.extensions["lists_written"]
    known = recent.get(question)
    if known is None:
        if len(recent) >= MOST_RECENT:
            recent.clear()
        known = recent[question] = etag(question), orjson.dumps(recommendation_list(made))
    return known


def etag(question: Question) -> str:
    """The same for the same question to the same revision and model. Weak: a list made again at another time says the same."""
    user_id, rev, model, generation, _, *asked = question
    rest = repr((FORMAT, user_id, model, *asked))
    return f"{rev}-{generation}-{blake2b(rest.encode(), digest_size=9).hexdigest()}"
