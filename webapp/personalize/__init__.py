"""Amazon Personalize's own interface, at /personalize: for boto3 clients and the AWS CLI with another endpoint."""

from __future__ import annotations

from flask import Flask

from recommender.settings import Settings
from webapp.personalize import door
from webapp.personalize.control import control
from webapp.personalize.runtime import events, runtime

BLUEPRINTS = (control, runtime, events)


def install(app: Flask, settings: Settings) -> None:
    """Put the services' addresses on the application, behind their door."""
    door.install(app, settings, str(app.secret_key))
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
