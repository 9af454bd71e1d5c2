"""What a person says of films: their ratings and marks, their watchlist in order, and PUT and DELETE of a mark."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, abort, request
from flask_smorest import Blueprint

from recommender.domain import FILM_MARKS, FIRST_OWN_USER_ID, OwnFilm
from webapp import inputs
from webapp.api import bodies, contract
from webapp.api.ratings import PRIVATE, REFUSALS, answer, example
from webapp.api.tokens import asker
from webapp.engine import engine
from webapp.metrics import tally

A_PAGE, LONGEST_PAGE = 100, 1000  # films of one answer
LARGEST_FILM = 8 * 1024  # bytes of body

own_films = Blueprint("own films", __name__, url_prefix="/api/v1", description="What a person says of films.")

_USER = contract.USER | {"example": FIRST_OWN_USER_ID}
_KIND = contract.in_path("kind", "What is said of the film.", "hidden", schema=contract.ref("Mark"))
_PAGE = [
    contract.in_query("n", "How many films.", contract.whole(LONGEST_PAGE) | {"default": A_PAGE}),
    contract.in_query("after", "Only films with a higher number: the `next` of the answer before.", contract.whole(), example=1199),
]
_BAD_PAGE = contract.refused("n", "ten", f"a whole number from 1 to {LONGEST_PAGE}")
_READING = {**{status: said for status, said in REFUSALS.items() if status != "404"}, "414": contract.TOO_LONG}
_MARK_RULE = "/users/<user_id>/marks/<kind>/<movie_id>"
_MARKING = {
    "200": contract.answer("Rated", "It holds, and the list follows.", example()),
    "400": contract.refused("kind", "loved", f"one of {', '.join(FILM_MARKS)}"),
    **REFUSALS,
}


@contract.route(
    own_films,
    "/users/<user_id>/ratings",
    operationId="ratings",
    parameters=[_USER, *_PAGE],
    security=contract.WITH_TOKEN,
    responses={
        "200": contract.answer(
            "OwnRatings",
            "The ratings.",
            {
                "user_id": FIRST_OWN_USER_ID,
                "rev": 8,
                "items": [contract.FILM_EXAMPLE | {"rating": 4.5, "rated_at": "2026-11-21T12:30:45Z"}],
                "next": None,
            },
        ),
        "400": _BAD_PAGE,
        **_READING,
    },
)
def ratings(user_id: str) -> Response:
    """A person's ratings, by the number of the film, for their owner alone."""
    viewer, n, after = _asked(user_id)
    films = engine().ratings_of(viewer, asker=asker())
    shown, rest = _page(films.rated, n, after)
    items = [bodies.film(film.movie) | {"rating": film.stars, "rated_at": bodies.moment(film.rated_at)} for film in shown]
    return bodies.json_response({"user_id": viewer, "rev": films.rev, "items": items, "next": rest}, PRIVATE)


@contract.route(
    own_films,
    "/users/<user_id>/marks/<kind>",
    operationId="marks",
    parameters=[_USER, _KIND, *_PAGE],
    security=contract.WITH_TOKEN,
    responses={
        "200": contract.answer(
            "MarkedFilms",
            "The films.",
            {
                "user_id": FIRST_OWN_USER_ID,
                "rev": 8,
                "kind": "hidden",
                "items": [contract.FILM_EXAMPLE | {"marked_at": "2026-11-21T12:30:45Z"}],
                "next": None,
            },
        ),
        "400": _BAD_PAGE,
        **_READING,
    },
)
def marks(user_id: str, kind: str) -> Response:
    """The films that a person has marked, by the number of the film, for their owner alone.

    `seen` without stars, `hidden` from every list, on the `watchlist`, or with a rating that is set `aside` when lists are made.
    """
    viewer, n, after = _asked(user_id)
    what = inputs.one_of(kind, FILM_MARKS, "kind")
    films = engine().ratings_of(viewer, asker=asker())
    shown, rest = _page([film for film in films.films if what in film.marks], n, after)
    items = [bodies.film(film.movie) | {"marked_at": bodies.moment(film.marks[what])} for film in shown]
    return bodies.json_response({"user_id": viewer, "rev": films.rev, "kind": what, "items": items, "next": rest}, PRIVATE)


