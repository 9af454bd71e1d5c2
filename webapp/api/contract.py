"""What the API promises, written down for programs: the parts of the OpenAPI document that several routes share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response
from flask_smorest import Blueprint

from recommender.domain import AUTO, FILM_MARKS, LIST_LENGTH, LONGEST_LIST
from webapp.error_handlers import SENTENCES, TITLES
from webapp.inputs import HIGHEST_ID, LATEST_YEAR, LONGEST_GENRE, LONGEST_SEARCH, MOST_GENRES

TITLE = "Matinee"
VERSION = "1.0"
ECHO, ECHO_PERSON = "Matinee-Echo", "Matinee-Echo-Person"  # headers that say who speaks to the skill
ABOUT = {
    "info": {
        "description": "Films recommended from people's own ratings: one list per person, here as on the pages and in a terminal.\n\n"
        "Errors are `application/problem+json` (RFC 9457): `detail` is a sentence for people, `type` is for programs. "
        "Viewers of the data set are samples that anybody may read and nobody may write. "
        "A person's own number and bearer token come from the site's settings or from `matinee profile new`; a token from the settings is "
        "good for what its scopes say: `read`, `write`, `export`.\n\n"
        "The site's own Alexa skill says who it is by the header `Matinee-Skill-Key`. Nobody else needs it; a wrong one is refused. "
        f"With it, `{ECHO}` and `{ECHO_PERSON}` say who speaks to the skill, and it is answered as whoever they are linked to.",
    },
    "servers": [{"url": "/"}],
}

SKILL_KEY = "Matinee-Skill-Key"
WRONG_SKILL_KEY = (
    f"This is not the key of this site's skill: `{SKILL_KEY}` must be what MATINEE_SKILL_KEY says on the site, or be left out."
)

FOR_THE_SKILL_ALONE = (
    f"This is for the site's own skill: `{SKILL_KEY}` must be what MATINEE_SKILL_KEY says on the site; `matinee skill key` makes one."
)

Json = dict[str, Any]
View = TypeVar("View", bound=Callable[..., Response])


def route(blueprint: Blueprint, rule: str, method: str = "GET", **documentation: Any) -> Callable[[View], View]:
    """Register a view and describe it; the first line of its docstring is the summary."""

    def register(view: View) -> View:
        blueprint.route(rule, methods=[method])(blueprint.doc(**documentation)(view))
        return view

    return register


def answer(schema: str, description: str, example: Json, headers: Json | None = None) -> Json:
    """A good answer of that schema."""
    said: Json = {"description": description, "content": {"application/json": {"schema": ref(schema), "example": example}}}
    return said | ({"headers": headers} if headers else {})


def problem(status: int, detail: str, kind: str = "about:blank", headers: Json | None = None, **more: Any) -> Json:
    """A refusal, with the sentence that it would bring."""
    example = {"type": kind, "title": TITLES[status], "status": status, "detail": detail, "instance": "/api/v1/…"} | more
    said: Json = {"description": detail, "content": {"application/problem+json": {"schema": ref("Problem"), "example": example}}}
    return said | ({"headers": headers} if headers else {})


def refused(field: str, value: object, expected: str) -> Json:
    """What is answered to an input that cannot be used."""
    return problem(400, f"{field} must be {expected}, not {value!r}.", "urn:matinee:invalid-input", field=field)


def ref(schema: str) -> Json:
    return {"$ref": f"#/components/schemas/{schema}"}


RETRY = {"Retry-After": {"description": "Seconds after which it is worth trying again.", "schema": {"type": "integer"}}}
FAILURES = {
    "500": problem(500, SENTENCES[500].format(request_id="87f1e68a0dac"), request_id="87f1e68a0dac"),
    "503": problem(503, SENTENCES[503], "urn:matinee:storage", RETRY, request_id="87f1e68a0dac"),
}
TOO_LONG = {
    "description": "The address is too long. The web server says so itself.",
    "content": {"text/html": {"schema": {"type": "string"}}},
}
NOT_THE_SKILL = problem(
    401, WRONG_SKILL_KEY, headers={"WWW-Authenticate": {"description": "Names the header.", "schema": {"type": "string"}}}
)
FOR_SKILL = problem(
    401, FOR_THE_SKILL_ALONE, headers={"WWW-Authenticate": {"description": "Names the header.", "schema": {"type": "string"}}}
)
NO_FILM = problem(404, "There is no film 999999 in the data in use.", "urn:matinee:unknown-movie")

EITHER_WAY: list[dict[str, list[str]]] = [{}, {"bearer": []}]  # a token is needed for a private list alone
WITH_TOKEN: list[dict[str, list[str]]] = [{"bearer": []}]
BY_SKILL: list[dict[str, list[str]]] = [{"skill": []}]


def whole(highest: int = HIGHEST_ID) -> Json:
    """A whole number from 1 up."""
    return {"type": "integer", "minimum": 1, "maximum": highest}


def in_path(name: str, description: str, example: int | str, *, schema: Json | None = None) -> Json:
    """A part of the address: a number, unless the schema says something else."""
    return {"in": "path", "name": name, "required": True, "description": description, "schema": schema or whole(), "example": example}


def in_header(name: str, description: str, example: str) -> Json:
    """A header that tells the site something; empty is none."""
    schema = {"type": "string", "maxLength": 1000}
    return {"in": "header", "name": name, "required": False, "description": description, "schema": schema, "example": example}


def in_query(name: str, description: str, schema: Json, *, required: bool = False, **more: Any) -> Json:
    """A parameter after the question mark."""
    return {"in": "query", "name": name, "required": required, "description": description, "schema": schema} | more


def amount(default: int = LIST_LENGTH) -> Json:
    """The parameter n."""
    return in_query("n", "How many films.", whole(LONGEST_LIST) | {"default": default})


def viewer() -> Json:
    """The parameter that leaves out what somebody has seen."""
    return in_query(
        "viewer", "Leave out what this viewer has rated, seen or hidden; a person's own number takes their token.", whole(), example=580
    )


def genre_names(name: str, description: str, example: str) -> Json:
    """A parameter that takes several genres."""
    schema = {"type": "array", "items": ref("Genre"), "maxItems": MOST_GENRES}
    said = f"{description} Several are joined by commas; the parameter may also be repeated. Empty ones are left out."
    return in_query(name, said, schema, style="form", explode=False, example=[example])


def chosen() -> list[Json]:
    """The parameters that leave films out of a list."""
    return [
        genre_names("with", "Only films of at least one of these genres.", "Sci-Fi"),
        genre_names("without", "No film of any of these genres; it wins over `with`.", "Comedy"),
        in_query("from", "Only films of this year and later. A film without a year is left out.", whole(LATEST_YEAR), example=1980),
        in_query("to", "Only films of this year and earlier. A film without a year is left out.", whole(LATEST_YEAR), example=1989),
    ]


def wished() -> list[Json]:
    """The parameters by which a list departs from relevance."""
    auto = _TEXT | {"enum": [AUTO]}
    return [
        in_query(
            "explore",
            "The share of places for films that the list would not have shown, each with what it tests; `auto` goes by the breadth of what "
            "the viewer has rated.",
            {"oneOf": [_number(0, 1), auto], "default": 0},
            example=0.3,
        ),
        in_query("diversity", "Films unlike each other: 1 for the most.", _number(0, 1) | {"default": 0}, example=0.5),
        in_query("popularity", "-1 for little-known films, 1 for well-known ones.", _number(-1, 1) | {"default": 0}, example=-0.5),
        in_query("recency", "-1 for old films, 1 for new ones.", _number(-1, 1) | {"default": 0}, example=0.5),
    ]


def _number(lowest: int, highest: int) -> Json:
    return {"type": "number", "minimum": lowest, "maximum": highest}


USER = in_path("user_id", "A viewer's number.", 580)
FILM = in_path("movie_id", "A film's number in the data in use.", 1199)
IF_NONE_MATCH = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "description": "The ETag of the answer you have; 304 if it still holds.",
    "schema": {"type": "string"},
}
SPEAKING = [
    in_header(ECHO, "Amazon's `userId` of whom the Echo belongs to.", "amzn1.ask.account.EXAMPLE"),
    in_header(ECHO_PERSON, "Amazon's `personId` of the voice, where it was recognised; it comes first.", "amzn1.ask.person.EXAMPLE"),
]
ETAG = {"ETag": {"description": "Changes with the person's revision and the model.", "schema": {"type": "string"}}}
SEARCH = {"type": "string", "maxLength": LONGEST_SEARCH, "pattern": r"^[^\x00]*[^\x00-\x20][^\x00]*$"}

LINK = {"type": "string", "maxLength": 300, "pattern": r"^(https://[a-z0-9]+\.[a-z]{2,10}(/[!-~]*)?)?$"}

FILM_EXAMPLE: Json = {
    "movie_id": 1199,
    "title": "Brazil",
    "year": 1985,
    "genres": ["Fantasy", "Sci-Fi"],
    "imdb_id": 88846,
    "tmdb_id": 68,
}
WELL_LIKED_EXAMPLE: Json = {
    "rank": 1,
    **FILM_EXAMPLE,
    "score": 4.12,
    "match": None,
    "predicted_stars": None,
    "likely_stars": None,
    "reasons": [{"kind": "everyone", "text": "Half of those who rated it gave it 5 stars."}],
    "explored": None,
}
WHY_EXAMPLE: Json = FILM_EXAMPLE | {
    "user_id": 580,
    "rev": 0,
    "model": "20261129T180405Z-4f2a91c0",
    "generation": 3,
    "recipe": "user-cosine",
    "score": 3.1,
    "parts": [
        {"kind": "base", "amount": 2.5, "text": "Where every film starts.", "movie_id": None},
        {"kind": "neighbour", "amount": 0.6, "text": "Somebody of like taste gave it 5 stars.", "movie_id": None},
    ],
}
LIST_EXAMPLE: Json = {
    "user_id": 580,
    "rev": 0,
    "model": "user-cosine-4f2a91c0",
    "generation": 3,
    "built_at": "2026-11-21T12:30:45Z",
    "basis": "personal",
    "notice": None,
    "explore": 0.0,
    "items": [
        {
            "rank": 1,
            **FILM_EXAMPLE,
            "score": 4.31,
            "match": 86,
            "predicted_stars": 4.4,
            "likely_stars": [3.6, 5.0],
            "reasons": [{"kind": "people", "text": "Three of the people most like you gave it 5 stars."}],
            "explored": None,
        }
    ],
}


def _object(description: str, fields: Json, optional: tuple[str, ...] = ()) -> Json:
    return {
        "type": "object",
        "description": description,
        "properties": fields,
        "required": [name for name in fields if name not in optional],
        "additionalProperties": False,
    }


def _said(kind: Json, description: str) -> Json:
    return kind | {"description": description}


_TEXT: Json = {"type": "string"}
_COUNT: Json = {"type": "integer", "minimum": 0}
_LINK: Json = {"type": ["integer", "null"]}
_STARS: Json = {"type": "number", "minimum": 0.5, "maximum": 5}
_FILM_FIELDS: Json = {
    "movie_id": {"type": "integer", "minimum": 1},
    "title": _said(_TEXT, "As it is shown, without the year."),
    "year": _said(_LINK, "Null where the data name none."),
    "genres": {"type": "array", "items": _TEXT},
    "imdb_id": _said(_LINK, "The number of its IMDb page: 88846 is tt0088846. Null when not linked."),
    "tmdb_id": _said(_LINK, "The number of its TMDB page. Null when not linked."),
}
_OWNER: Json = {"user_id": whole(), "rev": _said(_COUNT, "The person's revision.")}
_NEXT: Json = _said(_LINK, "Where more follow, what to ask for as `after`; else null.")
_RECOMMENDED_FIELDS: Json = {
    "rank": _said({"type": "integer", "minimum": 1}, "Place in the list, 1 is best."),
    **_FILM_FIELDS,
    "score": _said(
        {"type": "number"}, "The model's number and what exploration added; it compares within one list, and falls down one without dials."
    ),
    "match": _said({"type": ["integer", "null"], "minimum": 0, "maximum": 100}, "The score in percent; null where all get the same list."),
    "predicted_stars": _said({"type": ["number", "null"], "minimum": 0.5, "maximum": 5}, "The stars this person would probably give."),
    "likely_stars": _said(
        {"type": ["array", "null"], "items": _STARS, "minItems": 2, "maxItems": 2},
        "From and to: four of five ratings lie between them. Null where that is not known.",
    ),
    "reasons": {"type": "array", "items": ref("Reason"), "description": "Why it is here; the first is the one to show."},
    "explored": {
        "oneOf": [ref("Explored"), {"type": "null"}],
        "description": "What it is here to find out; null where it is here by relevance.",
    },
}

SCHEMAS: dict[str, Json] = {
    "Genre": _said(_TEXT | {"minLength": 1, "maxLength": LONGEST_GENRE}, "A genre of the data in use."),
    "Film": _object("A film.", _FILM_FIELDS),
    "Reason": _object(
        "One true sentence.",
        {
            "kind": _said(_TEXT | {"enum": ["people", "films", "everyone"]}, "Who or what it speaks of."),
            "text": _TEXT,
        },
    ),
    "Explored": _object(
        "What a film that the list would not have shown tests.",
        {
            "kind": _said(_TEXT | {"enum": ["film", "genre"]}, "A film few have rated, or a genre the viewer has hardly rated, if at all."),
            "text": _said(_TEXT, "The same as a sentence."),
            "amount": _said({"type": "number", "minimum": 0}, "What was added to the model's score to bring it to its place."),
        },
    ),
    "ScorePart": _object(
        "One part of a score, in the score's own unit, of either sign.",
        {
            "kind": _said(
                _TEXT | {"enum": ["base", "own", "neighbour", "popularity", "content", "exploration", "remainder"]}, "What it comes from."
            ),
            "amount": {"type": "number"},
            "text": _said(_TEXT, "The same as a sentence."),
            "movie_id": _said(_LINK, "The film of the viewer's own rating that it comes from; else null."),
        },
    ),
    "Explanation": _object(
        "What a film's score for a viewer is made of. The parts add up to the score.",
        {
            **_FILM_FIELDS,
            **_OWNER,
            "model": _said(_TEXT, "The version of the model."),
            "generation": _said(_COUNT, "The publication of that model."),
            "recipe": _said(_TEXT, "The method; popular for a viewer who has rated nothing."),
            "score": _said({"type": ["number", "null"]}, "Null where the model cannot tell; there are no parts then."),
            "parts": {"type": "array", "items": ref("ScorePart"), "description": "The base first, then the largest."},
        },
    ),
    "RecommendedFilm": _object("One line of a list.", _RECOMMENDED_FIELDS),
    "List": _object(
        "The films a viewer has not rated, best first.",
        {
            "user_id": whole(),
            "rev": _said(_COUNT, "Counts what changed this viewer's list; 0 before anything did."),
            "model": _said(_TEXT, "The version of the model that made it."),
            "generation": _said(_COUNT, "The publication of that model; every publication raises it."),
            "built_at": _said(_TEXT | {"format": "date-time"}, "When it was made, UTC."),
            "basis": _said(_TEXT | {"enum": ["personal", "popular"]}, "Made from this viewer's ratings, or the same for everyone."),
            "notice": _said({"type": ["string", "null"]}, "What people should know while the store of ratings is out of reach; else null."),
            "explore": _said(_number(0, 1), "The weight that was explored by: what `auto` came to, where that was asked for."),
            "items": {"type": "array", "items": ref("RecommendedFilm"), "maxItems": LONGEST_LIST},
        },
    ),
    "Rating": _object(
        "Stars for a film.",
        {"rating": _said(_STARS | {"multipleOf": 0.5}, "0.5 to 5 in half steps.")},
    ),
    "Rated": _object(
        "A rating that is durable.",
        {
            "rev": _said(_COUNT, "The viewer's new revision."),
            "list": {
                "oneOf": [ref("List"), {"type": "null"}],
                "description": "The new list; null if it could not be made yet. The rating holds either way.",
            },
        },
    ),
    "NewFilm": _object(
        "A film that the data lack.",
        {
            "title": _TEXT | {"minLength": 1, "maxLength": 200, "pattern": "[!-~À-žЀ-яァ-ヶ一-鿋가-힣]"},
            "year": _said({"type": ["integer", "null"], "minimum": 1870, "maximum": 2100}, "When it came out."),
            "genres": {"type": "array", "items": ref("Genre"), "maxItems": 8, "description": "Some of the genres of the data in use."},
            "link": _said(
                _TEXT | {"maxLength": 300, "pattern": r"^(https://[a-z0-9]+\.[a-z]{2,10}(/[!-~]*)?)?$"},
                "Where it can be read about: https, or empty. Numbers of IMDb and TMDB are kept.",
            ),
        },
        optional=("year", "genres", "link"),
    ),
    "Mark": _said(_TEXT | {"enum": list(FILM_MARKS)}, "Seen without stars, hidden, on the watchlist, or with a rating set aside."),
    "OwnRatings": _object(
        "A person's ratings, by the number of the film.",
        {**_OWNER, "items": {"type": "array", "items": ref("OwnRating")}, "next": _NEXT},
    ),
    "OwnRating": _object(
        "A film with a person's stars.",
        {**_FILM_FIELDS, "rating": _STARS, "rated_at": _said(_TEXT | {"format": "date-time"}, "When these stars were given, UTC.")},
    ),
    "MarkedFilms": _object(
        "Films that a person has marked, by their number.",
        {**_OWNER, "kind": ref("Mark"), "items": {"type": "array", "items": ref("MarkedFilm")}, "next": _NEXT},
    ),
    "MarkedFilm": _object(
        "A film with the moment it was marked.", {**_FILM_FIELDS, "marked_at": _said(_TEXT | {"format": "date-time"}, "When, UTC.")}
    ),
    "Watchlist": _object(
        "What a person wants to see, the best for them first.",
        {"user_id": whole(), "items": {"type": "array", "items": ref("RecommendedFilm")}},
    ),
    "WellLiked": _object(
        "Films that nearly everybody likes, best first.",
        {"items": {"type": "array", "items": ref("RecommendedFilm"), "maxItems": LONGEST_LIST}},
    ),
    "Genres": _object("The genres of the data in use, alphabetically.", {"items": {"type": "array", "items": ref("Genre")}}),
    "Films": _object("Films that were found, best match first.", {"query": _TEXT, "items": {"type": "array", "items": ref("Film")}}),
    "FilmDetails": _object(
        "A film and what the data in use say of it.",
        {
            **_FILM_FIELDS,
            "also_known_as": {"type": "array", "items": _TEXT},
            "tags": {"type": "array", "items": _TEXT, "description": "Viewers' own words, most used first."},
            "n_ratings": _COUNT,
            "mean_stars": _said({"type": ["number", "null"], "minimum": 0.5, "maximum": 5}, "Null when nobody has rated it."),
            "histogram": {
                "type": "array",
                "items": _COUNT,
                "minItems": 10,
                "maxItems": 10,
                "description": "How many ratings of 0.5, 1, 1.5 … 5 stars.",
            },
        },
    ),
    "SimilarFilms": _object(
        "Films liked by the same people, most alike first.",
        {"movie_id": {"type": "integer", "minimum": 1}, "items": {"type": "array", "items": ref("SimilarFilm")}},
    ),
    "SimilarFilm": _object(
        "A film liked by the same people.",
        {
            **_FILM_FIELDS,
            "likeness": _said({"type": "number", "minimum": 0, "maximum": 1}, "Higher is more alike."),
            "n_both": _said(_COUNT, "How many people rated both."),
        },
    ),
    "Code": _object(
        "A code that the site shows in its settings.",
        {"code": _said(_TEXT | {"pattern": r"^[0-9]{6}$"}, "Six digits, with their noughts.")},
    ),
    "Linked": _object(
        "For whom an Echo speaks.",
        {"user_id": _said(whole(), "The person's number."), "name": _said(_TEXT, "As their household calls them.")},
    ),
    "Unlinked": _object(
        "An Echo that speaks for nobody.", {"was_linked": {"type": "boolean", "description": "Whether it spoke for somebody."}}
    ),
    "Health": _object("How the site is.", {"status": _TEXT | {"enum": ["ok", "ready"]}}),
    "Problem": _object(
        "What went wrong (RFC 9457).",
        {
            "type": _said(_TEXT | {"format": "uri"}, "Which kind of problem, for programs; about:blank where the status says it all."),
            "title": _TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": _said(_TEXT, "What is wrong, what was met and what would be right, in a sentence."),
            "instance": _said(_TEXT, "The path that was asked for."),
            "field": _said(_TEXT, "The input that was refused."),
            "request_id": _said(_TEXT, "The number under which it is found in the log."),
        },
        optional=("field", "request_id"),
    ),
}


def describe_shared(components: Any) -> None:
    """Put the schemas and the bearer scheme into the document."""
    for name, schema in SCHEMAS.items():
        components.schema(name, schema)
    components.security_scheme(
        "skill",
        {
            "type": "apiKey",
            "in": "header",
            "name": SKILL_KEY,
            "description": "The key of the site's own skill; `matinee skill key` makes one.",
        },
    )
    components.security_scheme(
        "bearer",
        {
            "type": "http",
            "scheme": "bearer",
            "description": "A token from the site's settings, or the one that `matinee profile new` printed for your number.",
        },
    )
