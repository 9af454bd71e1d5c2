"""Who may ask /personalize: whoever signs with an access key that has the scope; anybody, where a setting says so and nobody else can come.

A call that changes something is done once for each signature. A signature tells the time to the second, and botocore puts the id of a call
on it after signing: two equal calls within a second look alike. So what looks like a call that came just now is done as well; whoever
listens in would have to send it again within two seconds, when it says what has just been done anyway.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from flask import Flask, current_app

from recommender.access_keys import AccessKeys, open_access_keys
from recommender.errors import SettingError
from recommender.personalize.once import Once, open_once
from recommender.settings import Settings
from webapp.personalize.signature import Environ, NotSignedError, Signed, verified

LOOPBACK = ("127.0.0.1", "::1", "localhost")
OF_BROWSERS = ("HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE")
OF_PROXIES = ("HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_REAL_IP")


class Door:
    """keys: None where nobody has to sign."""

    def __init__(self, keys: AccessKeys | None, once: Once) -> None:
        self._keys, self._once = keys, once

    def let_in(self, environ: Environ, body: bytes, scope: str) -> Signed | None:
        """Who signed the request; None where nobody has to. NotSignedError for everybody else."""
        if self._keys is None:
            _refuse_browsers(environ)
            return None
        return verified(environ, body, scope, self._keys)

    @contextmanager
    def once(self, signed: Signed | None) -> Iterator[None]:
        """Around a call that changes something: NotSignedError where one with this very signature was done before."""
        if signed is None:
            yield
            return
        if not self._once.claim(signed.signature, signed.until):
            if self._once.is_of_this_moment(signed.signature, signed.until):
                yield
                return
            raise NotSignedError(
                "InvalidSignatureException",
                "A request with this very signature was served before, and what changes something is done once: sign it anew in a second.",
                400,
            )
        try:
            yield
        except BaseException:
            self._once.release(signed.signature, signed.until)
            raise


def install(app: Flask, settings: Settings, secret: str) -> None:
    """Put the door where `door` finds it; SettingError where it is to stand open to more than this machine."""
    if settings.personalize_unsigned:
        if settings.host not in LOOPBACK:
            raise SettingError(f"MATINEE_PERSONALIZE_UNSIGNED must be false where MATINEE_HOST is {settings.host}: anybody could come in.")
        if settings.behind_proxy:
            raise SettingError("MATINEE_PERSONALIZE_UNSIGNED must be false where MATINEE_BEHIND_PROXY is true: anybody could come in.")
    app.extensions["personalize_door"] = Door(
        None if settings.personalize_unsigned else open_access_keys(settings, secret), open_once(settings)
    )


def door() -> Door:
    """That of the application that answers the request."""
    return cast(Door, current_app.extensions["personalize_door"])


def _refuse_browsers(environ: Environ) -> None:
    """A page of another site, open on this machine, could ask as well as its owner: browsers say so, and under which name they came.

    So could anybody through a server in front that no setting tells of: most of them say whom they ask for.
    """
    host = str(environ.get("HTTP_HOST", ""))
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    if any(name in environ for name in (*OF_BROWSERS, *OF_PROXIES)) or not _is_loopback(name.strip("[]")):
        raise NotSignedError(
            "MissingAuthenticationTokenException",
            "Without access keys only programs on this machine are answered, which ask for 127.0.0.1 or localhost: no pages in a browser, "
            "and nobody through a server in front.",
            403,
        )


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
