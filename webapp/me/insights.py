"""/me/taste/ and /me/log/: what somebody's stars say of them, and what moved their list."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from recommender.movements import MOST
from webapp import charts
from webapp.accounts import asker, signed_in, the_visitor
from webapp.engine import engine

FEWEST_OF_A_KIND = 2  # films of a genre, for a row of its own

insights = Blueprint("insights", __name__, url_prefix="/me")


@insights.get("/taste/")
@signed_in
def taste() -> ResponseReturnValue:
    """By genre and decade beside everybody's, the groups of like taste, how they differ from most, and how new things turned out."""
    profile = engine().taste_profile(_me(), asker=asker())
    genres = [part for part in profile.genres if part.n >= FEWEST_OF_A_KIND] or list(profile.genres)
    n_rated = len(engine().ratings_of(_me(), asker=asker()).rated)  # also what no taste is read from
    return render_template(
        "my_taste.html",
        profile=profile,
        n_rated=n_rated,
        genres=genres,
        ventures=engine().ventures(_me(), asker=asker()),
        share_bar=charts.share_bar,
        star_gap=charts.star_gap,
    )


@insights.get("/log/")
@signed_in
def log() -> ResponseReturnValue:
    """The latest changes, each with the films that came for it and those that went."""
    return render_template("my_log.html", movements=engine().movements(_me(), asker=asker()), most=MOST)


def _me() -> int:
    return the_visitor().user_id
