"""Ways in: the password, passkeys, browsers that are signed in, and programs' tokens."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from recommender.errors import InvalidInputError, RecommenderError
from webapp import inputs
from webapp.accounts import passkeys, signed_in, the_visitor
from webapp.accounts.door import address, door
from webapp.accounts.refusals import refusal
from webapp.settings.page import DAYS, changes, settings_page

access = Blueprint("access", __name__, url_prefix="/settings")


@access.post("/password")
@changes("password")
def password() -> str:
    """Another password; who is signed in elsewhere is no longer."""
    door().change_password(the_visitor().session, request.form.get("current", ""), request.form.get("password", ""), address=address())
    return "The password is changed, and every other browser is signed out."


@access.post("/passkeys")
@changes("passkeys")
def add_passkey() -> str:
    """One more passkey; not for somebody who has found the browser open and does not know the password."""
    door().check_it_is_them(the_visitor().session, request.form.get("current", ""), address=address())
    made = passkeys.made(request.form.get("passkey", ""), passkeys.to_add(the_visitor()), request.form.get("name", ""))
    door().add_passkey(the_visitor().session, made)
    return f"{' '.join(made.name.split())} opens this account from now on."


@access.post("/passkeys/remove")
@changes("passkeys")
def remove_passkey() -> str:
    """A passkey less; the last way in stays."""
    was_there = door().remove_passkey(the_visitor().session, request.form.get("credential", ""))
    return "That passkey opens nothing any more." if was_there else "There was no such passkey."


@access.post("/sessions/end")
@changes("browsers")
def end_session() -> str:
    """Another browser is signed out."""
    was_there = door().end_session(the_visitor().session, request.form.get("digest", ""))
    return "That browser is signed out." if was_there else "That browser was not signed in any more."


@access.post("/sessions/end-others")
@changes("browsers")
def end_others() -> str:
    """Every browser but this one is signed out."""
    n_ended = door().end_other_sessions(the_visitor().session)
    return f"Signed out everywhere else: {n_ended} {'browser' if n_ended == 1 else 'browsers'}." if n_ended else "No other was signed in."


@access.post("/tokens")
@signed_in
def new_token() -> ResponseReturnValue:
    """A token for a program; the page shows it now and never again."""
    try:
        days = inputs.one(request.form, "days") or ""
        if days and days not in map(str, DAYS):
            raise InvalidInputError("days", days, f"{', '.join(map(str, DAYS))}, or none")
        scopes = tuple(request.form.getlist("scope"))
        token, text = door().new_token(the_visitor().session, request.form.get("token-name", ""), scopes, days=int(days) if days else None)
    except RecommenderError as error:
        return settings_page(refusal(error), "programs")
    return settings_page(section="programs", made={"name": token.name, "text": text})


@access.post("/tokens/revoke")
@changes("programs")
def revoke_token() -> str:
    """A program is shut out."""
    was_there = door().revoke_token(the_visitor().session, request.form.get("digest", ""))
    return "That token opens nothing any more." if was_there else "There was no such token."
