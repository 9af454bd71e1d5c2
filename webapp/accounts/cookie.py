"""The cookie of a session: a text of chance that says nothing by itself, for this site alone and out of reach of scripts."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from recommender.sign_in import SESSION_SECONDS
from webapp.engine import engine
from webapp.sessions import of_this_site

PLAIN = "matinee"
OVER_TLS = "__Host-matinee"  # by this prefix browsers refuse it from anywhere but this very host over TLS


def sent() -> str | None:
    """The session's token that the browser sent; None without one, for which no cookie is even read."""
    if "HTTP_COOKIE" not in request.environ:
        return None
    return request.cookies.get(_name()) or None


def give(response: Response, token: str) -> Response:
    """The same answer, by which the browser is signed in."""
    response.set_cookie(_name(), token, SESSION_SECONDS, path="/", secure=request.is_secure, httponly=True, samesite="Lax")
    return response


def take_back(response: Response) -> Response:
    """The same answer, by which the browser forgets."""
    response.delete_cookie(_name(), path="/", secure=request.is_secure, httponly=True, samesite="Lax")
    return response


def _name() -> str:
    return OVER_TLS if request.is_secure else of_this_site(PLAIN, engine().settings)
