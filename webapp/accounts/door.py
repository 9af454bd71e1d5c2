"""The application's way to sign in, and who knocks at it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import cast

from flask import Flask, current_app, request

from recommender.serving import Recommender
from recommender.sign_in import SignIn

IPV6_NETWORK = 64  # bits; whoever has one address of it has them all


def install(app: Flask) -> None:
    """One SignIn for the application, made when it is first asked for: most visitors are strangers and stay so."""
    recommender: Recommender = app.extensions["recommender"]
    app.extensions["sign_in"] = cache(lambda: recommender.sign_in(str(app.secret_key)))


def door() -> SignIn:
    """The application's SignIn."""
    return way_to_door()()


def way_to_door() -> Callable[[], SignIn]:
    """What gives the application's SignIn also to a thread that serves no request."""
    return cast(Callable[[], SignIn], current_app.extensions["sign_in"])


def address() -> str:
    """Where the request comes from, for limits."""
    sent = request.remote_addr or ""
    try:
        known = ip_address(sent)
    except ValueError:  # a unix socket without a server in front that would say
        return sent
    if isinstance(known, IPv6Address):
        # A socket for both kinds writes "::ffff:192.0.2.7": the network of that would be everybody's.
        return str(known.ipv4_mapped or IPv6Network((known, IPV6_NETWORK), strict=False))
    return sent
