"""Who looks at a page: somebody who is signed in, or a stranger."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import ParamSpec

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from recommender.domain import STRANGER, Asker, Household, Member, Session, UserId
from recommender.errors import StorageError, UnknownUserError
from webapp.accounts import cookie
from webapp.accounts.door import door
from webapp.error_handlers import Problem, is_asked_by_a_program, show
from webapp.own_path import came_from

log = logging.getLogger(__name__)
P = ParamSpec("P")

SIGN_IN_FIRST = "You are not signed in, so nothing was changed. Sign in, then send it again."
AWAY = "Matinee cannot reach its accounts right now, so nobody is signed in. Nothing is lost; look again in a few seconds."


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in. member: the one of the household whose films are shown in this browser."""

    session: Session
    household: Household
    member: Member

    @property
    def user_id(self) -> UserId:
        """The member's number."""
        return self.member.user_id

    @property
    def is_owner(self) -> bool:
        """Whether the member is the one who signed up."""
        return self.member.user_id == self.household.owner


def visitor() -> Visitor | None:
    """Who is signed in in this browser; None for a stranger, and for everybody while the store of accounts is away.

    The store is asked once a request, and only for a browser that sent the cookie.
    """
    if "visitor" not in g:
        g.visitor = None  # also for what is shown if the store does not answer
        g.visitor = _known_by(token) if (token := cookie.sent()) else None
    found: Visitor | None = g.visitor
    return found


def the_visitor() -> Visitor:
    """Who is signed in, in a view for those who are."""
    known = visitor()
    assert known is not None  # noqa: S101  `signed_in` lets nobody else in
    return known


def forget_visitor() -> None:
    """Whoever sent this request has left: what is still shown is shown to a stranger."""
    g.visitor = None


def was_asked() -> bool:
    """Whether anybody wanted to know in this request."""
    return "visitor" in g


def is_away() -> bool:
    """Whether somebody may be signed in, and the store that would know cannot be reached."""
    return bool(g.get("accounts_away"))


def asker() -> Asker:
    """Who asks the recommender in a page."""
    known = visitor()
    return Asker(member=known.user_id) if known else STRANGER


def signed_in(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """The view for those who are signed in. Others are sent to sign in and come back; what they sent is refused with 401."""

    @wraps(view)
    def guarded(*arguments: P.args, **named: P.kwargs) -> ResponseReturnValue:
        return view(*arguments, **named) if visitor() else _sign_in_first()

    return guarded


def words() -> dict[str, object]:
    """What templates know of the visitor."""
    return {"visitor": visitor(), "accounts_away": is_away()}


def _known_by(token: str) -> Visitor | None:
    try:
        session = door().session(token)
        household = door().household(session) if session else None
    except UnknownUserError:  # they left a moment ago
        return None
    except StorageError as trouble:
        log.warning("nobody is signed in kind=%s reason=%s", trouble.kind, trouble)
        g.accounts_away = True
        return None
    member = household.member(session.member) if session and household else None
    return Visitor(session, household, member) if session and household and member else None


def _sign_in_first() -> ResponseReturnValue:
    if is_away():
        return show(Problem(HTTPStatus.SERVICE_UNAVAILABLE, "urn:matinee:storage", AWAY))
    is_read = request.method in ("GET", "HEAD")
    if is_asked_by_a_program():
        return show(Problem(HTTPStatus.UNAUTHORIZED, "urn:matinee:not-signed-in", SIGN_IN_FIRST))
    if is_read:
        return redirect(url_for("accounts.sign_in", next=request.full_path.removesuffix("?")), HTTPStatus.SEE_OTHER)
    from webapp.accounts.ways_in import sign_in_page

    return sign_in_page(HTTPStatus.UNAUTHORIZED, first=SIGN_IN_FIRST, following=came_from())
