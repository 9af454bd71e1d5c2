"""Downloads against a real server on this machine that misbehaves on request."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from recommender.errors import StorageError
from recommender.storage.download import download

FILE = bytes(range(256)) * 2000
MD5 = hashlib.md5(FILE).hexdigest()


@dataclass
class Site:
    """What the server has and how it behaves; asked: the path and Range of every request."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=lambda: {"/film.zip": FILE, "/film.zip.md5": f"MD5 (film.zip) = {MD5}\n".encode()})
    ranges: bool = True
    says_length: bool = True
    cut_after: list[int] = field(default_factory=list)  # bytes of the body, of each answer in turn
    spoil: int = 0  # how many answers have a wrong byte
    status: int = 0
    redirect: str = ""
    silent: bool = False
    wrong_range: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range", "")
        self.asked.append((request.path, wanted))
        if self.silent:
            time.sleep(2)
            return
        body = self.files.get(request.path)
        is_md5 = request.path.endswith(".md5")
        if body is None or (self.status and not is_md5):
            request.send_error(self.status or 404)
            return
        if self.redirect and not is_md5:
            request.send_response(302)
            request.send_header("Location", self.redirect)
            request.end_headers()
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and self.ranges else 0
        if start >= len(body):
            request.send_response(416)
            request.end_headers()
            return
        request.send_response(206 if start else 200)
        if start:
            at = start + 1 if self.wrong_range else start
            request.send_header("Content-Range", f"bytes {at}-{len(body) - 1}/{len(body)}")
        if self.says_length:
            request.send_header("Content-Length", str(len(body) - start))
        request.end_headers()
        body = body[start:]
        if self.spoil and not is_md5:
            self.spoil -= 1
            body = body[:-1] + bytes([body[-1] ^ 1])
        if self.cut_after and not is_md5:
            body = body[: self.cut_after.pop(0)]
        request.wfile.write(body)


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.answer(self)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    site.url = f"http://127.0.0.1:{server.server_address[1]}/film.zip"
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "downloads" / "film.zip"


def part_of(to: Path) -> Path:
    return to.with_name("film.zip.part")


def half_fetched(to: Path, data: bytes = FILE[:1000]) -> None:
    to.parent.mkdir()
    part_of(to).write_bytes(data)


def ranges_of(site: Site) -> list[str]:
    return [wanted for path, wanted in site.asked if path == "/film.zip"]


def test_a_file_comes_whole_and_checked_and_nothing_is_left_beside_it(site: Site, to: Path) -> None:
    heard: list[tuple[int, int]] = []

    assert download(site.url, to, progress=lambda done, total: heard.append((done, total))) == to

    assert to.read_bytes() == FILE
    assert list(to.parent.iterdir()) == [to]
    assert heard[-1] == (len(FILE), len(FILE))
    assert heard == sorted(heard)


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        ({}, ["/film.zip.md5", "/film.zip"]),
        ({"md5": MD5}, ["/film.zip"]),
        ({"md5": MD5.upper()}, ["/film.zip"]),
        ({"sha256": hashlib.sha256(FILE).hexdigest()}, ["/film.zip"]),
    ],
)
def test_the_published_checksum_is_asked_for_only_when_none_is_known(site: Site, to: Path, known: dict[str, str], asked: list[str]) -> None:
    download(site.url, to, **known)

    assert [path for path, _ in site.asked] == asked


@pytest.mark.parametrize("published", [f"{MD5}  film.zip\n", f"MD5 (film.zip) = {MD5}", MD5.upper(), f"\r\n{MD5}\r\n"])
def test_a_published_checksum_is_found_in_any_common_form(site: Site, to: Path, published: str) -> None:
    site.files["/film.zip.md5"] = published.encode()
    site.spoil = 1

    download(site.url, to)

    assert to.read_bytes() == FILE
    assert len(ranges_of(site)) == 2  # the first was found out


def test_without_any_checksum_the_file_is_taken_and_never_put_together_from_halves(site: Site, to: Path) -> None:
    del site.files["/film.zip.md5"]
    half_fetched(to, b"of another file")

    download(site.url, to)

    assert to.read_bytes() == FILE
    assert ranges_of(site) == [""]


def test_a_cut_file_is_kept_and_the_next_call_goes_on_from_there(site: Site, to: Path) -> None:
    site.cut_after = [300_000]

    with pytest.raises(
        StorageError, match=r"could not be fetched: the connection was cut 212,000 bytes early; check the network and try again\."
    ):
        download(site.url, to)

    assert not to.exists()
    assert part_of(to).read_bytes() == FILE[:300_000]
    download(site.url, to)
    assert to.read_bytes() == FILE
    assert ranges_of(site) == ["", "bytes=300000-"]


def test_a_server_that_cannot_go_on_sends_all_again(site: Site, to: Path) -> None:
    half_fetched(to)
    site.ranges = False

    download(site.url, to)

    assert to.read_bytes() == FILE
    assert len(ranges_of(site)) == 1  # nothing was put after the bytes at hand


