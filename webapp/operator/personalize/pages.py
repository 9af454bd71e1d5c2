"""/operator/personalize: what there is and what is under way; and a page of its own before anything is done to it."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from webapp.operator import keyhole

room_pages = Blueprint("personalize_room", __name__, url_prefix="/operator/personalize")


@room_pages.before_request
def let_in() -> AnyResponse | None:
    """The operator; everybody else is shown the door, and no other site's form comes this far."""
    if request.method not in ("GET", "HEAD"):
        keyhole.refuse_other_sites()
    return None if keyhole.is_operator() else redirect(url_for("operator.overview"), 303)


@room_pages.get("")
def look() -> Response:
    """Everything at one look."""
    from webapp.operator.personalize.looking import looked  # with numpy behind it, which only those need who ask for it

    return looked()


@room_pages.get("/act")
def ask() -> Response:
    """What an act would do, tried out on a copy; nothing is done before the form is sent."""
    from webapp.operator.personalize.acting import asked  # as above

    return asked()


@room_pages.post("/act")
def do() -> AnyResponse:
    """It is done, if it is still possible."""
    from webapp.operator.personalize.acting import done  # as above

    return done()
