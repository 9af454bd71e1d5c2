"""How pages and their files travel: compressed where the browser can read that, and kept where they never change.

A page that is the same for everyone may be kept for a moment by a web server in front; every other page is its reader's alone.
"""

from __future__ import annotations

import gzip
import os
from functools import lru_cache
from pathlib import Path
from zlib import crc32

from flask import Flask, Response, current_app, request

from webapp.kept import url_for

COMPRESSED = {"text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml"}
WORTH_IT = 1000  # bytes; below it compression saves nothing
LEVEL = 6
A_YEAR = 365 * 24 * 3600  # seconds
NEVER_CHANGE = (".woff2",)  # under their name; everything else is told apart by ?v=
SAME_FOR_EVERYONE = {"pages.home", "pages.about", "pages.film", "pages.search"}
MOMENT = 1  # seconds that a web server in front may hand out the same page
FOR_A_MOMENT = f"public, max-age=0, s-maxage={MOMENT}"


def install(app: Flask) -> None:
    """Compress and keep the answers of the app's pages and static files, and give templates `static(filename)`."""
    app.after_request(deliver)
    app.add_template_global(static)


def static(filename: str) -> str:
    """The address of a static file; it changes when the file does, so that browsers may keep what they have."""
    if filename.endswith(NEVER_CHANGE):
        return url_for("static", filename=filename)
    path = f"{current_app.static_folder}/{filename}"
    return url_for("static", filename=filename, v=_sum(path, os.stat(path).st_mtime_ns))  # noqa: PTH116  of each page, eight times


def deliver(response: Response) -> Response:
    """What the program interface answers goes through untouched: its bodies are small and its readers count microseconds."""
    is_file = request.endpoint == "static"
    is_plain = not request.query_string or request.endpoint == "pages.search"  # Home keeps what was typed into its form
    if request.endpoint in SAME_FOR_EVERYONE and is_plain and response.status_code == 200:
        share(response)
    if not is_file and response.mimetype not in COMPRESSED:
        return response
    if is_file and response.status_code == 200 and ("v" in request.args or request.path.endswith(NEVER_CHANGE)):
        response.cache_control.no_cache = None
        response.cache_control.public = True
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
    if response.mimetype in COMPRESSED:
        response.vary.add("Accept-Encoding")
        if request.method == "GET" and response.status_code != 304 and request.accept_encodings["gzip"]:
            _compress(response)
    return response


def share(response: Response) -> Response:
    """The same answer; a web server in front may hand it to others for a moment, if whoever asks showed neither a cookie nor a token."""
    if "HTTP_COOKIE" not in request.environ and "HTTP_AUTHORIZATION" not in request.environ:
        response.headers["Cache-Control"] = FOR_A_MOMENT  # as it is: building it of its parts takes a twentieth of a page's time
    return response


def _compress(response: Response) -> None:
    if "Content-Encoding" in response.headers or "Content-Range" in response.headers:
        return
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < WORTH_IT:
        return
    response.set_data(
        _gzipped(body) if request.endpoint == "static" and response.status_code == 200 else gzip.compress(body, LEVEL, mtime=0)
    )
    response.headers["Content-Encoding"] = "gzip"
    tag, _ = response.get_etag()
    if tag:
        response.set_etag(tag, weak=True)  # the same text in other bytes


@lru_cache(maxsize=32)
def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)


@lru_cache(maxsize=64)
def _sum(path: str, changed_at: int) -> str:
    """changed_at takes part only so that a changed file is summed again."""
    return f"{crc32(Path(path).read_bytes()):08x}"
