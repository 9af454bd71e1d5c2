"""What the site counts about itself, over all workers of a server: for programs at /metrics, for people on the operator's page."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app

from recommender.traffic import Traffic
from recommender.worker_folder import shared
from webapp.metrics.tally import NO_ROUTE, Tally

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NUMBER = re.compile("[0-9a-f]{32}")  # as nginx writes $request_id
# In the environment of the request, where the web server's log finds them too.
REQUEST_ID, ROUTE, MILLISECONDS = "matinee.request_id", "matinee.route", "matinee.ms"


def install(app: Flask, *, traffic_folder: str, is_behind_proxy: bool = False) -> None:
    """Number, time and count every request of the app. is_behind_proxy: whether the server in front numbers them, to be believed.

    traffic_folder: where a server keeps how much was asked, beyond its own end.
    """
    app.extensions["tally"] = Tally(shared(), Traffic(Path(traffic_folder) if shared() else None))
    app.wsgi_app = counted(app.wsgi_app, app.extensions["tally"], is_numbered=is_behind_proxy)  # type: ignore[method-assign, assignment]  # Flask's documented place


def tally() -> Tally:
    """The counts of the application that answers the request."""
    return tally_of(current_app)


def tally_of(app: Flask) -> Tally:
    """The counts of an application."""
    return cast(Tally, app.extensions["tally"])


def counted(app: WSGIApplication, tally: Tally, *, is_numbered: bool = False) -> WSGIApplication:
    """The same application, outside of which each request gets a number, and is counted once its answer begins.

    is_numbered: whether X-Request-Id is to be taken, if it looks as nginx writes it, so that both logs have the same number.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        began = perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "") if is_numbered else ""
        environ[REQUEST_ID] = given if NUMBER.fullmatch(given) else f"{random.getrandbits(48):012x}"

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            seconds = perf_counter() - began
            if (route := environ.get(ROUTE)) is None:  # it is there where the answer was given without Flask
                # Flask leaves the request there, with the rule that its address fits.
                rule = getattr(environ.get("werkzeug.request"), "url_rule", None)
                environ[ROUTE] = route = NO_ROUTE if rule is None else rule.rule
            environ[MILLISECONDS] = f"{seconds * 1000:.1f}"
            tally.request(route, environ["REQUEST_METHOD"], status, seconds)
            return start_response(status, headers, exc_info)

        return app(environ, start)

    return answer
