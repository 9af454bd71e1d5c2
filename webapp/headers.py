"""What every answer says to the browser: run nothing but our own scripts, guess nothing, tell nobody."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NONCE = "matinee.csp_nonce"  # in the environment of the request
COMMON = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
]
NOT_A_PAGE = [*COMMON, ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")]


def install(app: Flask) -> None:
    """Put the headers on every answer of the app, error pages and static files too, and give templates `csp_nonce()`."""
    app.add_template_global(csp_nonce)
    app.wsgi_app = guarded(app.wsgi_app)  # type: ignore[method-assign, assignment]  # Flask's documented place for it


def csp_nonce() -> str:
    """The word that allows a script on this page alone: ``<script nonce="{{ csp_nonce() }}">``."""
    return _nonce(request.environ)


def guarded(app: WSGIApplication) -> WSGIApplication:
    """The same application, with headers that its views did not set themselves: a drawn poster brings a stricter policy of its own.

    They are added to the finished list, outside Flask: there it takes a microsecond or two, and no error can come in between.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            there = {name.lower(): value for name, value in headers}
            is_page = there.get("content-type", "").startswith("text/html")
            ours = _of_a_page(environ) if is_page else NOT_A_PAGE
            headers.extend([header for header in ours if header[0].lower() not in there])
            return start_response(status, headers, exc_info)

        return app(environ, start)

    return answer


def _of_a_page(environ: WSGIEnvironment) -> list[tuple[str, str]]:
    """A policy of its own, and no place in shared caches: the nonce must not be known beforehand."""
    return [*COMMON, ("Content-Security-Policy", page_policy(_nonce(environ))), ("Cache-Control", "private, no-cache")]


def page_policy(nonce: str) -> str:
    """Scripts by nonce, everything else from this site alone; `data:` pictures because Bootstrap's style sheet holds some."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    )


def _nonce(environ: WSGIEnvironment) -> str:
    if NONCE not in environ:
        environ[NONCE] = secrets.token_urlsafe(16)
    return str(environ[NONCE])
