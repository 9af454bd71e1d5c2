"""What every answer says to the browser: run nothing but our own scripts, guess nothing, tell nobody."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
}
NOT_A_PAGE = "default-src 'none'; frame-ancestors 'none'"


def install(app: Flask) -> None:
    """Put the headers on every answer of the app, error pages and static files too, and give templates `csp_nonce()`."""
    app.after_request(add_headers)
    app.add_template_global(csp_nonce)


def csp_nonce() -> str:
    """The word that allows a script on this page alone: ``<script nonce="{{ csp_nonce() }}">``."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def add_headers(response: Response) -> Response:
    """Add what the view did not set itself: a drawn poster brings a stricter policy of its own."""
    headers = response.headers
    if response.mimetype == "text/html":
        headers.setdefault("Content-Security-Policy", page_policy(csp_nonce()))
        headers.setdefault("Cache-Control", "private, no-cache")
    else:
        headers.setdefault("Content-Security-Policy", NOT_A_PAGE)
    for name, value in COMMON.items():
        headers.setdefault(name, value)
    return response


def page_policy(nonce: str) -> str:
    """Scripts by nonce, everything else from this site alone; `data:` pictures because Bootstrap's style sheet holds some."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    )
