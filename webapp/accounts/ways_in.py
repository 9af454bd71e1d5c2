"""/sign-up/, /sign-in/ and /sign-out/."""

from __future__ import annotations

import logging
from contextlib import suppress
from http import HTTPStatus

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from recommender.errors import RecommenderError, StorageError
from recommender.sign_in import SignedIn
from webapp import inputs
from webapp.accounts import cookie, passkeys
from webapp.accounts.door import address, door
from webapp.accounts.refusals import Refusal, form_page, refusal
from webapp.accounts.visitors import visitor
from webapp.own_path import HOME, own_path

log = logging.getLogger(__name__)

FIRST_PASSKEY = "First passkey"  # its name until its owner has a better one
START = "/start/"  # where a new person is asked for first films
FORGOTTEN = (
    "This browser has forgotten you. Matinee cannot reach its accounts right now, so the session itself could not be ended; "
    "when it is back, you can end it under Settings."
)

accounts = Blueprint("accounts", __name__)


@accounts.get("/sign-up/")
def sign_up() -> ResponseReturnValue:
    """The form for a name and a password."""
    return redirect(HOME, HTTPStatus.SEE_OTHER) if visitor() else _sign_up_page()


@accounts.post("/sign-up/")
def signed_up() -> ResponseReturnValue:
    """A new household of one, signed in; or the form again, with what was wrong."""
    typed = {name: request.form.get(name, "") for name in ("name", "number")}
    try:
        person, password = _number_and_token(), request.form.get("password", "")
        sent = request.form.get("passkey", "")
        passkey = passkeys.made(sent, passkeys.SIGN_UP, FIRST_PASSKEY) if sent else None
        made = door().sign_up(typed["name"], password, address=address(), passkey=passkey, person=person)
    except RecommenderError as error:
        return _sign_up_page(refusal(error), typed)
    return welcome(made, HOME if person else own_path(START))


@accounts.get("/sign-in/")
def sign_in() -> ResponseReturnValue:
    """The form for a name and a password; whoever is in already goes on."""
    following = own_path(request.args.get("next"))
    return redirect(following, HTTPStatus.SEE_OTHER) if visitor() else _sign_in_page(following=following)


@accounts.post("/sign-in/")
def signed_in() -> ResponseReturnValue:
    """A session, and on to where they wanted; or the form again."""
    name, following = request.form.get("name", ""), own_path(request.form.get("next"))
    try:
        if sent := request.form.get("passkey", ""):
            made = door().sign_in_with_passkey(*passkeys.signed(sent))
        else:
            made = door().sign_in(name, request.form.get("password", ""), address=address())
    except RecommenderError as error:
        return _sign_in_page(refusal(error), name=name, following=following)
    return welcome(made, following)


@accounts.post("/sign-out/")
def sign_out() -> ResponseReturnValue:
    """The end of the session in this browser; it forgets who was signed in even where the store cannot be told."""
    try:
        if token := cookie.sent():
            door().sign_out(token)
    except StorageError as error:
        log.warning("session not ended kind=%s reason=%s", error.kind, error)
        return cookie.take_back(sign_in_page(HTTPStatus.SERVICE_UNAVAILABLE, first=FORGOTTEN, following=HOME))
    return cookie.take_back(_seen_other(HOME))


def welcome(made: SignedIn, following: str) -> Response:
    """On to the page, signed in. The session is a new one, and one that this browser had before is over."""
    with suppress(StorageError):  # then it ends by itself; they are in
        if before := cookie.sent():
            door().sign_out(before)
    return cookie.give(_seen_other(following), made.token)


def sign_in_page(status: int, *, first: str, following: str) -> Response:
    """The form in the place of what was asked for. first: why."""
    return _sign_in_page(Refusal(status, first), following=following)


def _sign_up_page(refused: Refusal | None = None, typed: dict[str, str] | None = None) -> Response:
    return form_page("sign_up.html", refused, typed=typed or {}, passkey=passkeys.to_make(passkeys.SIGN_UP, ""))


def _sign_in_page(refused: Refusal | None = None, *, name: str = "", following: str) -> Response:
    following = "" if following == HOME else following
    return form_page("sign_in.html", refused, typed={"name": name}, following=following, passkey=passkeys.to_sign())


def _number_and_token() -> tuple[int, str] | None:
    """The number that somebody has already, and its token; None where neither was typed."""
    number, token = request.form.get("number", "").strip(), request.form.get("token", "").strip()
    return (inputs.user_id(number, "number"), token) if number or token else None


def _seen_other(path: str) -> Response:
    return redirect(path, HTTPStatus.SEE_OTHER)
