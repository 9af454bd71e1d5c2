"""/me/delete/: everything of somebody goes, and they get a receipt."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, make_response, render_template, request, session
from flask.typing import ResponseReturnValue

from recommender.domain import Receipt
from recommender.errors import InvalidInputError, RecommenderError
from webapp.accounts import Visitor, asker, cookie, forget_visitor, signed_in, the_visitor
from webapp.accounts.door import address, door
from webapp.accounts.refusals import Refusal, form_page, refusal
from webapp.engine import engine

# What a receipt counts, as people call it; what is not here is part of something that is.
WORDS = {
    "person": "people",
    "rating": "ratings",
    "mark": "films seen, hidden, wanted or set aside",
    "file": "files that were brought",
    "event": "films opened and searches made",
    "passkey": "passkeys",
    "session": "browsers signed in",
    "token": "tokens of programs",
    "link": "linked Echoes",
}

leaving = Blueprint("leaving", __name__, url_prefix="/me/delete")


@leaving.get("/")
@signed_in
def ask() -> ResponseReturnValue:
    """What will go, and the form that says so."""
    return _page()


@leaving.post("/")
@signed_in
def leave() -> ResponseReturnValue:
    """Gone, with the receipt; or the form again, and nothing has gone."""
    known = the_visitor()
    try:
        if " ".join(request.form.get("name", "").split()).casefold() != known.member.name.casefold():
            raise InvalidInputError("name", request.form.get("name", ""), f"{known.member.name}, to be sure")
        door().check_it_is_them(known.session, request.form.get("password", ""), address=address())
        receipt = engine().forget(known.user_id, asker=asker())
        if (token := cookie.sent()) and not known.is_owner:  # the household goes on, and so would the session
            door().sign_out(token)
    except RecommenderError as error:
        return _page(refusal(error))
    return _receipt(receipt, known)


def _page(refused: Refusal | None = None) -> ResponseReturnValue:
    known = the_visitor()
    others = [member.name for member in known.household.members if member != known.member] if known.is_owner else []
    own = engine().ratings_of(known.user_id, asker=asker())
    asks_password = known.is_owner and bool(known.household.password_hash)
    return form_page("delete.html", refused, others=others, n_ratings=len(own.rated), asks_password=asks_password)


def _receipt(receipt: Receipt, known: Visitor) -> ResponseReturnValue:
    counted = [(words, receipt.gone[kind]) for kind, words in WORDS.items() if kind in receipt.gone]
    forget_visitor()
    body = render_template("deleted.html", receipt=receipt, counted=counted, name=known.member.name)
    answer = make_response(body, HTTPStatus.OK)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Clear-Site-Data"] = (
        '"cache", "storage"'  # with "cookies" other sites would lose theirs, on other ports and of other names
    )
    session.clear()
    return cookie.take_back(answer)
