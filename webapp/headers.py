"""What every answer says to the browser: run nothing but our own scripts, guess nothing, tell nobody."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from flask import Flask
from markupsafe import Markup

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

COMMON = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
]
NOT_A_PAGE = [*COMMON, ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")]

# The one script that stands in a page: it runs before the first paint, so that a chosen evening does not begin with a white flash.
EARLY_SCRIPT = 'try { const theme = localStorage.getItem("theme"); if (theme) document.documentElement.dataset.bsTheme = theme } catch {}'

# That script by its sum, everything else from this site alone; `data:` pictures because Bootstrap's style sheet holds some. No nonce: a
# page that a cache hands to many would hand them all the same one.
PAGE_POLICY = (
    f"default-src 'none'; script-src 'self' 'sha256-{b64encode(sha256(EARLY_SCRIPT.encode()).digest()).decode()}'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "manifest-src 'self'"
)
A_PAGE = [*COMMON, ("Content-Security-Policy", PAGE_POLICY), ("Cache-Control", "private, no-cache")]


def install(app: Flask) -> None:
    """Put the headers on every answer of the app, error pages and static files too, and give templates `early_script`."""
    app.jinja_env.globals["early_script"] = Markup(EARLY_SCRIPT)  # noqa: S704 - our own words
    app.wsgi_app = guarded(app.wsgi_app)  # type: ignore[method-assign, assignment]  # Flask's documented place for it


def guarded(app: WSGIApplication) -> WSGIApplication:
    """The same application, with headers that its views did not set themselves: a drawn poster brings a stricter policy of its own.

    They are added to the finished list, outside Flask: there it takes a microsecond or two, and no error can come in between.
    """

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            there = {name.lower(): value for name, value in headers}
            ours = A_PAGE if there.get("content-type", "").startswith("text/html") else NOT_A_PAGE
            headers.extend([header for header in ours if header[0].lower() not in there])
            return start_response(status, headers, exc_info)

        return app(environ, start)

    return answer
