"""Forms that another site sends in a visitor's name: refused before any view sees them.

Two looks. Browsers say where a form was sent from, and it must have been here; and a form of somebody who is signed in carries a text that
only a page shown in that session can hold.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, current_app, request
from markupsafe import Markup

from webapp.accounts.visitors import visitor
from webapp.error_handlers import Problem, show

log = logging.getLogger(__name__)
View = TypeVar("View", bound=Callable[..., Any])

FIELD, HEADER = "csrf", "X-Csrf-Token"
CHANGES_NOTHING = ("GET", "HEAD", "OPTIONS", "TRACE")
NO_FORMS = ("/api/", "/alexa", "/personalize")  # programs: known by tokens and signatures that no browser sends by itself
HAVE_THEIR_OWN = ("operator", "personalize_room")  # blueprints: behind a cookie that browsers send from its own pages alone
REFUSED = (
    "This form was not sent from a page of this site as it is now, so nothing was changed. "
    "Go back, load the page again, and send it from there."
)


def takes(largest_body: int) -> Callable[[View], View]:
    """For a view that takes more than the site does elsewhere, in bytes; what it is sent is read to find the form's token."""

    def mark(view: View) -> View:
        view.largest_body = largest_body  # type: ignore[attr-defined]
        return view

    return mark


def refuse_forged() -> Response | None:
    """The page that says no, for a form that may be another site's; None for all else."""
    if request.method in CHANGES_NOTHING or request.endpoint is None:
        return None
    if request.path.startswith(NO_FORMS) or request.blueprint in HAVE_THEIR_OWN:
        return None
    request.max_content_length = getattr(current_app.view_functions[request.endpoint], "largest_body", request.max_content_length)
    if _is_from_here() and _has_token():
        return None
    log.warning("form refused path=%r", request.path)
    return show(Problem(HTTPStatus.FORBIDDEN, "urn:matinee:forged", REFUSED))


def csrf_field() -> Markup:
    """For every form that is sent by POST; a stranger's needs none."""
    token = csrf_token()
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token) if token else Markup()


def csrf_token() -> str:
    """What a form of this session must bring, as the field or as the header; empty for a stranger."""
    known = visitor()
    if known is None:
        return ""
    return hmac.new(str(current_app.secret_key).encode(), f"form\n{known.session.digest}".encode(), hashlib.sha256).hexdigest()


def _is_from_here() -> bool:
    """What the browser says of it must all be right, and it must say something."""
    site, origin, referrer = (request.headers.get(name) for name in ("Sec-Fetch-Site", "Origin", "Referer"))
    if site is None and origin is None and referrer is None:
        return False
    if site not in (None, "same-origin", "none"):
        return False
    try:
        return all(sent is None or urlsplit(sent).netloc == request.host for sent in (origin, referrer))
    except ValueError:  # no address at all
        return False


def _has_token() -> bool:
    must_be = csrf_token()
    if not must_be:
        return True
    brought = request.headers.get(HEADER) or request.form.get(FIELD, "")
    return hmac.compare_digest(brought.encode(errors="replace"), must_be.encode())
