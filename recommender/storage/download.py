"""Fetching one file over HTTP: resumed where it was cut, checked before it counts, given up soon where there is no network."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import ssl
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlsplit

from recommender.errors import StorageError

TIMEOUT_SECONDS = 5.0  # for a connection, and between two pieces of the file
MOST_SECONDS = 1800.0  # for the whole file
MOST_BYTES = 2 << 30
_PIECE = 1 << 16  # bytes
_MD5 = re.compile(r"(?<![0-9a-fA-F])[0-9a-fA-F]{32}(?![0-9a-fA-F])")

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Checksum:
    kind: str  # as hashlib names it
    digest: str


class _BrokenFileError(Exception):
    """The bytes at hand are not those of the file; a fresh start may help."""


def download(
    url: str,
    to: Path,
    *,
    md5: str | None = None,
    sha256: str | None = None,
    progress: Progress | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
    most_bytes: int = MOST_BYTES,
) -> Path:
    """Put the file at `to`, whole and checked, or not at all; gives `to` back. Whatever was there is replaced.

    md5, sha256: what the file must have, in hex. With neither, the checksum is the one published at url + ".md5", if there is one.
    progress: called with the bytes at hand and the bytes there will be, 0 where the server does not say.
    StorageError, in a sentence: no connection within timeout_seconds, a wrong answer, a cut or wrong file, no room. What came
    before a cut stays in a file beside, named .part, and the next call goes on from there.
    """
    _refuse_other_schemes(url)
    part = to.with_name(to.name + ".part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        checksum = _checksum(url, md5, sha256, timeout_seconds)
        if checksum is None:
            part.unlink(missing_ok=True)  # nothing would tell whether the two halves are of the same file
        fetch = _Fetch(url, part, checksum, progress, timeout_seconds, most_bytes)
        try:
            fetch.whole_file()
        except _BrokenFileError:
            part.unlink(missing_ok=True)
            fetch.whole_file()
        part.replace(to)
        _sync_folder(to.parent)
    except _BrokenFileError as broken:
        part.unlink(missing_ok=True)
        raise StorageError(f"{url} is not the file it should be ({broken}); try again later, or fetch it by hand.") from None
    except urllib.error.HTTPError as error:
        error.close()
        raise StorageError(f"{url} could not be fetched: the server answered {error.code} {error.reason}; check the address.") from None
    except (urllib.error.URLError, http.client.HTTPException, ssl.SSLError, TimeoutError, ConnectionError, UnicodeError) as error:
        why = getattr(error, "reason", None) or error
        raise StorageError(f"{url} could not be fetched: {_in_words(why)}; check the network and try again.") from error
    except OSError as error:
        raise StorageError(
            f"{error.filename or to} could not be written: {error.strerror or error}; make room or choose another place."
        ) from error
    return to


@dataclass(frozen=True, slots=True)
class _Fetch:
    """One file on its way into its .part."""

    url: str
    part: Path
    checksum: _Checksum | None
    progress: Progress | None
    timeout_seconds: float
    most_bytes: int

    def whole_file(self) -> None:
        """Complete the .part and check it; _BrokenFileError when it must be started anew."""
        at_hand = self.part.stat().st_size if self.part.exists() else 0
        try:
            response = _open(self.url, self.timeout_seconds, first_byte=at_hand)
        except urllib.error.HTTPError as error:
            if error.code != 416 or not at_hand:
                raise
            error.close()  # the server has no byte after those at hand: they are the file, or they are wrong
        else:
            with response:
                self._append(response, at_hand)
        if self.checksum and (digest := _digest(self.part, self.checksum.kind)) != self.checksum.digest:
            raise _BrokenFileError(f"its {self.checksum.kind} is {digest}, not {self.checksum.digest}")

    def _append(self, response: http.client.HTTPResponse, at_hand: int) -> None:
        start = at_hand if response.status == 206 else 0
        total = _total(response, start)
        if total > self.most_bytes:
            raise StorageError(f"{self.url} has {total:,} bytes, and at most {self.most_bytes:,} are fetched; fetch it by hand.")
        done, deadline = start, time.monotonic() + MOST_SECONDS
        with self.part.open("ab") as file:
            file.truncate(start)
            while piece := response.read1(_PIECE):
                done += len(piece)
                if done > self.most_bytes:
                    raise StorageError(f"{self.url} has more than the {self.most_bytes:,} bytes that are fetched; fetch it by hand.")
                if time.monotonic() > deadline:
                    raise TimeoutError(f"it took more than {MOST_SECONDS / 60:.0f} minutes")
                file.write(piece)
                if self.progress:
                    self.progress(done, total)
            file.flush()
            os.fsync(file.fileno())
        if total and done != total:
            raise http.client.IncompleteRead(b"", total - done)


def _checksum(url: str, md5: str | None, sha256: str | None, timeout_seconds: float) -> _Checksum | None:
    """What the file must have.

    GroupLens replaces ml-latest-small now and then and publishes its MD5 beside it, so a checksum kept here would one day refuse
    a good file. The published one comes over the same connection: it finds a cut or mixed file, not a malicious server.
    """
    if sha256:
        return _Checksum("sha256", sha256.lower())
    if md5:
        return _Checksum("md5", md5.lower())
    try:
        with _open(url + ".md5", timeout_seconds) as response:
            found = _MD5.search(response.read(4096).decode("ascii", "replace"))
    except urllib.error.HTTPError as error:
        error.close()  # none is published
        return None
    return _Checksum("md5", found[0].lower()) if found else None


def _digest(path: Path, kind: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, kind).hexdigest()


def _total(response: http.client.HTTPResponse, start: int) -> int:
    """Bytes of the whole file; 0 where the server does not say. _BrokenFileError when it sends another part than was asked for."""
    if response.status == 206:
        sent = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", "").strip())
        if not sent or int(sent[1]) != start:
            raise _BrokenFileError(f"the server sent {response.headers.get('Content-Range')!r} when asked to go on at byte {start}")
        if sent[2] != "*":
            return int(sent[2])
    length = response.headers.get("Content-Length", "")
    return start + int(length) if length.isascii() and length.isdigit() else 0


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows to http and https alone, and never from https back to http."""

    def redirect_request(self, req: urllib.request.Request, *args: Any) -> urllib.request.Request | None:
        answer, to = args[0], args[-1]
        try:
            _refuse_other_schemes(to)
            if req.type == "https" and urlsplit(to).scheme != "https":
                raise StorageError(f"{req.full_url} leads to {to}, which is not encrypted; fetch it by hand if you trust it.")
        except StorageError:
            answer.close()
            raise
        return super().redirect_request(req, *args)


