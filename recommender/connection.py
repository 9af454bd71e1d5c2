"""One HTTP connection to one server, kept open between questions: what the Lambda function asks with.

By sockets, since the standard library's client brings the reading of e-mail along, a tenth of the function's start; and so that a whole
answer has its time, which there each step of it has.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from ssl import SSLContext, create_default_context
from urllib.parse import urlsplit

LONGEST_ANSWER = 1_000_000  # bytes; the longest item of DynamoDB has 400 kB
LONGEST_HEAD = 65_536
AT_ONCE = 65_536  # bytes read at a time
WITHOUT_A_BODY = (204, 304)


class BrokenAnswerError(Exception):
    """What came is no whole answer of HTTP/1.1, or too long for one."""


# What `ask` raises when there is no whole answer. OSError: names that are not known, refused or broken connections, TimeoutError, TLS.
NO_ANSWER = (OSError, BrokenAnswerError)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """reason: the status as the server says it, "404 Not Found". headers: names in small letters."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes


class KeptConnection:
    """A server of which only what may be asked twice is asked. Shared by threads: who finds the connection in use opens another.

    A certificate is always checked.
    """

    def __init__(self, url: str) -> None:
        """url: https://host, or http, with a port or without; a path is left out. ValueError where no server is named."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"no server is named by {url!r}")
        parts.hostname.encode("idna")  # UnicodeError, a ValueError too, for what can be nobody's name
        self._is_secret = parts.scheme == "https"
        self._place = (parts.hostname, parts.port or (443 if self._is_secret else 80))
        self.host = parts.netloc.rpartition("@")[2]  # as the header of that name says it
        self._idle: list[socket.socket] = []

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", *, seconds: float) -> HttpAnswer:
        """The whole answer, whatever its status; one of NO_ANSWER where there is none. seconds: for all of it but the look for the name."""
        sent = {"Host": self.host, **headers, **({"Content-Length": str(len(body))} if body else {})}
        lines = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        request = f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body
        end = time.monotonic() + seconds
        with suppress(IndexError):
            kept = self._idle.pop()
            # ConnectionError: the server has closed it since. That is no fault of the question, which is asked anew.
            with suppress(ConnectionError):
                return self._asked(kept, request, end)
        return self._asked(self._opened(seconds), request, end)

    def __del__(self) -> None:
        """Nobody asks any more: what is open is closed, without a word from Python about it."""
        for connection in self.__dict__.get("_idle", ()):
            connection.close()

    def _opened(self, seconds: float) -> socket.socket:
        opened = socket.create_connection(self._place, seconds)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            return _trusted().wrap_socket(opened, server_hostname=self._place[0]) if self._is_secret else opened
        except BaseException:
            opened.close()
            raise

    def _asked(self, connection: socket.socket, request: bytes, end: float) -> HttpAnswer:
        incoming = _Incoming(connection, end)
        try:
            connection.settimeout(incoming.left)
            connection.sendall(request)
            answer = incoming.answer()
        except BaseException:
            connection.close()
            raise
        if incoming.is_over or self._idle:
            connection.close()
        else:
            self._idle.append(connection)
        return answer


class _Incoming:
    """What comes in on a connection until the end of its time. is_over: whether nothing more may be asked there."""

    def __init__(self, connection: socket.socket, end: float) -> None:
        self._connection, self._end = connection, end
        self._buffer = bytearray()
        self.is_over = False

    @property
    def left(self) -> float:
        """Seconds; TimeoutError when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer was not whole in time")
        return left

    def answer(self) -> HttpAnswer:
        """The next answer; what only says that one will come is passed over."""
        if not self._more():
            raise ConnectionResetError("closed before the answer")
        while True:
            first, *lines = self._until(b"\r\n\r\n", LONGEST_HEAD).decode("latin-1").split("\r\n")
            version, _, reason = first.partition(" ")
            if not version.startswith("HTTP/1.") or not (reason[:3].isascii() and reason[:3].isdigit()):
                raise BrokenAnswerError("the answer is none of HTTP/1.1")
            headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            status = int(reason[:3])
            if status >= 200:
                break
        self.is_over = version != "HTTP/1.1" or "close" in headers.get("connection", "").lower()
        body = self._body(status, headers)
        self.is_over = self.is_over or bool(self._buffer)  # what nobody asked for is not the answer to the next question
        return HttpAnswer(status, reason, headers, body)

    def _body(self, status: int, headers: Mapping[str, str]) -> bytes:
        if status in WITHOUT_A_BODY:
            return b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._pieces()
        if "content-length" in headers:
            return self._exactly(_number(headers["content-length"], 10))
        self.is_over = True
        while self._more():
            if len(self._buffer) > LONGEST_ANSWER:
                raise _too_long()
        return bytes(self._buffer)

    def _pieces(self) -> bytes:
        whole = bytearray()
        while size := _number(self._until(b"\r\n", LONGEST_HEAD).decode("latin-1").partition(";")[0].strip(), 16):
            whole += self._exactly(size)
            if len(whole) > LONGEST_ANSWER:
                raise _too_long()
            if self._exactly(2) != b"\r\n":
                raise BrokenAnswerError("a piece of the answer has no end")
        while self._until(b"\r\n", LONGEST_HEAD):
            pass  # headers that follow the body
        return bytes(whole)

    def _until(self, mark: bytes, most: int) -> bytes:
        """What stands before the mark, which is taken away with it."""
        while (at := self._buffer.find(mark)) < 0:
            if len(self._buffer) > most:
                raise _too_long()
            self._need_more()
        return self._taken(at, len(mark))

    def _exactly(self, size: int) -> bytes:
        if size > LONGEST_ANSWER:
            raise _too_long()
        while len(self._buffer) < size:
            self._need_more()
        return self._taken(size)

    def _taken(self, size: int, and_more: int = 0) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[: size + and_more]
        return taken

    def _need_more(self) -> None:
        if not self._more():
            raise BrokenAnswerError("the answer was cut off")

    def _more(self) -> bool:
        """Whether more has come before the other side closed."""
        self._connection.settimeout(self.left)
        came = self._connection.recv(AT_ONCE)
        self._buffer += came
        return bool(came)


def _number(text: str, base: int) -> int:
    digits = "0123456789abcdef"[:base]
    if not 0 < len(text) <= 16 or set(text.lower()) - set(digits):
        raise BrokenAnswerError("the answer does not say how long it is")
    return int(text, base)


def _too_long() -> BrokenAnswerError:
    return BrokenAnswerError(f"the answer has more than {LONGEST_ANSWER} bytes, or a head of more than {LONGEST_HEAD}")


@cache
def _trusted() -> SSLContext:
    """Made once: reading the certificates that this machine trusts takes a hundredth of a second."""
    return create_default_context()
