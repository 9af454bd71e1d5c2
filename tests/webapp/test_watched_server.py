"""A real server with two workers, watched from outside: its counts, its log, and the operator's door."""

from __future__ import annotations

import json
import os
import re
import signal
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.site import Site, SiteError, running_site
from tests.webapp.test_metrics import Labels, parsed

SEARCHED, TYPED, SPOKEN = "quetzalcoatl", "xylophonist", "jabberwocky"  # canaries: words that nothing of ours contains
STARS = 3.5
ABOUT = (("method", "GET"), ("route", "/about/"), ("status", "2xx"))
NOBODY = (("method", "GET"), ("route", "none"), ("status", "4xx"))


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("watched")


@pytest.fixture(scope="module")
def site(var: Path) -> Iterator[Site]:
    """The site on the built-in sample, which logs JSON."""
    with running_site(var, None, log_format="json") as site:
        yield site


def counts(site: Site) -> dict[str, dict[Labels, float]]:
    status, text = site.get("/metrics")
    assert status == 200
    return parsed(text)


def soon(true: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.1)
    return False


def ask(site: Site, path: str, method: str = "GET", body: object = None, **headers: str) -> tuple[int, str, dict[str, str]]:
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = {"Content-Type": "application/json"} if data and not isinstance(body, bytes) else {}
    request = urllib.request.Request(site.address + path, data=data, method=method, headers={**kind, **headers})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode(), dict(answer.headers)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read().decode(), dict(refusal.headers)


def test_every_request_is_counted_once_whichever_worker_answers_and_whichever_dies(site: Site, var: Path) -> None:
    assert soon(lambda: counts(site)["matinee_workers"][()] == 2)
    before = counts(site)["matinee_requests_total"].get(ABOUT, 0)
    for _ in range(40):
        assert site.get("/about/")[0] == 200
    assert counts(site)["matinee_requests_total"][ABOUT] == before + 40

    (folder,) = {path.parent for path in Path("/dev/shm").glob("matinee-*/counter_*.db") if int(path.stem[8:]) in _pids(var)}
    counted = sorted(int(path.stem[8:]) for path in folder.glob("counter_*.db"))
    assert len(counted) == 2, "both workers count"
    os.kill(counted[0], signal.SIGKILL)

    assert soon(lambda: (folder / f"counter_{counted[0]}.db").exists() and len(list(folder.glob("minutes_*.ended"))) == 1)
    for _ in range(20):
        assert site.get("/about/")[0] == 200
    now = counts(site)
    assert now["matinee_requests_total"][ABOUT] == before + 60
    assert now["matinee_request_seconds_count"][("route", "/about/"),] == before + 60
    assert soon(lambda: counts(site)["matinee_workers"][()] == 2), "the dead one counts no more, the one in its place does"


def _pids(var: Path) -> set[int]:
    """The processes that the server's own log says it started."""
    return {int(pid) for pid in re.findall(r"Booting worker with pid: (\d+)", (var / "serve.log").read_text())}


def test_the_log_has_one_line_a_request_and_not_a_word_of_what_people_do(site: Site, var: Path) -> None:
    me, token = re.findall(r"(?:number|token)\s+(\S+)", site.matinee("profile", "new"))
    key = site.matinee("operator", "key").strip()
    bearer = {"Authorization": f"Bearer {token}"}
    film = json.loads(ask(site, "/api/v1/movies?q=the")[1])["items"][0]
    site.get("/healthz")
    assert soon(lambda: "/healthz" in (var / "serve.log").read_text())  # what was asked before is in the log by now
    start = (var / "serve.log").stat().st_size

    asked = [
        ask(site, f"/search/?q={SEARCHED}"),
        ask(site, f"/api/v1/movies?q={SEARCHED}"),
        ask(site, f"/result/?user={TYPED}&amount=10"),
        ask(site, f"/api/v1/users/{me}/ratings/{film['movie_id']}", "PUT", {"rating": STARS}, **bearer),
        ask(site, f"/api/v1/users/{me}/ratings/{film['movie_id']}", "PUT", {"rating": SPOKEN}, **bearer),
        ask(site, f"/api/v1/users/{me}/recommendations", **bearer),
        ask(site, f"/result/?user={me}", Referer=f"{site.address}/search/?q={SEARCHED}", **{"User-Agent": SPOKEN}),
        ask(site, f"/{TYPED}/{SPOKEN}"),
        ask(site, "/operator/", "POST", urllib.parse.urlencode({"key": key}).encode()),
        ask(site, "/metrics", Authorization=f"Bearer {key}", **{"X-Forwarded-For": "192.0.2.7"}),
    ]
    assert [status for status, _, _ in asked] == [200, 200, 400, 200, 400, 200, 404, 404, 200, 200]

    def lines() -> list[str]:
        with (var / "serve.log").open() as file:
            file.seek(start)
            return file.read().splitlines()

    def requests_told() -> list[dict[str, Any]]:
        return [event for event in map(json.loads, lines()) if event["event"] == "request"]

    def routes() -> Counter[str]:
        return Counter(event["route"] for event in requests_told())

    # A sign-in leads to the page, which is a request of its own.
    wanted = Counter(
        ["/search/", "/api/v1/movies", "/result/", "/result/", "none", "/operator/", "/operator/", "/metrics"]
    )  # a sign-in is two
    wanted += Counter({"/api/v1/users/<user_id>/ratings/<movie_id>": 2, "/api/v1/users/<user_id>/recommendations": 1})
    assert soon(lambda: routes() >= wanted)
    requests = requests_told()
    assert len({event["request_id"] for event in requests}) == len(requests)
    assert all(event["status"] and event["ms"] >= 0 and event["method"] in ("GET", "POST", "PUT") for event in requests)
    log = "\n".join(lines())
    for canary in (SEARCHED, TYPED, SPOKEN, token, key, film["title"], f"/{film['movie_id']}"):
        assert canary not in log, f"{canary} is in the log"
    assert not [event for event in map(json.loads, lines()) for name, fact in event.items() if name != "ms" and fact == STARS]


def test_the_operators_page_is_over_both_workers(site: Site) -> None:
    key = site.matinee("operator", "key").strip()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    opener.open(f"{site.address}/operator/", urllib.parse.urlencode({"key": key}).encode()).close()

    with opener.open(f"{site.address}/operator/") as answer:
        text = answer.read().decode()

    assert "By route" in text
    assert text.count("at work") == 2


def test_text_is_a_line_of_facts(tmp_path: Path) -> None:
    with running_site(tmp_path, None, log_format="text") as site:
        site.get("/nowhere")
        assert soon(lambda: "route=none status=404" in (tmp_path / "serve.log").read_text())

    (line,) = re.findall(r"^time=.*route=none .*$", (tmp_path / "serve.log").read_text(), re.MULTILINE)
    assert re.fullmatch(
        r"time=\S+Z level=info event=request request_id=[0-9a-f]{12} method=GET route=none status=404 ms=[\d.]+ bytes=\d+ process=\d+", line
    )
    assert not list(Path("/dev/shm").glob(f"matinee-{os.getuid()}-{process_of(tmp_path)}"))


def process_of(var: Path) -> str:
    """The server that has stopped: its folder of counts went with it."""
    found = re.search(r'event="Starting gunicorn [^"]+" process=(\d+)', (var / "serve.log").read_text())
    assert found
    return found[1]


def test_an_unknown_form_of_the_log_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with (
        pytest.raises(SiteError, match="MATINEE_LOG_FORMAT must be text or json, not 'xml'"),
        running_site(tmp_path, None, log_format="xml"),
    ):
        pass
