"""The API's OpenAPI document, and a page on which it can be tried."""

from __future__ import annotations

import json
from copy import deepcopy
from hashlib import blake2b
from typing import Any

from flask import Blueprint, Flask, Response, current_app, render_template, request

from recommender.errors import RecommenderError
from webapp.engine import engine

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
    """The document, for people: each route explained and ready to be tried."""
    return render_template("api_docs.html")


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


def _write(described: dict[str, Any], genres: tuple[str, ...]) -> bytes:
    if genres:
        described["components"]["schemas"]["Genre"]["enum"] = list(genres)
    return json.dumps(described, ensure_ascii=False, indent=1).encode()
