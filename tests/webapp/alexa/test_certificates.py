"""A chain is fetched in little time, of little size, and from nowhere else."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.webapp.alexa.authorities import NOW, YEAR, Issue, good_chain, key, middle, pem, root
from webapp.alexa import certificates
from webapp.alexa.certificates import LARGEST, fetch

Answer = Callable[[ssl.SSLSocket], None]
HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


class Far:
    """A server of TLS that answers one request as it is told."""

    def __init__(self, folder: Path) -> None:
        there = Issue(sans=(), addresses=("127.0.0.1",), begins=NOW - YEAR, ends=NOW + 20 * YEAR).made()
        secret = key("leaf").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "far.pem").write_bytes(secret + pem(there, middle()))
        self._own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._own.load_cert_chain(folder / "far.pem")
        self.trusted = ssl.create_default_context(cadata=pem(root()).decode())
        self.asked = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"https://127.0.0.1:{self._listener.getsockname()[1]}/echo.api/chain.pem"

    def answers(self, answer: Answer) -> None:
        """Answer whoever comes first."""

        def serve() -> None:
            connection, _ = self._listener.accept()
            try:
                with self._own.wrap_socket(connection, server_side=True) as wrapped:
                    self.asked = wrapped.recv(8192)
                    answer(wrapped)
            except OSError:
                pass  # whoever asked has left
            finally:
                connection.close()

        threading.Thread(target=serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Far]:
    monkeypatch.setattr(certificates, "WITHIN", 30)  # seconds: a handshake may take its time on a busy machine, and none of these is late
    there = Far(tmp_path)
    yield there
    there.close()


def test_what_lies_there_is_fetched_and_nothing_of_us_is_told(far: Far) -> None:
    far.answers(lambda there: there.sendall(HEAD + good_chain()))

    assert fetch(far.address, far.trusted) == good_chain()
    assert far.asked.startswith(b"GET /echo.api/chain.pem HTTP/1.1\r\n")
    assert b"cookie" not in far.asked.lower()


@pytest.mark.parametrize("status", [b"403 Forbidden", b"404 Not Found", b"301 Moved", b"302 Found", b"500 Error", b"206 Partial"])
def test_anything_but_200_is_nothing(far: Far, status: bytes) -> None:
    elsewhere = b"\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n"
    far.answers(lambda there: there.sendall(b"HTTP/1.1 " + status + elsewhere))

    with pytest.raises(OSError, match=f"it answers {status[:3].decode()}"):
        fetch(far.address, far.trusted)


def test_what_is_too_large_is_not_read_to_its_end(far: Far) -> None:
    far.answers(lambda there: there.sendall(HEAD + b"x" * 50 * LARGEST))

    with pytest.raises(OSError, match="larger than"):
        fetch(far.address, far.trusted)


@pytest.mark.parametrize("answer", [b"SSH-2.0-OpenSSH\r\n", b"", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"])
def test_what_speaks_no_http_is_nothing(far: Far, answer: bytes) -> None:
    far.answers(lambda there: there.sendall(answer))

    with pytest.raises(OSError):  # noqa: PT011  http.client has a sentence for each
        fetch(far.address, far.trusted)


def _in_drops(there: ssl.SSLSocket) -> None:
    there.sendall(HEAD)
    for _ in range(100):
        there.sendall(b"x")
        time.sleep(0.05)


def _never(there: ssl.SSLSocket) -> None:
    time.sleep(5)


@pytest.mark.parametrize("answer", [_in_drops, _never])
def test_what_does_not_come_in_time_is_nothing(far: Far, answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "WITHIN", 0.3)
    far.answers(answer)

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        fetch(far.address, far.trusted)

    assert time.monotonic() - began < 3


def test_a_server_that_nobody_vouches_for_is_not_asked(far: Far) -> None:
    far.answers(lambda there: there.sendall(HEAD + good_chain()))

    with pytest.raises(ssl.SSLError):
        fetch(far.address)
    assert far.asked == b""
