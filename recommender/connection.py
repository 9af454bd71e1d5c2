"""One HTTP connection to one server, kept open between questions, by the standard library alone: what the Lambda function asks with."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection, responses
from ssl import SSLContext, create_default_context
from urllib.parse import urlsplit

LONGEST_ANSWER = 1_000_000  # bytes; the longest item of DynamoDB has 400 kB

# What `ask` raises when there is no whole answer. OSError: names that are not known, refused or broken connections, TimeoutError, TLS.
NO_ANSWER = (OSError, HTTPException)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """headers: names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def reason(self) -> str:
        """The status as people say it: "404 Not Found"."""
        return f"{self.status} {responses.get(self.status, '')}".strip()


class KeptConnection:
    """A server of which only what may be asked twice is asked. Shared by threads: who finds the connection in use opens another.

    A certificate is always checked. What a server sends by and by is waited for: only each step is bounded here.
    """

    def __init__(self, url: str) -> None:
        """url: https://host, or http, with a port or without; a path is left out. ValueError where no server is named."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"no server is named by {url!r}")
        self._is_secret, self._name, self._port = parts.scheme == "https", parts.hostname, parts.port
        self.host = parts.netloc.rpartition("@")[2]  # as the header of that name says it
        self._idle: list[HTTPConnection] = []

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes | None = None, *, step_seconds: float) -> HttpAnswer:
        """The whole answer, whatever its status; one of NO_ANSWER where there is none. step_seconds: for connecting, and for each read."""
        with suppress(IndexError):
            kept = self._idle.pop()
            # ConnectionError: the server has closed it since. That is no fault of the question, which is asked anew.
            with suppress(ConnectionError):
                return self._asked(kept, method, path, headers, body, step_seconds)
        return self._asked(self._new(), method, path, headers, body, step_seconds)

    def __del__(self) -> None:
        """Nobody asks any more: what is open is closed, without a word from Python about it."""
        for connection in self.__dict__.get("_idle", ()):
            connection.close()

    def _new(self) -> HTTPConnection:
        if self._is_secret:
            return HTTPSConnection(self._name, self._port, context=_trusted())
        return HTTPConnection(self._name, self._port)

    def _asked(
        self, connection: HTTPConnection, method: str, path: str, headers: Mapping[str, str], body: bytes | None, step_seconds: float
    ) -> HttpAnswer:
        connection.timeout = step_seconds
        if connection.sock is not None:
            connection.sock.settimeout(step_seconds)
        try:
            connection.request(method, path, body, {"Host": self.host, **headers})
            response = connection.getresponse()
            # Without an amount a body that is cut off is IncompleteRead; with one it would pass for whole.
            is_measured = response.length is not None and response.length <= LONGEST_ANSWER
            sent = response.read() if is_measured else response.read(LONGEST_ANSWER + 1)
            if len(sent) > LONGEST_ANSWER:
                raise HTTPException(f"the answer has more than {LONGEST_ANSWER} bytes")
        except BaseException:
            connection.close()
            raise
        if response.will_close or self._idle:
            connection.close()
        else:
            self._idle.append(connection)
        return HttpAnswer(response.status, {name.lower(): value for name, value in response.headers.items()}, sent)


@cache
def _trusted() -> SSLContext:
    """Made once: reading the certificates that this machine trusts takes a hundredth of a second."""
    return create_default_context()
