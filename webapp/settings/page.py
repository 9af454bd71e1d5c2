"""/settings/: one page with a section for each thing, which says what was wrong beside the form that was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from recommender.domain import EXPORT, FEED, READ, WRITE
from recommender.errors import RecommenderError
from webapp.accounts import passkeys, signed_in, the_visitor
from webapp.accounts.door import door
from webapp.accounts.refusals import Refusal, form_page, refusal
from webapp.me.said import Said, say

# What an API token may be good for, as people read it.
SCOPES = {
    READ: "Read the list, the ratings and the watchlist",
    WRITE: "Rate films and mark them",
    EXPORT: "Take everything out in one file",
    FEED: "Read the list and the watchlist at a secret address",
}
FOR_PROGRAMS = (READ, WRITE, EXPORT)  # a feed's address has a page of its own
DAYS = (30, 90, 365)

settings = Blueprint("settings", __name__)


@settings.get("/settings/")
@signed_in
def overview() -> ResponseReturnValue:
    """Everything that can be set."""
    return settings_page()


def changes(section: str) -> Callable[[Callable[[], str]], Callable[[], ResponseReturnValue]]:
    """A view that changes something: what it says is told on the page it leads back to, and what it refuses in the section of its form."""

    def decorate(view: Callable[[], str]) -> Callable[[], ResponseReturnValue]:
        @signed_in
        @wraps(view)
        def answered() -> ResponseReturnValue:
            try:
                text = view()
            except RecommenderError as error:
                return settings_page(refusal(error), section)
            return done(text, section)

        return answered

    return decorate


def done(text: str, section: str) -> Response:
    """Back to the section, where the text is told."""
    say(Said(text))
    return redirect(url_for("settings.overview") + f"#{section}", HTTPStatus.SEE_OTHER)


def settings_page(refused: Refusal | None = None, section: str = "", made: Mapping[str, str] | None = None) -> Response:
    """section: where the refusal is told. made: a new API token, by `name` and `text`, which is shown this once."""
    known = the_visitor()
    session, household = known.session, known.household
    programs = [token for token in door().tokens(session) if token.scopes != (FEED,)]
    return form_page(
        "settings/settings.html",
        refused,
        section=section,
        typed=request.form,
        sessions=sorted(door().sessions(session), key=lambda one: (one.digest != session.digest, -one.last_seen)),
        tokens=programs,
        names={member.user_id: member.name for member in household.members},
        n_links=len(door().links(session)),
        is_shared=door().is_shared(session),
        scopes=SCOPES,
        for_programs=FOR_PROGRAMS,
        days=DAYS,
        made=made,
        passkey=passkeys.to_make(passkeys.to_add(known), household.name, household.passkeys) if known.is_owner else "",
    )