def _open(url: str, timeout_seconds: float, *, first_byte: int = 0) -> http.client.HTTPResponse:
    """The answer, its head read; TimeoutError when that takes longer.

    A thread waits for it, since looking up a name has no time limit of its own and each address of a host has one to itself.
    """
    request = urllib.request.Request(url, headers={"User-Agent": "matinee"})  # noqa: S310 -- the scheme was looked at
    if first_byte:
        request.add_header("Range", f"bytes={first_byte}-")
    answers: SimpleQueue[http.client.HTTPResponse | Exception] = SimpleQueue()
    given_up = threading.Event()

    def ask() -> None:
        try:
            response = urllib.request.build_opener(_SafeRedirects).open(request, timeout=timeout_seconds)
        except Exception as error:  # noqa: BLE001 -- raised again below, in the thread that asked
            answers.put(error)
        else:
            answers.put(response)
            if given_up.is_set():
                response.close()

    threading.Thread(target=ask, name="download", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout_seconds)
    except Empty:
        given_up.set()
        raise TimeoutError("timed out") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _refuse_other_schemes(url: str) -> None:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise StorageError(f"A download must come from an address like https://host/file.zip, not {url!r}.")


def _in_words(why: object) -> str:
    if isinstance(why, TimeoutError):
        return "no answer in time" if str(why) in ("timed out", "") else str(why)
    if isinstance(why, http.client.IncompleteRead):
        return f"the connection was cut{f' {why.expected:,} bytes early' if why.expected else ''}"
    return str(why) or type(why).__name__


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
