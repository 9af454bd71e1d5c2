"""The recommender of the application that answers the request."""

from __future__ import annotations

from typing import cast

from flask import current_app

from recommender.serving import Recommender


def engine() -> Recommender:
    """What create_app was given."""
    return cast(Recommender, current_app.extensions["recommender"])
