"""The kept connection takes what is HTTP/1.1, whole and in time, from whom it may trust, and nothing else."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from recommender import connection
from recommender.connection import LONGEST_ANSWER, BrokenAnswerError, HttpAnswer, KeptConnection

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@contextmanager
def server(*answers: bytes | Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """Gives the answers in turn, each to one request, and keeps the connection; the URL, and what it was asked."""
    asked: list[bytes] = []
    left = list(answers)

    def serve(listener: socket.socket) -> None:
        while left:
            with suppress(OSError):
                accepted, _ = listener.accept()
                with tls.wrap_socket(accepted, server_side=True) if tls else accepted as talking:
                    while left and (request := talking.recv(65_536)):
                        asked.append(request)
                        said = left.pop(0)
                        if callable(said):
                            said(talking)
                            break
                        talking.sendall(said)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield f"{'https' if tls else 'http'}://localhost:{listener.getsockname()[1]}".replace("http://localhost", "http://127.0.0.1"), asked
        left.clear()


def ask(url: str, *, seconds: float = 2.0) -> HttpAnswer:
    return KeptConnection(url).ask("GET", "/films?q=heat", {"Accept": "text/plain"}, seconds=seconds)


def test_a_question_and_its_answer() -> None:
    with server(b"HTTP/1.1 404 Not Found\r\nX-Twice:  a b \r\ncontent-length: 2\r\n\r\nhi") as (url, asked):
        answer = ask(url)

    assert (answer.status, answer.reason, answer.headers["x-twice"], answer.body) == (404, "404 Not Found", "a b", b"hi")
    assert asked == [f"GET /films?q=heat HTTP/1.1\r\nHost: {url[7:]}\r\nAccept: text/plain\r\n\r\n".encode()]


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (
            CHUNKED + b"5\r\nhello\r\nA;x=y\r\n to others\r\n0\r\nX: y\r\n\r\n",
            b"hello to others",
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK, b"hi"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", b""),
        (lambda talking: talking.sendall(b"HTTP/1.0 200 OK\r\n\r\nuntil the end"), b"until the end"),
    ],
)
def test_every_way_to_say_how_long_an_answer_is(sent: bytes, body: bytes) -> None:
    with server(sent) as (url, _):
        assert ask(url).body == body


def test_the_connection_is_kept_and_one_that_was_closed_meanwhile_is_no_fault() -> None:
    with server(OK, OK, lambda talking: talking.sendall(OK), OK) as (url, asked):
        kept = KeptConnection(url)
        for _ in range(2):
            assert kept.ask("GET", "/", {}, seconds=2).body == b"hi"
        [first] = kept._idle
        assert kept.ask("GET", "/", {}, seconds=2).body == b"hi"
        time.sleep(0.1)  # the server closes
        assert kept._idle == [first]
        assert kept.ask("GET", "/", {}, seconds=2).body == b"hi"
        assert kept._idle != [first]

    assert len(asked) == 4


def test_what_was_not_asked_for_is_not_taken_for_the_next_answer() -> None:
    with server(OK + OK.replace(b"hi", b"no"), OK) as (url, _):
        kept = KeptConnection(url)

        assert kept.ask("GET", "/", {}, seconds=2).body == b"hi"
        assert kept._idle == []


@pytest.mark.parametrize(
    "sent",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2x\r\n\r\nhi",
        CHUNKED + b"hello\r\n",
        CHUNKED + b"2\r\nhi!!0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (LONGEST_ANSWER + 1),
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000,
        lambda talking: talking.sendall(b"HTTP/1.1 200 OK\r\nContent-Le"),
        lambda talking: talking.sendall(OK[:-1]),
        lambda talking: talking.sendall(CHUNKED + b"2\r\nhi\r\n"),
        lambda talking: talking.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * (LONGEST_ANSWER + 1)),
    ],
)
def test_what_is_no_whole_answer_is_none(sent: bytes) -> None:
    with server(sent) as (url, _), pytest.raises(BrokenAnswerError):
        ask(url)


def _trickle(talking: socket.socket) -> None:
    with suppress(OSError):
        for at in range(100):
            talking.sendall(OK[at % len(OK) :][:1])
            time.sleep(0.05)


@pytest.mark.parametrize("manner", [lambda talking: time.sleep(1), _trickle])
def test_an_answer_has_its_time_however_it_is_spread(manner: Callable[[socket.socket], None]) -> None:
    with server(manner) as (url, _):
        start = time.monotonic()

        with pytest.raises(TimeoutError):
            ask(url, seconds=0.3)

        assert time.monotonic() - start < 0.6


def test_an_answer_that_says_it_is_too_long_is_not_waited_for() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (LONGEST_ANSWER + 1)

    with server(head) as (url, _), pytest.raises(BrokenAnswerError, match=f"more than {LONGEST_ANSWER} bytes"):
        ask(url, seconds=20)


@pytest.mark.parametrize("url", ["", "films.example.com", "ftp://films.example.com", "https://", "http:///x"])
def test_an_address_that_names_no_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no server is named"):
        KeptConnection(url)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """One for localhost that nobody has vouched for, and a server's side of TLS with it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return file, context


def test_a_server_is_asked_by_tls_only_if_its_certificate_is_trusted_and_its_own(
    certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, context = certificate
    with server(OK, OK, tls=context) as (url, asked):
        connection._trusted.cache_clear()
        with pytest.raises(ssl.SSLCertVerificationError):
            ask(url)

        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        connection._trusted.cache_clear()
        with pytest.raises(ssl.SSLCertVerificationError):
            ask(url.replace("localhost", "127.0.0.1"))
        assert asked == []
        assert ask(url).body == b"hi"
    connection._trusted.cache_clear()
