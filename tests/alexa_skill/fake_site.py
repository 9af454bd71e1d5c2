"""A site that answers what it is told to, or misbehaves as it is told to, and remembers what it was asked."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

TRICKLE_SECONDS = 0.1  # between two bytes
HANG_SECONDS = 8.0  # longer than anybody waits here

FILM = {"movie_id": 1199, "title": "Brazil", "year": 1985, "genres": ["Fantasy", "Sci-Fi"], "imdb_id": 88846, "tmdb_id": None}
LINE = FILM | {
    "rank": 1,
    "score": 4.31,
    "match": 86,
    "predicted_stars": 4.4,
    "reasons": [{"kind": "people", "text": "Three of the people most like you gave it 5 stars."}],
}
LIST = {"user_id": 580, "rev": 0, "model": "m", "generation": 3, "basis": "personal", "notice": None, "items": [LINE]}
DETAILS = FILM | {
    "also_known_as": [],
    "tags": ["dystopia"],
    "n_ratings": 59,
    "mean_stars": 3.9,
    "histogram": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
}


@dataclass
class FakeSite:
    """answers: path below /api/v1 to a body, or to a status; whatever else is asked for is 404. manner: how it answers."""

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    manner: str = "well"
    times: int = 0  # how often it keeps to the manner; 0: always
    asked: list[str] = field(default_factory=list)  # paths with their questions
    headers: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    connections: set[Any] = field(default_factory=set)

    @property
    def questions(self) -> list[tuple[str, str]]:
        """Of the last request."""
        return parse_qsl(urlsplit(self.asked[-1]).query)


@contextmanager
def fake_site() -> Iterator[FakeSite]:
    """Listens on this machine while wanted."""
    site = FakeSite()

    class Handler(BaseHTTPRequestHandler):
        protocol_version: ClassVar[str] = "HTTP/1.1"

        def do_GET(self) -> None:
            site.asked.append(self.path)
            site.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            site.headers.append({name.lower(): value for name, value in self.headers.items()})
            site.connections.add(self.client_address)
            manner, site.times = site.manner, site.times - 1
            if site.times == 0:
                site.manner = "well"
            self.close_connection = manner != "well"
            with suppress(OSError):
                _answer(self, manner, site.answers.get(urlsplit(self.path).path.removeprefix("/api/v1"), 404))

        do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815  of the server

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the server has it
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    site.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def _answer(to: BaseHTTPRequestHandler, manner: str, said: Any) -> None:
    status = said if isinstance(said, int) else 200
    body = json.dumps({"type": "about:blank", "status": status} if isinstance(said, int) else said).encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    )
    write = to.wfile.write
    match manner:
        case "well":
            write(head + body)
        case "hangs":
            time.sleep(HANG_SECONDS)
        case "trickles the head":
            _trickle(to, head)
        case "trickles the body":
            write(head)
            _trickle(to, body)
        case "trickles and never ends":
            write(b"HTTP/1.1 200 OK\r\nX-More: ")
            _trickle(to, b"x" * 1000)
        case "closes":
            to.connection.shutdown(socket.SHUT_RDWR)
        case "cuts":
            write(head + body[: len(body) // 2])
        case "cuts quietly":
            write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n" + body[: len(body) // 2])
        case "talks nonsense":
            write(b"\x00\x01 nonsense\r\n\r\n")
        case "answers no JSON":
            write(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>")
        case "nests without end":
            write(b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"[" * 200_000)
        case "answers too much":
            write(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + b" " * 2_000_000)
        case "answers too much in pieces":
            write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + (b"8000\r\n" + b" " * 0x8000 + b"\r\n") * 64 + b"0\r\n\r\n")
        case "sends on":
            write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        case "fails":
            write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")


def _trickle(to: BaseHTTPRequestHandler, sent: bytes) -> None:
    for at in range(len(sent)):
        to.wfile.write(sent[at : at + 1])
        time.sleep(TRICKLE_SECONDS)
