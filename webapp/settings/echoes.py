"""/settings/echo/: Echoes that speak for somebody here, and the code by which one more does."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from recommender.errors import RecommenderError
from recommender.sign_in import CODE_SECONDS
from webapp.accounts import signed_in, the_visitor
from webapp.accounts.door import door
from webapp.accounts.refusals import Refusal, form_page, refusal
from webapp.me.said import Said, say

echoes = Blueprint("echoes", __name__, url_prefix="/settings/echo")


@echoes.get("/")
@signed_in
def linked() -> ResponseReturnValue:
    """Which Echoes speak for whom."""
    return _page()


@echoes.post("/code")
@signed_in
def new_code() -> ResponseReturnValue:
    """A code to be said to an Echo, shown large."""
    try:
        return _page(code=door().new_code(the_visitor().session))
    except RecommenderError as error:
        return _page(refusal(error))


@echoes.post("/unlink")
@signed_in
def unlink() -> ResponseReturnValue:
    """An Echo speaks for nobody here any more."""
    try:
        was_there = door().remove_link(the_visitor().session, request.form.get("digest", ""))
    except RecommenderError as error:
        return _page(refusal(error))
    say(Said("That Echo speaks for nobody here any more." if was_there else "There was no such Echo."))
    return redirect(url_for("echoes.linked"), HTTPStatus.SEE_OTHER)


def _page(refused: Refusal | None = None, code: str = "") -> ResponseReturnValue:
    known = the_visitor()
    names = {member.user_id: member.name for member in known.household.members}
    links = door().links(known.session)
    return form_page("settings/echo.html", refused, links=links, names=names, code=code, minutes=CODE_SECONDS // 60)
