"""The data a fresh machine starts with: named, downloaded or built in, and always said."""

from __future__ import annotations

import hashlib
import io
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from recommender import first_data as module
from recommender.data import sample
from recommender.data.movielens import DataSet
from recommender.errors import DataError, StorageError
from recommender.first_data import LICENCE, data_at, first_data
from recommender.settings import Settings
from tests.worlds import two_tastes

SAMPLE_SAID = "Using the built-in sample: real films, simulated viewers."


def zipped() -> bytes:
    """The world of two tastes, packed as MovieLens packs its own: a folder in a zip."""
    ratings = "".join(f"{r.user_id},{r.movie_id},{r.stars},{r.rated_at}\n" for r in two_tastes())
    movies = "".join(f"{k},Film {k} ({1900 + k}),Drama\n" for k in range(1, 31))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ml-tiny/ratings.csv", "userId,movieId,rating,timestamp\n" + ratings)
        archive.writestr("ml-tiny/movies.csv", "movieId,title,genres\n" + movies)
    return packed.getvalue()


@dataclass
class Site:
    """A site with files to download. asked: the paths of all requests."""

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def offer(self, name: str, data: bytes, *, md5: str = "") -> None:
        self.files |= {f"/{name}": data, f"/{name}.md5": f"MD5 ({name}) = {md5 or hashlib.md5(data).hexdigest()}\n".encode()}


@pytest.fixture
def site() -> Iterator[Site]:
    offered = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            offered.asked.append(self.path)
            body = offered.files.get(self.path)
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        offered.address = f"http://127.0.0.1:{server.server_port}"
        yield offered
        server.shutdown()
        thread.join()


@dataclass
class Terminal:
    """What somebody at a terminal is told."""

    said: list[str] = field(default_factory=list)
    stages: list[str] = field(default_factory=list)

    def progress(self, stage: str, done: int, total: int) -> None:
        assert done >= 0
        assert total == 0 or done <= total
        if stage not in self.stages:
            self.stages.append(stage)

    def started(self, folder: Path, **settings: str) -> DataSet:
        return first_data(Settings(**settings), folder=folder, say=self.said.append, progress=self.progress)  # type: ignore[arg-type]


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


def unpacked(folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(zipped())) as archive:
        archive.extractall(folder)
    return folder / "ml-tiny"


class TestDataThatAreNamed:
    def test_they_are_used_and_nothing_is_downloaded(self, var: Path, site: Site, terminal: Terminal) -> None:
        data = terminal.started(var, data=str(unpacked(var)), download_url=f"{site.address}/ml-tiny.zip")

        assert len(data.ratings) == 560
        assert site.asked == []
        assert terminal.said == []

    def test_a_mistake_in_the_name_stops_the_start(self, var: Path, site: Site, terminal: Terminal) -> None:
        """The sample in place of one's own data would be a surprise found late."""
        with pytest.raises(DataError, match="There is nothing at nowhere; give a MovieLens folder or zip"):
            terminal.started(var, data="nowhere", download_url=f"{site.address}/ml-tiny.zip")

    def test_a_movielens_set_may_be_named_and_is_downloaded_beside_the_usual_one(
        self, var: Path, site: Site, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(var)
        site.offer("ml-100k.zip", zipped())
        settings = Settings(download_url=f"{site.address}/ml-latest-small.zip")

        for _ in range(2):
            data = data_at("ml-100k", settings, folder=var / "data", say=terminal.said.append, progress=terminal.progress)
            assert len(data.ratings) == 560

        assert site.asked.count("/ml-100k.zip") == 1
        assert terminal.said == [LICENCE, f"Downloading {site.address}/ml-100k.zip …"]

    def test_a_named_set_that_cannot_be_fetched_stops_the_start(
        self, var: Path, site: Site, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(var)
        with pytest.raises(StorageError, match=r"could not be fetched: the server answered 404 Not Found"):
            terminal.started(var, data="ml-1m", download_url=f"{site.address}/ml-latest-small.zip")


class TestTheDownload:
    def test_it_is_fetched_once_checked_and_read_with_its_licence_shown_first(self, var: Path, site: Site, terminal: Terminal) -> None:
        site.offer("ml-tiny.zip", zipped())
        url = f"{site.address}/ml-tiny.zip"

        data = terminal.started(var / "data", download_url=url)

        assert (data.name, len(data.ratings)) == ("ml-tiny", 560)
        assert terminal.said == [LICENCE, f"Downloading {url} …"]
        assert terminal.stages == ["download", "reading"]
        assert "GroupLens" in LICENCE
        assert "commercial" in LICENCE

        again = terminal.started(var / "data", download_url=url)
        assert len(again.ratings) == 560
        assert site.asked == ["/ml-tiny.zip.md5", "/ml-tiny.zip"]

    def test_a_file_that_is_not_the_published_one_is_not_used(self, var: Path, site: Site, terminal: Terminal) -> None:
        site.offer("ml-tiny.zip", zipped(), md5="0" * 32)

        data = terminal.started(var, download_url=f"{site.address}/ml-tiny.zip")

        assert data.name == sample.NAME
        assert "is not the file it should be" in terminal.said[-2]
        assert terminal.said[-1].startswith(SAMPLE_SAID)
        assert not (var / "ml-tiny.zip").exists()

    def test_a_page_in_place_of_a_zip_is_said(self, var: Path, site: Site, terminal: Terminal) -> None:
        site.offer("ml-tiny.zip", b"<html>Please log in to this wireless network.</html>")

        data = terminal.started(var, download_url=f"{site.address}/ml-tiny.zip")

        assert data.name == sample.NAME
        assert "is cut or no zip at all" in terminal.said[-2]

    def test_a_file_that_is_gone_is_said_and_the_sample_takes_its_place(self, var: Path, site: Site, terminal: Terminal) -> None:
        data = terminal.started(var, download_url=f"{site.address}/ml-tiny.zip")

        assert data.name == sample.NAME
        assert (
            terminal.said[-2] == f"{site.address}/ml-tiny.zip could not be fetched: the server answered 404 Not Found; check the address."
        )

    def test_a_server_that_refuses_is_given_up_at_once(self, var: Path, terminal: Terminal) -> None:
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            port = nobody.getsockname()[1]
        began = time.monotonic()

        data = terminal.started(var, download_url=f"http://127.0.0.1:{port}/ml-tiny.zip")

        assert time.monotonic() - began < 3
        assert data.name == sample.NAME
        assert "refused" in terminal.said[-2]
        assert terminal.said[-2].endswith("check the network and try again.")

    def test_a_server_that_never_answers_is_given_up_after_five_seconds(self, var: Path, terminal: Terminal) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/ml-tiny.zip"
            began = time.monotonic()
            data = terminal.started(var, download_url=url)
            took = time.monotonic() - began

        assert 4.5 < took < 8
        assert data.name == sample.NAME
        assert terminal.said[-2] == f"{url} could not be fetched: no answer in time; check the network and try again."
        assert terminal.said[-1].startswith(SAMPLE_SAID)


class TestTheSample:
    def test_with_nothing_named_and_nothing_to_download_it_is_used_and_said(self, var: Path, terminal: Terminal) -> None:
        data = terminal.started(var, download_url="")

        assert data.name == sample.NAME
        assert terminal.said == [f"{SAMPLE_SAID} Set MATINEE_DATA to a MovieLens folder or zip for real ratings."]
        assert list(var.iterdir()) == []


def test_the_sets_that_may_be_named_are_those_that_grouplens_offers() -> None:
    assert {"ml-100k", "ml-1m", "ml-latest-small", "ml-25m"} <= set(module.BY_NAME)
