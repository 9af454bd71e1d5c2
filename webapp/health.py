"""Whether the site lives, and whether it can answer."""

from __future__ import annotations

from contextlib import suppress

from flask import Response
from flask_smorest import Blueprint

from recommender.errors import UnknownUserError
from webapp.api import contract
from webapp.api.bodies import json_response
from webapp.engine import engine
from webapp.inputs import HIGHEST_ID

health = Blueprint("health", __name__, description="For whoever watches over the site.")


@contract.route(
    health,
    "/healthz",
    operationId="alive",
    responses={"200": contract.answer("Health", "It lives.", {"status": "ok"}), "500": contract.FAILURES["500"]},
)
def alive() -> Response:
    """Whether the process answers at all."""
    return json_response({"status": "ok"}, "no-store")


@contract.route(
    health,
    "/readyz",
    operationId="ready",
    responses={"200": contract.answer("Health", "It can answer.", {"status": "ready"}), **contract.FAILURES},
)
def ready() -> Response:
    """Whether a model is loaded and the store can be read; 503 says in words what is missing."""
    engine().in_use()
    with suppress(UnknownUserError):  # the store has to be read to say that nobody has the highest number
        engine().list_for(HIGHEST_ID, 1)
    return json_response({"status": "ready"}, "no-store")
