"""The API's OpenAPI document, and a page on which it can be tried."""

from __future__ import annotations

import json
from hashlib import blake2b

from flask import Blueprint, Flask, Response, current_app, render_template, request

documents = Blueprint("documents", __name__)


@documents.get("/openapi.json")
def openapi() -> Response:
    """The document, written once per process; it does not change while the process lives."""
    response = Response(document(current_app), content_type="application/json", headers=[("Cache-Control", "no-cache")])
    response.set_etag(blake2b(response.get_data(), digest_size=9).hexdigest())
    response.make_conditional(request)
    return response


@documents.get("/api/docs")
def docs() -> str:
    """The document, for people: each route explained and ready to be tried."""
    return render_template("api_docs.html")


def document(app: Flask) -> bytes:
    """The OpenAPI document of the application, UTF-8."""
    if "openapi_document" not in app.extensions:
        app.extensions["openapi_document"] = json.dumps(app.extensions["openapi"].to_dict(), ensure_ascii=False, indent=1).encode()
    written: bytes = app.extensions["openapi_document"]
    return written
