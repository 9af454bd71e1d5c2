"""Two sites of one installation, each with a folder, settings, data and people of its own: nothing of one is in the other."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.site import Site, running_site
from tests.recommender.cli.commands import write_data_set
from tests.worlds import rating, two_tastes

# As the settings have them by default: everything lies below the folder that the site was started in.
DEFAULTS = {
    "profiles_url": "sqlite:var/matinee.sqlite3",
    "blobs_url": "file:var/blobs",
    "cache_folder": "var/cache",
    "secret_file": "var/secret",
    "operator_file": "var/operator",
    "traffic_folder": "var/traffic",
}
PASSWORD = "brazil heat alien"
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what a process has open is read in /proc, which Linux has")


@dataclass(frozen=True)
class Collection:
    """A site, and the folder that it was started in."""

    site: Site
    folder: Path

    def opened(self) -> set[str]:
        """The files that its processes have open or mapped."""
        paths = set()
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if os.getpgid(int(process.name)) != self.site.pid:
                    continue
                paths |= {str(opened.readlink()) for opened in (process / "fd").iterdir()}
                paths |= {line.split(maxsplit=5)[5] for line in (process / "maps").read_text().splitlines() if "/" in line}
            except OSError:  # it has ended meanwhile
                continue
        return {path for path in paths if path.startswith("/")}

    def model(self) -> dict[str, object]:
        return dict(json.loads((self.folder / "var/blobs/current.json").read_text()))


class Browser:
    """One browser, which like all of them sends a host's cookies to each of its ports."""

    def __init__(self) -> None:
        self.jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))
        self._opener.addheaders = [("Sec-Fetch-Site", "same-origin"), ("Accept", "text/html")]

    def get(self, site: Site, path: str) -> str:
        return self._asked(site.address + path, None)

    def send(self, site: Site, path: str, page: str, **form: str) -> str:
        """Sends a form of a page, with the token that stands there."""
        token = re.search(r'name="csrf" value="([^"]+)"', page)
        return self._asked(site.address + path, {**form, **({"csrf": token[1]} if token else {})})

    def _asked(self, address: str, form: dict[str, str] | None) -> str:
        data = urllib.parse.urlencode(form).encode() if form else None
        with self._opener.open(address, data, timeout=30) as answer:
            return str(answer.read().decode())


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    """Thirty films, two tastes."""
    folder = tmp_path_factory.mktemp("first")
    with running_site(folder, write_data_set(folder / "two tastes", two_tastes()), **DEFAULTS) as site:
        yield Collection(site, folder)


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    """Other films, of which everybody likes all."""
    folder = tmp_path_factory.mktemp("second")
    data = write_data_set(folder / "one taste", [rating(u, m, 5.0 - m % 2) for u in range(1, 13) for m in range(1, 40)], n_movies=45)
    movies = data / "movies.csv"
    movies.write_text(re.sub(r"Film (\d+)", r"Reel \1", movies.read_text()))
    with running_site(folder, data, **DEFAULTS) as site:
        yield Collection(site, folder)


