"""What pages say again and again, made once: addresses within the site, and words that are the same wherever they stand."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import flask
from flask import Flask, current_app, request
from markupsafe import Markup

MOST_ADDRESSES = 2048  # of some 100 bytes
LONGEST_ADDRESS = 200  # characters; what people typed may be longer, and is asked for once
MOST_PAGES = 32  # of some 36 KB
MOST_WORDS = 1024  # of some 2 KB, most of them about a film, with its poster
ADDRESS = ("wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING")


def install(app: Flask) -> None:
    """Give templates `url_for` of this module in the place of Flask's, and `once`."""
    app.extensions |= {"kept_addresses": {}, "kept_words": {}, "kept_pages": {}}
    app.jinja_env.globals |= {"url_for": url_for, "once": once}


def url_for(endpoint: str, **values: Any) -> str:
    """Flask's, of a whole name; building an address takes longer than writing the rest of a line, so what was built is kept."""
    made: dict[tuple[object, ...], str] = current_app.extensions["kept_addresses"]
    environ = request.environ
    where = (environ.get("HTTP_HOST"), environ.get("wsgi.url_scheme")) if "_external" in values else ()
    key = (environ.get("SCRIPT_NAME"), where, endpoint, *values.items())
    try:
        known = made.get(key)
    except TypeError:  # a value that is a list
        return flask.url_for(endpoint, **values)
    if known is None:
        known = flask.url_for(endpoint, **values)
        if len(known) <= LONGEST_ADDRESS:
            _keep(made, key, known, MOST_ADDRESSES)
    return known


def once(macro: Callable[..., Markup], *arguments: object) -> Markup:
    """What the macro says, if it says it from nothing but its arguments: it must be of a template that is imported without context."""
    made: dict[tuple[object, ...], Markup] = current_app.extensions["kept_words"]
    key = (request.environ.get("SCRIPT_NAME"), macro, *arguments)
    known = made.get(key)
    if known is None:
        known = macro(*arguments)
        _keep(made, key, known, MOST_WORDS)
    return known


def page(made_from: tuple[Hashable, ...], write: Callable[[], str]) -> bytes:
    """The page that `write` writes of this address, from nothing but what it is made from; for a browser that sent no cookie.

    Any other browser's page is written for it alone: who is signed in, and what was just said to them, is in it.
    """
    environ = request.environ
    if "HTTP_COOKIE" in environ or current_app.debug:
        return write().encode()
    made: dict[tuple[object, ...], bytes] = current_app.extensions["kept_pages"]
    address = request.endpoint, *[environ.get(name) for name in ADDRESS]
    known = made.get((address, made_from))
    if known is None:
        known = write().encode()
        _keep(made, (address, made_from), known, MOST_PAGES)
    return known


def _keep(made: dict[tuple[object, ...], Any], key: tuple[object, ...], value: str | bytes, most: int) -> None:
    if len(made) >= most:
        made.clear()
    made[key] = value
