"""Signed cookies, read only where one was sent; and cookies' names, which no other site on this host has."""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from recommender.settings import Settings

FIRST_PORT = Settings().port


def of_this_site(name: str, settings: Settings) -> str:
    """The name of a cookie, with the port where that is not the usual one: browsers send a host's cookies to every port of it.

    Behind a server in front every site has a host of its own, and the port is nobody's business.
    """
    return name if settings.behind_proxy or settings.port == FIRST_PORT else f"{name}-{settings.port}"


class LazySessions(SecureCookieSessionInterface):
    """Flask's sessions, without a signer made for every request of a program that sends no cookie: a third of a small answer's time."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)
