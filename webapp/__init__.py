"""The site and the API: HTTP and HTML over one Recommender."""

from __future__ import annotations

from flask import Flask

from recommender.serving import Recommender


def create_app(recommender: Recommender) -> Flask:
    """The application over the recommender handed in, found by views in ``app.extensions["recommender"]``."""
    app = Flask(__name__)
    app.extensions["recommender"] = recommender
    return app
