"""What the site counts about itself, over all workers of a server: for programs at /metrics, for people on the operator's page."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app

from recommender.worker_folder import shared
from webapp.metrics.tally import NO_ROUTE, Tally

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# In the environment of the request, where the web server's log finds them too.
REQUEST_ID, ROUTE, MILLISECONDS = "matinee.request_id", "matinee.route", "matinee.ms"


def install(app: Flask) -> None:
    """Number, time and count every request of the app."""
    app.extensions["tally"] = Tally(shared())
    app.wsgi_app = counted(app.wsgi_app, app.extensions["tally"])  # type: ignore[method-assign, assignment]  # Flask's documented place


def tally() -> Tally:
    """The counts of the application that answers the request."""
    return cast(Tally, current_app.extensions["tally"])


def counted(app: WSGIApplication, tally: Tally) -> WSGIApplication:
    """The same application, outside of which each request gets a number, and is counted once its answer begins."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = perf_counter()
        environ[REQUEST_ID] = secrets.token_hex(6)

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            seconds = perf_counter() - began
            # Flask leaves the request there, with the rule that its address fits.
            rule = getattr(environ.get("werkzeug.request"), "url_rule", None)
            environ[ROUTE] = route = NO_ROUTE if rule is None else rule.rule
            environ[MILLISECONDS] = f"{seconds * 1000:.1f}"
            tally.request(route, environ["REQUEST_METHOD"], status, seconds)
            return start_response(status, headers, exc_info)

        return app(environ, start)

    return answer
