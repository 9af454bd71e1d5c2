"""The household: who is in it, by what name and PIN, and whether others may read a list."""

from __future__ import annotations

from flask import Blueprint, request

from recommender.domain import Asker
from webapp import inputs
from webapp.accounts import the_visitor
from webapp.accounts.door import door
from webapp.engine import engine
from webapp.settings.page import changes

household = Blueprint("household", __name__, url_prefix="/settings/household")


@household.post("/add")
@changes("household")
def add() -> str:
    """One more member, with a number of their own."""
    member = door().add_member(the_visitor().session, request.form.get("name", ""))
    return f"{member.name} has a list of their own now, under the number {member.user_id}."


@household.post("/rename")
@changes("household")
def rename() -> str:
    """Another name for a member."""
    door().rename_member(the_visitor().session, _member(), request.form.get("name", ""))
    return "The name is changed."


@household.post("/pin")
@changes("household")
def pin() -> str:
    """The PIN that is asked before a browser shows the member's films; none where it is empty."""
    sent = request.form.get("pin", "")
    door().set_pin(the_visitor().session, _member(), sent)
    return "That PIN is asked from now on." if sent else "No PIN is asked any more."


@household.post("/remove")
@changes("household")
def remove() -> str:
    """A member leaves, with everything."""
    who = door().check_may_remove(the_visitor().session, _member())
    engine().forget(who.user_id, asker=Asker(member=who.user_id))
    return f"{who.name} has left, with every rating and mark."


@household.post("/share")
@changes("sharing")
def share() -> str:
    """Let anyone who knows the number read the list, or no longer."""
    is_shared = request.form.get("shared") == "yes"
    door().share(the_visitor().session, is_shared)
    return "Anyone who knows your number can read your list." if is_shared else "Your list is yours alone."


def _member() -> int:
    return inputs.user_id(inputs.one(request.form, "member"), "member")
