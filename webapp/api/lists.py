"""GET a viewer's list. The hot path: it reads, encodes and returns a finished response."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import orjson
from flask import Flask, Response, current_app, request
from flask_smorest import Blueprint
from werkzeug.http import parse_etags

from recommender.domain import LIST_LENGTH, LONGEST_LIST, NO_WISHES, RecommendationList, Wishes
from webapp import inputs
from webapp.api import contract
from webapp.api.bodies import JSON, explanation, json_response, recommendation_list
from webapp.api.ratings import CHALLENGE, NOT_THEIRS
from webapp.api.tokens import asker
from webapp.engine import engine
from webapp.metrics import tally_of

FORMAT = "3"  # of the body; a change makes every ETag of before wrong
MOST_RECENT = 256  # bodies kept in memory, some 4 KB each
PRIVATE = "private, no-cache"  # kept by the asker alone, and asked again each time


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a question decides which films are in a list, beside who it is for; the kept list in full unless told otherwise."""

    n: int = LIST_LENGTH
    with_genres: tuple[str, ...] = ()
    without_genres: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    wishes: Wishes = NO_WISHES


@dataclass(frozen=True, slots=True)
class Told:
    """An answer ready to be sent. status: as in the status line."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


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
    told = tell(current_app, made, Asked(n, wanted, unwanted, years, wishes), request.environ.get("HTTP_IF_NONE_MATCH"))
    return Response(told.body, told.status, headers=[JSON, *told.headers])


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


def tell(app: Flask, made: RecommendationList, asked: Asked, if_none_match: str | None) -> Told:
    """The answer that a list is, and the list counted as shown. if_none_match: the header of that name."""
    tally_of(app).list_shown(made)
    if made.trouble:
        return Told("200 OK", [("Cache-Control", "no-store")], orjson.dumps(recommendation_list(made)))
    tag, body = _written(app, made, asked)
    headers = [("Cache-Control", PRIVATE), ("ETag", f'W/"{tag}"')]
    if if_none_match is not None and parse_etags(if_none_match).contains_weak(tag):
        return Told("304 NOT MODIFIED", headers, b"")
    return Told("200 OK", headers, body)


Question = tuple[int, int, str, int, float, Asked]


def _written(app: Flask, made: RecommendationList, asked: Asked) -> tuple[str, bytes]:
    """The tag and the body of a list; short ones written lately are kept, since revision, model and question decide what is in them.

    Who may see the list was decided when it was read: nothing is answered from here alone.
    """
    if len(made.movies) > LIST_LENGTH:
        return etag(made, asked), orjson.dumps(recommendation_list(made))
    question = (made.user_id, made.rev, made.model, made.generation, made.built_at, asked)
    recent: dict[Question, tuple[str, bytes]] = app.extensions["lists_written"]
    known = recent.get(question)
    if known is None:
        if len(recent) >= MOST_RECENT:
            recent.clear()
        known = recent[question] = etag(made, asked), orjson.dumps(recommendation_list(made))
    return known


def etag(made: RecommendationList, asked: Asked) -> str:
    """The same for the same question to the same revision and model. Weak: a list made again at another time says the same."""
    rest = repr((FORMAT, made.user_id, made.model, asked.n, asked.with_genres, asked.without_genres, asked.years, asked.wishes))
    return f"{made.rev}-{made.generation}-{blake2b(rest.encode(), digest_size=9).hexdigest()}"
