"""Whether the site lives, and whether it can answer."""

from __future__ import annotations

from flask import Response
from flask_smorest import Blueprint

from webapp.api import contract
from webapp.api.bodies import json_response
from webapp.engine import engine

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
    engine().check()
    return json_response({"status": "ready"}, "no-store")
