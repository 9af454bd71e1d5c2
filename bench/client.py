"""A small HTTP client over one kept-alive connection: the measured side should cost more than the measuring one."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Any

SECONDS = 60  # without an answer


@dataclass(frozen=True, slots=True)
class Answer:
    """status: 0 if the server closed the connection without an answer."""

    status: int
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One connection to a port of this machine; opened at once, and again after the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self._socket.close()

    def get(self, path: str) -> Answer:
        """GET the path."""
        return self.send(request("GET", path))

    def send(self, message: bytes) -> Answer:
        """The answer to a finished request."""
        self.ask(message)
        return self.answer()

    def ask(self, message: bytes) -> None:
        """Send a finished request and wait for nothing; `answer` must be called before the next."""
        self._socket.sendall(message)

    def answer(self) -> Answer:
        """The answer to what was asked."""
        received = b""
        while b"\r\n\r\n" not in received:
            part = self._socket.recv(65536)
            if not part:
                self._open()
                return Answer(0, b"")
            received += part
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.lower().split(b"\r\n")
        length = next(int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:"))
        while len(body) < length:
            body += self._socket.recv(65536)
        if b"connection: close" in lines:
            self._open()
        return Answer(int(lines[0].split()[1]), body)

    def _open(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def request(method: str, path: str, *, token: str = "", body: object = None) -> bytes:
    """A finished request, its body as JSON."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: */*"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    content = b"" if body is None else json.dumps(body).encode()
    if content:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join([*lines, "", ""]).encode() + content
