"""/switch/: show another member's films in this browser, by one tap; by a PIN where they have one."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from recommender.errors import RecommenderError
from webapp import inputs
from webapp.accounts import signed_in, the_visitor
from webapp.accounts.door import address, door
from webapp.accounts.refusals import form_page, refusal
from webapp.own_path import HOME, is_page

THEIR_LIST = "/me/"

switching = Blueprint("switching", __name__)


@switching.get("/switch/")
@signed_in
def choose() -> ResponseReturnValue:
    """Who is watching."""
    return form_page("settings/switch.html", tried=0)


@switching.post("/switch/")
@signed_in
def chosen() -> ResponseReturnValue:
    """On to their list; or the question again."""
    tried = 0
    try:
        tried = inputs.user_id(inputs.one(request.form, "member"), "member")
        door().choose_member(the_visitor().session, tried, request.form.get("pin", ""), address=address())
    except RecommenderError as error:
        return form_page("settings/switch.html", refusal(error), tried=tried)
    return redirect(THEIR_LIST if is_page(THEIR_LIST) else HOME, HTTPStatus.SEE_OTHER)
