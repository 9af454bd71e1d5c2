"""A list as most programs ask for it, answered without Flask: for so small an answer the frame costs more than what is in it.

Only what needs nothing of the frame goes this way: GET, of a list that its record holds. Everything else, and whatever is refused or fails
here, is asked of Flask as if nothing had been; so every refusal is worded there, and every answer is the same either way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask

from webapp.api.bodies import JSON
from webapp.api.lists import Asked, tell
from webapp.api.tokens import bearer
from webapp.metrics import ROUTE

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

RULE = "/api/v1/users/<user_id>/recommendations"  # the same route, as the log and the counts name it
LIST = re.compile(r"/api/v1/users/([1-9][0-9]{0,14})/recommendations")
LENGTHS = {"": Asked(), **{f"n={n}": Asked(n) for n in range(1, 11)}}  # the questions that a record answers
FROM_THE_SKILL = ("HTTP_MATINEE_SKILL_KEY", "HTTP_MATINEE_ECHO", "HTTP_MATINEE_ECHO_PERSON")  # whose key is to be looked at first


def install(app: Flask) -> None:
    """Look at every request before Flask does; inside of what numbers, counts and adds headers."""
    app.wsgi_app = straight(app, app.wsgi_app)  # type: ignore[method-assign, assignment]  # Flask's documented place for it


def straight(app: Flask, otherwise: WSGIApplication) -> WSGIApplication:
    """The application that answers plain lists itself. otherwise: Flask's own, which answers everything."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        found = LIST.fullmatch(environ.get("PATH_INFO", ""))
        if found is None or environ["REQUEST_METHOD"] != "GET":
            return otherwise(environ, start_response)
        asked = LENGTHS.get(environ.get("QUERY_STRING", ""))
        if asked is None or any(name in environ for name in FROM_THE_SKILL):
            return otherwise(environ, start_response)
        try:
            made = app.extensions["recommender"].list_for(int(found[1]), asked.n, asker=bearer(environ.get("HTTP_AUTHORIZATION")))
            told = tell(app, made, asked, environ.get("HTTP_IF_NONE_MATCH"))
        except Exception:  # noqa: BLE001  Flask meets the same, tells it in the site's words and logs it
            return otherwise(environ, start_response)
        environ[ROUTE] = RULE
        about_body = [JSON, ("Content-Length", str(len(told.body)))] if told.body else []
        start_response(told.status, about_body + told.headers)
        return (told.body,)

    return answer
