"""GET films: by the words of a title, by number, those liked by the same people and those that everybody likes; and their genres."""

from __future__ import annotations

from flask import Response, request
from flask_smorest import Blueprint

from recommender.domain import LONGEST_LIST
from webapp import inputs
from webapp.api import bodies, contract
from webapp.api.lists import PRIVATE
from webapp.api.ratings import CHALLENGE, NOT_THEIRS
from webapp.api.tokens import asker
from webapp.engine import engine

FOUND = 20  # films that a search gives unless told otherwise
SIMILAR = 12
WELL_LIKED = 12
CACHE = "public, max-age=60"  # the same for everyone; a newly published data set shows within the minute

films = Blueprint("films", __name__, url_prefix="/api/v1", description="The films in the data in use.")

_FAILURES = {"401": contract.NOT_THE_SKILL, **contract.FAILURES}
_WITH_VIEWER = {
    **_FAILURES,
    "401": contract.problem(401, NOT_THEIRS, "urn:matinee:not-allowed", CHALLENGE),
    "403": contract.problem(403, "This needs a token with the scope read; yours has write.", "urn:matinee:scope"),
    "404": contract.problem(404, "There is no list for viewer 9999.", "urn:matinee:unknown-user"),
}
_BAD_AMOUNT = contract.refused("n", "ten", f"a whole number from 1 to {LONGEST_LIST}")


@contract.route(
    films,
    "/movies",
    operationId="search",
    parameters=[contract.in_query("q", "Words of a title.", contract.SEARCH, required=True, example="brazil"), contract.amount(FOUND)],
    responses={
        "200": contract.answer("Films", "What was found; perhaps nothing.", {"query": "brazil", "items": [contract.FILM_EXAMPLE]}),
        "400": contract.refused("q", "", f"some words of a title, at most {inputs.LONGEST_SEARCH} characters"),
        "414": contract.TOO_LONG,
        **_FAILURES,
    },
)
def search() -> Response:
    """Films whose title holds the words, best match first, then the better known.

    Accents, case, signs and the place of "The" do not matter; a word may be half typed or have a slip or two, by its length; "2" finds
    "II", and a year narrows down ("brazil 1985").
    """
    inputs.only(request.args, "q", "n")
    words = inputs.search_words(inputs.one(request.args, "q"))
    n = inputs.amount(inputs.one(request.args, "n"), "n", default=FOUND)
    found = engine().search(words, n)
    return bodies.json_response({"query": words, "items": [bodies.film(movie) for movie in found]}, CACHE)


@contract.route(
    films,
    "/movies/well-liked",
    operationId="wellLiked",
    parameters=[contract.amount(WELL_LIKED), *contract.chosen(), contract.viewer()],
    security=contract.EITHER_WAY,
    responses={
        "200": contract.answer("WellLiked", "The films; perhaps none.", {"items": [contract.WELL_LIKED_EXAMPLE]}),
        "400": _BAD_AMOUNT,
        "414": contract.TOO_LONG,
        **_WITH_VIEWER,
    },
)
def well_liked() -> Response:
    """Films that nearly everybody likes, best first, the same for everyone unless a viewer is named."""
    args = request.args
    inputs.only(args, "n", "with", "without", "from", "to", "viewer")
    n = inputs.amount(inputs.one(args, "n"), "n", default=WELL_LIKED)
    wanted = inputs.genres(args.getlist("with"), "with")
    unwanted = inputs.genres(args.getlist("without"), "without")
    viewer, cache = _viewer()
    years = inputs.years(args)
    found = engine().well_liked(n, with_genres=wanted, without_genres=unwanted, years=years, viewer=viewer, asker=asker())
    return bodies.json_response({"items": bodies.lines(found)}, cache)


@contract.route(
    films,
    "/genres",
    operationId="genres",
    responses={
        "200": contract.answer("Genres", "The genres.", {"items": ["Fantasy", "Sci-Fi"]}),
        "400": contract.refused("query parameter", "q", "left out"),
        **_FAILURES,
    },
)
def genres() -> Response:
    """The genres that films can be chosen by."""
    inputs.only(request.args)
    return bodies.json_response({"items": engine().genres()}, CACHE)


@contract.route(
    films,
    "/movies/<movie_id>",
    operationId="film",
    parameters=[contract.FILM],
    responses={
        "200": contract.answer(
            "FilmDetails",
            "The film.",
            contract.FILM_EXAMPLE
            | {
                "also_known_as": [],
                "tags": ["dreamlike", "dystopia"],
                "n_ratings": 59,
                "mean_stars": 3.9,
                "histogram": [1, 0, 1, 2, 3, 6, 10, 16, 8, 12],
            },
        ),
        "400": contract.refused("movie_id", "ten", f"a whole number from 1 to {inputs.HIGHEST_ID}"),
        "404": contract.NO_FILM,
        **_FAILURES,
    },
)
def film(movie_id: str) -> Response:
    """A film and what the data in use say of it."""
    inputs.only(request.args)
    return bodies.json_response(bodies.film_details(engine().movie(inputs.movie_id(movie_id, "movie_id"))), CACHE)


@contract.route(
    films,
    "/movies/<movie_id>/similar",
    operationId="similar",
    parameters=[contract.FILM, contract.amount(SIMILAR), contract.viewer()],
    security=contract.EITHER_WAY,
    responses={
        "200": contract.answer(
            "SimilarFilms", "The films.", {"movie_id": 1199, "items": [contract.FILM_EXAMPLE | {"likeness": 0.62, "n_both": 31}]}
        ),
        "400": _BAD_AMOUNT,
        **_WITH_VIEWER,
        "404": contract.NO_FILM,
    },
)
def similar(movie_id: str) -> Response:
    """Films liked by the same people, most alike first."""
    inputs.only(request.args, "n", "viewer")
    number = inputs.movie_id(movie_id, "movie_id")
    n = inputs.amount(inputs.one(request.args, "n"), "n", default=SIMILAR)
    viewer, cache = _viewer()
    alike = engine().similar(number, n, viewer=viewer, asker=asker())
    return bodies.json_response({"movie_id": number, "items": [bodies.similar_film(each) for each in alike]}, cache)


def _viewer() -> tuple[int | None, str]:
    """Whose films to leave out, and how the answer may be kept."""
    sent = inputs.one(request.args, "viewer")
    return (None, CACHE) if sent is None else (inputs.user_id(sent, "viewer"), PRIVATE)