def test_a_server_that_goes_on_elsewhere_is_asked_for_all(site: Site, to: Path) -> None:
    half_fetched(to)
    site.wrong_range = True

    download(site.url, to)

    assert to.read_bytes() == FILE
    assert ranges_of(site) == ["bytes=1000-", ""]


@pytest.mark.parametrize(
    "at_hand", [b"of another file" * 9, FILE, FILE + b"more", FILE[:-1] + b"x"], ids=["other", "whole", "longer", "last byte wrong"]
)
def test_whatever_was_at_hand_the_file_is_right_in_the_end(site: Site, to: Path, at_hand: bytes) -> None:
    half_fetched(to, at_hand)

    download(site.url, to)

    assert to.read_bytes() == FILE
    assert not part_of(to).exists()


def test_a_file_that_is_wrong_twice_is_refused_and_removed(site: Site, to: Path) -> None:
    site.spoil = 2

    with pytest.raises(StorageError, match=rf"is not the file it should be \(its md5 is [0-9a-f]{{32}}, not {MD5}\); try again later"):
        download(site.url, to)

    assert list(to.parent.iterdir()) == []
    assert len(ranges_of(site)) == 2


def test_the_file_in_use_stays_until_the_new_one_is_checked(site: Site, to: Path) -> None:
    to.parent.mkdir()
    to.write_bytes(b"yesterday's")
    site.spoil = 2

    with pytest.raises(StorageError):
        download(site.url, to)

    assert to.read_bytes() == b"yesterday's"


@pytest.mark.parametrize(("status", "words"), [(404, "404 Not Found"), (403, "403 Forbidden"), (500, "500 Internal Server Error")])
def test_a_refusal_is_told_in_the_servers_words(site: Site, to: Path, status: int, words: str) -> None:
    site.status = status

    with pytest.raises(StorageError, match=f"could not be fetched: the server answered {words}; check the address"):
        download(site.url, to)


def test_redirects_are_followed(site: Site, to: Path) -> None:
    site.files["/moved.zip"] = FILE
    site.files["/moved.zip.md5"] = MD5.encode()
    site.redirect = site.url

    answer = site.answer

    def first_elsewhere(request: BaseHTTPRequestHandler) -> None:
        if request.path == "/film.zip":
            site.redirect = ""
        answer(request)

    site.answer = first_elsewhere  # type: ignore[method-assign]
    download(site.url.replace("film", "moved"), to)

    assert to.read_bytes() == FILE


@pytest.mark.parametrize("leads_to", ["file:///etc/hostname", "ftp://127.0.0.1/film.zip"])
def test_a_redirect_to_anything_but_http_is_refused(site: Site, to: Path, leads_to: str) -> None:
    site.redirect = leads_to

    with pytest.raises(StorageError):
        download(site.url, to)

    assert not to.exists()


@pytest.mark.parametrize(
    "url", ["file:///etc/hostname", "ftp://127.0.0.1/a.zip", "data:,x", "", "film.zip", "http://", "http://[", "https:film.zip"]
)
def test_only_web_addresses_are_fetched(to: Path, url: str) -> None:
    with pytest.raises(StorageError, match=r"must come from an address like https://host/file\.zip, not"):
        download(url, to)


@pytest.mark.parametrize("says_length", [True, False])
def test_a_file_beyond_the_limit_is_refused(site: Site, to: Path, says_length: bool) -> None:
    site.says_length = says_length

    with pytest.raises(StorageError, match="500,000"):
        download(site.url, to, most_bytes=500_000)

    assert not to.exists()


def test_a_server_that_does_not_say_the_length_is_believed_by_checksum(site: Site, to: Path) -> None:
    site.says_length = False
    totals: set[int] = set()

    download(site.url, to, progress=lambda _, total: totals.add(total))

    assert to.read_bytes() == FILE
    assert totals == {0}


def test_a_silent_server_costs_the_timeout_once(site: Site, to: Path) -> None:
    site.silent = True
    began = time.monotonic()

    with pytest.raises(StorageError, match=r"could not be fetched: no answer in time; check the network and try again\."):
        download(site.url, to, timeout_seconds=0.2)

    assert time.monotonic() - began < 1


def test_a_name_that_is_looked_up_for_ever_costs_the_timeout_once(to: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enough = threading.Event()

    def never(*args: object, **kwargs: object) -> object:
        enough.wait(5)
        raise socket.gaierror("no network")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    began = time.monotonic()

    with pytest.raises(StorageError, match="no answer in time"):
        download("https://films.invalid/a.zip", to, timeout_seconds=0.2)

    assert time.monotonic() - began < 1
    enough.set()


def test_nobody_at_the_address_is_told_at_once(to: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/film.zip"

        with pytest.raises(StorageError, match=r"could not be fetched: .*refused; check the network and try again\."):
            download(url, to)


def test_a_place_that_cannot_be_written_is_named(site: Site, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where a folder should be")

    with pytest.raises(StorageError, match="taken could not be written"):
        download(site.url, tmp_path / "taken" / "film.zip")