def api(site: Site, path: str, method: str = "GET", token: str = "", **body: object) -> tuple[int, str]:
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(f"{site.address}/api/v1{path}", json.dumps(body).encode() if body else None, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode()


def new_person(collection: Collection) -> tuple[int, str]:
    said = collection.site.matinee_in(collection.folder, "profile", "new")
    number, token = re.search(r"^number +(\d+)", said, re.MULTILINE), re.search(r"^token +(\S+)", said, re.MULTILINE)
    assert number
    assert token
    return int(number[1]), token[1]


def test_each_has_its_own_films_and_its_own_viewers(first: Collection, second: Collection) -> None:
    (_, list_of_first), (_, list_of_second) = (api(each.site, "/users/3/recommendations") for each in (first, second))

    assert "Film " in list_of_first
    assert "Reel " not in list_of_first
    assert "Reel " in list_of_second
    assert "Film " not in list_of_second
    assert (api(first.site, "/users/15/recommendations")[0], api(second.site, "/users/15/recommendations")[0]) == (200, 404)


def test_a_number_and_its_ratings_are_of_one_site(first: Collection, second: Collection) -> None:
    (number, token), (same_number, other_token) = new_person(first), new_person(second)
    assert number == same_number, "both count from the same"

    rated = api(first.site, f"/users/{number}/ratings/1", "PUT", token, rating=5.0)

    assert rated[0] == 200
    assert '"movie_id":1' in api(first.site, f"/users/{number}/ratings", token=token)[1].replace(" ", "")
    assert "movie_id" not in api(second.site, f"/users/{number}/ratings", token=other_token)[1]
    assert api(second.site, f"/users/{number}/ratings/1", "PUT", token, rating=5.0)[0] in (401, 403)


def test_one_browser_is_signed_in_at_both_and_signs_out_of_one(first: Collection, second: Collection) -> None:
    browser = Browser()
    for collection, name in ((first, "Nora"), (second, "Rosa")):
        page = browser.get(collection.site, "/sign-up/")
        browser.send(collection.site, "/sign-up/", page, name=name, password=PASSWORD)

    assert "Nora" in browser.get(first.site, "/me/")
    assert "Rosa" in browser.get(second.site, "/me/")
    browser.send(second.site, "/sign-out/", browser.get(second.site, "/me/"), sure="yes")

    assert "Nora" in browser.get(first.site, "/me/")
    assert "Rosa" not in browser.get(second.site, "/")


def test_a_session_of_one_opens_nothing_of_the_other_whatever_its_cookie_is_called(first: Collection, second: Collection) -> None:
    browser = Browser()
    browser.send(first.site, "/sign-up/", browser.get(first.site, "/sign-up/"), name="Vera", password=PASSWORD)
    ports = [collection.site.address.rpartition(":")[2] for collection in (first, second)]
    for cookie in browser.jar:
        cookie.name = cookie.name.replace(*ports)
    stolen = "; ".join(f"{cookie.name}={cookie.value}" for cookie in browser.jar)

    request = urllib.request.Request(second.site.address, headers={"Cookie": stolen, "Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        page = answer.read().decode()

    assert ports[1] in stolen
    assert "Vera" not in page
    assert "Sign in" in page


@ON_LINUX
def test_no_process_of_one_has_a_file_of_the_other_open(first: Collection, second: Collection) -> None:
    for one, other in ((first, second), (second, first)):
        opened = one.opened()

        assert [path for path in opened if path.startswith(f"{one.folder}/var/")], "it has its own"
        assert [path for path in opened if path.startswith(f"{other.folder}/")] == []
    shared = {path for path in first.opened() & second.opened() if path.startswith("/dev/shm/matinee")}
    assert shared == set(), "each counts for itself"


def test_each_keeps_its_secret_its_models_and_its_counts_in_its_own_folder(first: Collection, second: Collection) -> None:
    for collection in (first, second):
        api(collection.site, "/users/3/recommendations")
        kept = {path.name for path in (collection.folder / "var").iterdir()}
        assert {"matinee.sqlite3", "blobs", "secret"} <= kept

    assert (first.folder / "var/secret").read_bytes() != (second.folder / "var/secret").read_bytes()
    assert first.model()["version"] != second.model()["version"]


def test_a_training_at_one_is_none_at_the_other(first: Collection, second: Collection) -> None:
    before = second.model()

    first.site.matinee_in(first.folder, "train", "--anyway")

    assert first.model()["generation"] == 2
    assert second.model() == before
    assert "Reel " in api(second.site, "/users/3/recommendations")[1]


def test_one_that_ends_leaves_the_other_alone(first: Collection, tmp_path: Path) -> None:
    with ExitStack() as ending:
        data = write_data_set(tmp_path / "two tastes", two_tastes())
        third = ending.enter_context(running_site(tmp_path, data, **DEFAULTS))
        counted = first.site.get("/readyz")[0], third.get("/readyz")[0]
        ending.close()

    assert counted == (200, 200)
    assert first.site.get("/readyz")[0] == 200
    assert "Film " in api(first.site, "/users/3/recommendations")[1]
