"""The API's OpenAPI document, for programs and for people."""

from __future__ import annotations

import json
import re
from collections.abc import Container
from copy import deepcopy
from hashlib import blake2b
from typing import Any

from flask import Blueprint, Flask, Response, current_app, render_template, request
from markupsafe import Markup, escape

from recommender.domain import FIRST_OWN_USER_ID
from recommender.errors import RecommenderError
from webapp.api.handbook import handbook
from webapp.engine import engine
from webapp.inputs import LONGEST_SEARCH

FEW = 3  # films in the examples
NOT_OURS = ("Error", "PaginationMetadata")  # schemas that flask-smorest adds and no answer has

documents = Blueprint("documents", __name__)


@documents.get("/openapi.json")
def openapi() -> Response:
    """The document; it names the genres of the data in use, and changes with them alone."""
    response = Response(document(current_app), content_type="application/json", headers=[("Cache-Control", "no-cache")])
    response.set_etag(blake2b(response.get_data(), digest_size=9).hexdigest())
    response.make_conditional(request)
    return response


@documents.get("/api/docs")
def docs() -> str:
    """The same for people, with examples that answer on the data in use."""
    return render_template("api_docs.html", api=handbook(json.loads(document(current_app)), request.host_url, _at_hand()))


def document(app: Flask) -> bytes:
    """The OpenAPI document of the application, UTF-8; written once for the same genres."""
    try:
        genres = engine().genres()
    except RecommenderError:
        genres = ()  # the document is there before the first training too
    written: dict[tuple[str, ...], bytes] = app.extensions.setdefault("openapi_documents", {})
    if genres in written:
        return written[genres]
    made = _write(deepcopy(app.extensions["openapi"].to_dict()), genres)
    written.clear()
    written[genres] = made
    return made


@documents.app_template_filter()
def marked(text: str, parts: Container[str] = ()) -> Markup:
    """What stands in backticks as code, and the name of a part as a link to where that is described."""
    words = re.split("`([^`]+)`", text)
    return Markup("").join(_code(word, parts) if place % 2 else escape(word) for place, word in enumerate(words))


def _code(word: str, parts: Container[str]) -> Markup:
    code = Markup("<code>{}</code>").format(word)
    return Markup('<a href="#part-{}">{}</a>').format(word, code) if word in parts else code


def _at_hand() -> dict[str, object]:
    """Values for examples: a viewer and a film that there are. Before the first training the document's own examples have to do."""
    values: dict[str, object] = {"n": FEW}
    try:
        if engine().settings.sample_viewers:
            viewers = engine().sample_viewers()
            values["user_id"] = viewers[0].user_id if viewers else engine().in_use().lowest_user_id
        else:
            values["user_id"] = FIRST_OWN_USER_ID
        for liked in engine().well_liked(1):
            values |= {"movie_id": liked.movie.movie_id, "q": liked.movie.title[:LONGEST_SEARCH]}
    except RecommenderError:
        pass  # the page is there all the same
    return values


def _write(described: dict[str, Any], genres: tuple[str, ...]) -> bytes:
    schemas = described["components"]["schemas"]
    for name in NOT_OURS:
        schemas.pop(name, None)
    if genres:
        schemas["Genre"]["enum"] = list(genres)
    return json.dumps(described, ensure_ascii=False, indent=1).encode()
