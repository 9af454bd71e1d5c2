"""/start/: films asked about one at a time, and the list that follows; for people who are signed in, and for strangers."""

from __future__ import annotations

from flask import Flask

from webapp.start.pages import start


def install(app: Flask) -> None:
    """Put the page on the application."""
    app.register_blueprint(start)
