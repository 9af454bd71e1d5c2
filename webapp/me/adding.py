"""/films/new/: a film that the data lack, added by somebody who wants to rate it."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from recommender.errors import AlreadyThereError, RecommenderError
from webapp import inputs
from webapp.accounts import asker, signed_in, the_visitor
from webapp.accounts.refusals import form_page, refusal
from webapp.engine import engine
from webapp.me.said import Said, say

adding = Blueprint("adding", __name__)


@adding.get("/films/new/")
@signed_in
def form() -> ResponseReturnValue:
    """The form, with the title that was looked for in vain."""
    return _page({"title": request.args.get("title", "")})


@adding.post("/films/new/")
@signed_in
def add() -> ResponseReturnValue:
    """On to the film's page, where it can be rated; or the form again."""
    known = the_visitor()
    typed = {name: request.form.get(name, "") for name in ("title", "year", "link")}
    genres = request.form.getlist("genre")
    try:
        year = inputs.whole_number(typed["year"], "year", inputs.LATEST_YEAR) if typed["year"].strip() else None
        film = engine().add_film(known.user_id, typed["title"], year, genres, typed["link"], asker=asker())
    except RecommenderError as error:
        return _page(typed, genres, error)
    say(Said(f"{film.movie.title} is here now, for everybody. What do you give it?"))
    return redirect(url_for("pages.film", movie_id=film.movie.movie_id), HTTPStatus.SEE_OTHER)


def _page(typed: dict[str, str], chosen: list[str] | None = None, error: RecommenderError | None = None) -> ResponseReturnValue:
    return form_page(
        "add_film.html",
        refusal(error) if error else None,
        typed=typed,
        chosen=chosen or [],
        genres=engine().genres(),
        there=error.movie if isinstance(error, AlreadyThereError) else None,
    )
