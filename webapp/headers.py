"""What every answer says to the browser: run nothing but our own scripts, guess nothing, tell nobody."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# On every answer that does not say otherwise; a page brings a policy of its own, and so does a drawn poster.
COMMON = [
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
]


def install(app: Flask) -> None:
    """Put the headers on every answer of the app, error pages and static files too, and give templates `csp_nonce()`."""
    app.after_request(guard_page)
    app.add_template_global(csp_nonce)
    app.wsgi_app = with_common_headers(app.wsgi_app)  # type: ignore[method-assign, assignment]  # Flask's documented place for it


def csp_nonce() -> str:
    """The word that allows a script on this page alone: ``<script nonce="{{ csp_nonce() }}">``."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def guard_page(response: Response) -> Response:
    """Give a page its policy, and keep it out of shared caches: its nonce must not be known beforehand."""
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", page_policy(csp_nonce()))
        response.headers.setdefault("Cache-Control", "private, no-cache")
    return response


def page_policy(nonce: str) -> str:
    """Scripts by nonce, everything else from this site alone; `data:` pictures because Bootstrap's style sheet holds some."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    )


def with_common_headers(app: WSGIApplication) -> WSGIApplication:
    """The same application, with the common headers on its answers.

    They are added to the finished list, outside Flask: there it takes microseconds, and no error can come in between.
    """
    common = [(name.lower(), (name, value)) for name, value in COMMON]

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            there = {name.lower() for name, _ in headers}
            headers.extend([header for name, header in common if name not in there])
            return start_response(status, headers, exc_info)

        return app(environ, start)

    return answer
