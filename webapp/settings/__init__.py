"""/settings/ and /switch/: ways in, the household, programs and Echoes of who is signed in."""

from __future__ import annotations

from flask import Flask

from webapp.settings.access import access
from webapp.settings.echoes import echoes
from webapp.settings.household import household
from webapp.settings.page import settings
from webapp.settings.switching import switching


def install(app: Flask) -> None:
    """Put the pages on the application."""
    for blueprint in (settings, access, household, echoes, switching):
        app.register_blueprint(blueprint)