@contract.route(
    own_films,
    "/users/<user_id>/watchlist",
    operationId="watchlist",
    parameters=[_USER],
    security=contract.WITH_TOKEN,
    responses={
        "200": contract.answer("Watchlist", "The films.", {"user_id": FIRST_OWN_USER_ID, "items": contract.LIST_EXAMPLE["items"]}),
        "400": contract.refused("query parameter", "q", "left out"),
        **_READING,
    },
)
def watchlist(user_id: str) -> Response:
    """What a person wants to see and has not seen, the best for them first, for their owner alone."""
    inputs.only(request.args)
    viewer = inputs.user_id(user_id, "user_id")
    return bodies.json_response({"user_id": viewer, "items": bodies.lines(engine().watchlist(viewer, asker=asker()))}, PRIVATE)


@contract.route(
    own_films,
    _MARK_RULE,
    "PUT",
    operationId="mark",
    parameters=[_USER, _KIND, contract.FILM],
    security=contract.WITH_TOKEN,
    responses=_MARKING,
)
def mark(user_id: str, kind: str, movie_id: str) -> Response:
    """Say of a film that it is seen, hidden, to be watched, or set aside. No body is needed.

    Said twice it is said once. What goes on the watchlist is hidden no more.
    """
    inputs.only(request.args)
    viewer, film = inputs.user_id(user_id, "user_id"), inputs.movie_id(movie_id, "movie_id")
    marked = engine().mark(viewer, film, inputs.one_of(kind, FILM_MARKS, "kind"), asker=asker())
    tally().said()
    return answer(marked)


@contract.route(
    own_films,
    _MARK_RULE,
    "DELETE",
    operationId="unmark",
    parameters=[_USER, _KIND, contract.FILM],
    security=contract.WITH_TOKEN,
    responses=_MARKING,
)
def unmark(user_id: str, kind: str, movie_id: str) -> Response:
    """Take back what was said of a film, if it was."""
    inputs.only(request.args)
    viewer, film = inputs.user_id(user_id, "user_id"), inputs.movie_id(movie_id, "movie_id")
    return answer(engine().unmark(viewer, film, inputs.one_of(kind, FILM_MARKS, "kind"), asker=asker()))


@contract.route(
    own_films,
    "/users/<user_id>/movies",
    "POST",
    operationId="addFilm",
    parameters=[_USER],
    security=contract.WITH_TOKEN,
    requestBody={
        "required": True,
        "content": {
            "application/json": {
                "schema": contract.ref("NewFilm"),
                "example": {"title": "A Film of Ours", "year": 2026, "genres": ["Drama"], "link": "https://films.example.com/ours"},
            }
        },
    },
    responses={
        "200": contract.answer("Film", "The film, with its number.", contract.FILM_EXAMPLE),
        "400": contract.refused("title", "", "a title of 1 to 200 letters, digits and signs"),
        "409": contract.problem(409, "Brazil (1985) is here already, as film 1199.", "urn:matinee:already-there"),
        "413": contract.problem(413, "What was sent is too large."),
        "415": contract.problem(415, "The body must be JSON, sent as Content-Type: application/json."),
        "429": contract.problem(
            429, "That was too often in a short time; try again in 3 hours.", "urn:matinee:too-many-tries", contract.RETRY
        ),
        **{status: said for status, said in REFUSALS.items() if status != "404"},
    },
)
def add_film(user_id: str) -> Response:
    """Add a film that the data lack; everybody can find and rate it at once.

    Said twice it is there once. The next training takes it into the lists.
    """
    inputs.only(request.args)
    viewer = inputs.user_id(user_id, "user_id")
    if request.mimetype != "application/json":
        abort(415)
    request.max_content_length = LARGEST_FILM
    title, year, genres, link = inputs.film_body(request.get_data())
    return bodies.json_response(bodies.film(engine().add_film(viewer, title, year, genres, link, asker=asker()).movie), PRIVATE)


def _asked(user_id: str) -> tuple[int, int, int]:
    args = request.args
    inputs.only(args, "n", "after")
    n, after = inputs.one(args, "n"), inputs.one(args, "after")
    return (
        inputs.user_id(user_id, "user_id"),
        A_PAGE if n is None else inputs.whole_number(n, "n", LONGEST_PAGE),
        0 if after is None else inputs.movie_id(after, "after"),
    )


def _page(films: Sequence[OwnFilm], n: int, after: int) -> tuple[Sequence[OwnFilm], int | None]:
    """The films of the page, and the last one's number where more follow."""
    rest = [film for film in films if film.movie.movie_id > after]
    return rest[:n], rest[n - 1].movie.movie_id if len(rest) > n else None
