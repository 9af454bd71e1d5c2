"""Signed cookies, read only where one was sent."""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface


class LazySessions(SecureCookieSessionInterface):
    """Flask's sessions, without a signer made for every request of a program that sends no cookie: a third of a small answer's time."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)
