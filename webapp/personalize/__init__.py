"""Amazon Personalize's own interface, at /personalize: for boto3 clients and the AWS CLI with another endpoint."""

from __future__ import annotations

from flask import Flask, Response, request

from recommender.settings import Settings
from webapp.personalize import door
from webapp.personalize.control import control
from webapp.personalize.refusing import UnknownOperationError, refusal
from webapp.personalize.runtime import events, runtime

BLUEPRINTS = (control, runtime, events)


def install(app: Flask, settings: Settings) -> None:
    """Put the services' addresses on the application, behind their door."""
    app.before_request(_answer_who_went_astray)
    door.install(app, settings, str(app.secret_key))
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)


def _answer_who_went_astray() -> Response | None:
    """What an Amazon client is told whose endpoint lacks /personalize: a page of ours would say nothing to it."""
    signed = request.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256")
    if request.routing_exception is None or not signed or request.path.startswith("/personalize"):
        return None
    return refusal(
        UnknownOperationError(
            "Personalize is not at this address; the endpoint must end with /personalize, as http://127.0.0.1:8000/personalize."
        ),
        {},
    )
