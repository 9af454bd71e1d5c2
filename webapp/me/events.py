"""/me/events/: what is noted of somebody who asked for it, and the switch."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from recommender.domain import OPENED, Movie
from recommender.errors import UnknownMovieError
from webapp import inputs
from webapp.accounts import signed_in, the_visitor, visitor
from webapp.accounts.door import door
from webapp.engine import engine
from webapp.me.said import Said, say

ON, OFF = "on", "off"
MOST_SHOWN = 100

events = Blueprint("events", __name__, url_prefix="/me/events")


def note(kind: str, *, movie_id: int | None = None, text: str = "") -> None:
    """Note it, if somebody is signed in who asked for it."""
    known = visitor()
    if known is not None and known.member.keeps_events and request.method == "GET":
        engine().events.note(known.user_id, kind, movie_id=movie_id, text=text)


@events.get("/")
@signed_in
def shown() -> ResponseReturnValue:
    """Everything that is noted, newest first."""
    known = the_visitor()
    noted = engine().events.of(known.user_id)
    films = {event.movie_id: _film(event.movie_id) for event in noted[:MOST_SHOWN] if event.kind == OPENED and event.movie_id is not None}
    return render_template("events.html", noted=noted[:MOST_SHOWN], n=len(noted), films=films)


@events.post("/")
@signed_in
def turn() -> ResponseReturnValue:
    """On, or off; off takes away what was noted."""
    known = the_visitor()
    keeps = inputs.one_of(inputs.one(request.form, "turn"), (ON, OFF), "turn") == ON
    # What is noted goes first: where it cannot, nothing has changed, and the button is still there.
    n = 0 if keeps else engine().events.forget(known.user_id)
    door().keep_events(known.session, keeps)
    if keeps:
        say(Said("From now on the films you open and the searches you make are noted, for you alone."))
    else:
        n += engine().events.forget(known.user_id)  # what another page noted meanwhile
        say(Said(f"Nothing is noted any more, and what was is gone{f': {n:,} in all' if n else ''}."))
    return redirect(url_for("events.shown"), HTTPStatus.SEE_OTHER)


def _film(movie_id: int) -> Movie | None:
    try:
        return engine().movie(movie_id).movie
    except UnknownMovieError:
        return None
