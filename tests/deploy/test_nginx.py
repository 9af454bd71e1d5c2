"""What visitors get from nginx in front of the real site, on the files of deploy/ as they are."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
import select
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

import pytest

from recommender.importing import MOST_BYTES
from tests.deploy.machine import DEPLOY, HOST, Machine, Ports, configuration, lay_out, nginx, start_nginx, stop
from webapp.error_handlers import NOT_WRITTEN, RETRY_AFTER, SENTENCES, TITLES
from webapp.headers import EARLY_SCRIPT, NOT_A_PAGE

STRICT = bool(os.environ.get("CI"))  # where everything has to be there, nothing is skipped

pytestmark = [
    pytest.mark.skipif(not STRICT and nginx() is None, reason="there is no nginx on this machine"),
    pytest.mark.skipif(sys.platform != "linux", reason="the machine of deploy/ is a Linux"),
]


@pytest.fixture(scope="module")
def dead_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """nginx alone: nobody is behind it."""
    dead = lay_out(tmp_path_factory.mktemp("dead"), Ports.free())
    start_nginx(dead)
    yield dead
    stop(dead)


def test_nginx_understands_the_whole_file_without_a_warning(tmp_path: Path) -> None:
    root = lay_out(tmp_path / "root", Ports.free()).root

    program = nginx()
    assert program is not None
    tried = subprocess.run([program, "-t", "-c", root / "nginx.conf"], capture_output=True, text=True, check=False)

    assert tried.returncode == 0, tried.stderr
    assert "[warn]" not in tried.stderr


def test_every_page_and_answer_comes_through(machine: Machine) -> None:
    for path, contains in {
        "/": "Best films",
        "/movies/": "Movie",
        "/about/": "About Matinee",
        "/film/318": "How it was rated",
        "/search/?q=matrix": "Matrix",
        "/result/?user=5&amount=10": "for viewer 5",
        "/api/v1/users/5/recommendations": '"user_id":5',
        "/api/docs": "for programs",
        "/openapi.json": "openapi",
        "/healthz": "ok",
    }.items():
        answer = machine.get(path)
        assert (answer.status, contains in answer.text) == (200, True), path
        assert answer.headers["strict-transport-security"] == "max-age=63072000"


def test_the_site_knows_its_name_and_scheme_and_nobody_talks_it_out_of_them(machine: Machine) -> None:
    lied = machine.get(
        "/movies/", X_Forwarded_Host="evil.example", X_Forwarded_Proto="http", Forwarded="host=evil.example", X_Forwarded_Port="81"
    )

    assert f'content="https://{HOST}/static/icons/og.png"' in lied.text


def test_who_asks_is_who_opened_the_connection_whatever_they_say(dead_machine: Machine) -> None:
    told: list[str] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(dead_machine.servers["a"].path))
        listener.listen()

        def answer_once() -> None:
            connection, _ = listener.accept()
            with connection:
                told.append(connection.recv(65536).decode().lower())
                connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

        server = threading.Thread(target=answer_once)
        server.start()
        dead_machine.get(
            "/result/",
            X_Forwarded_For="203.0.113.7",
            X_Forwarded_Proto="http",
            X_Forwarded_Host="evil.example",
            Forwarded="for=203.0.113.7",
        )
        server.join(10)
    dead_machine.servers["a"].path.unlink()

    assert re.findall("^x-forwarded-(.*)\r$", told[0], re.MULTILINE) == ["for: 127.0.0.1", "proto: https", f"host: {HOST}"]
    assert re.findall("^(?:host|forwarded): (.*)\r$", told[0], re.MULTILINE) == [HOST]


def test_the_site_is_told_the_number_under_which_nginx_writes_the_request_down(machine: Machine) -> None:
    machine.get("/numbered", X_Request_Id="0" * 32)

    (number,) = machine.logged(r'"GET /numbered HTTP/1\.1" 404 .* request_id=(\w+)')
    assert number != "0" * 32
    until = time.monotonic() + 5  # the site writes its line once the answer has gone
    while not any(number in server.last_words() for server in machine.servers.values()):
        assert time.monotonic() < until, f"the site has written nothing of {number}"
        time.sleep(0.05)


def test_what_people_ask_for_stays_out_of_every_log(machine: Machine) -> None:
    machine.get("/search/?q=secretword")
    machine.get("/result/?user=580&secretword=1", Referer=f"https://{HOST}/search/?q=secretword")

    assert machine.logged('"GET /search/ HTTP/1.1" 200')
    assert "secretword" not in machine.log() + "".join(server.last_words() for server in machine.servers.values())


def test_the_secret_of_a_feed_stays_out_of_the_log(machine: Machine) -> None:
    machine.get("/feed/matinee_secret-of-a-feed/list.rss")

    assert machine.logged(r'"GET /feed/\.\.\. HTTP/1\.1" 404 ')
    assert "secret-of-a-feed" not in machine.log()


def test_stars_sent_by_a_form_are_a_write_like_any_other(machine: Machine) -> None:
    """Asked with a body that nobody could mean: what counts is where it went, which the limit for writes tells."""
    connection, statuses = machine.connect(source="127.0.93.7"), []
    for _ in range(60):
        connection.request("POST", "/film/1/rate", body="rating=9", headers={"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()

    assert set(statuses) <= {401, 403, 429}
    assert machine.logged(r'"POST /film/1/rate HTTP/1\.1" \d+ .* cache=- ')


def test_what_people_ask_for_stays_out_of_every_log_in_trouble_too(dead_machine: Machine) -> None:
    dead_machine.get("/search/?q=secretword")

    assert dead_machine.logged('"GET /search/ HTTP/1.1" 503')
    assert "secretword" not in dead_machine.log() + (dead_machine.root / "nginx.log").read_text()


@pytest.mark.parametrize("query", ["?v=deadbeef", ""])
def test_files_come_from_nginx_with_the_headers_of_the_site(machine: Machine, query: str) -> None:
    answer = machine.get(f"/static/css/matinee.css{query}", Accept_Encoding="gzip")

    assert gzip.decompress(answer.body) == (DEPLOY.parent / "webapp/static/css/matinee.css").read_bytes()
    assert answer.headers["cache-control"] == ("public, max-age=31536000, immutable" if query else "no-cache")
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert {name: answer.headers.get(name.lower()) for name, _ in NOT_A_PAGE} == dict(NOT_A_PAGE)
    assert answer.headers["strict-transport-security"]
    assert machine.logged(r"/static/css/matinee\.css .* upstream=-")


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("js/matinee.js", "text/javascript; charset=utf-8"),
        ("icons/favicon.svg", "image/svg+xml"),
        ("icons/og.png", "image/png"),
        ("fonts/big-shoulders-display-800.woff2", "font/woff2"),
        ("fonts/OFL.txt", "text/plain; charset=utf-8"),
    ],
)
def test_every_kind_of_file_says_what_it_is(machine: Machine, file: str, kind: str) -> None:
    answer = machine.get(f"/static/{file}")

    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert ("immutable" in answer.headers["cache-control"]) is file.endswith(".woff2")


def test_a_file_that_is_not_there_is_missed_in_the_sites_words(machine: Machine) -> None:
    answer = machine.get("/static/nowhere.css")

    assert answer.status == 404
    assert "There is nothing at this address." in answer.text


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/..%2f..%2frecommender/site_secret.py", "/static/%2e%2e/%2e%2e/etc/passwd"])
def test_nothing_beside_the_files_is_given_out(machine: Machine, path: str) -> None:
    assert machine.get(path).status in (400, 404)


@pytest.mark.parametrize("path", ["/", "/about/", "/film/260", "/search/?q=star", "/poster/260.svg", "/result/?user=7&explore=0.2"])
def test_a_public_page_is_made_once_for_everybody_who_asks_in_the_same_moment(machine: Machine, path: str) -> None:
    first, second = machine.get(path), machine.get(path)

    assert first.body == second.body
    assert first.headers["vary"] == "Accept-Encoding"
    wanted = path.partition("?")[0]
    assert machine.logged(rf'"GET {re.escape(wanted)} HTTP/1\.1" 200 .* cache=HIT')


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/result/?user=8", {"Cookie": "__Host-matinee=somebody"}),
        ("/result/?user=9", {"Cookie": "anything=at all"}),
        ("/result/?user=10", {"Authorization": "Bearer somebody"}),
        ("/result/?user=999999", {}),  # a refusal
        ("/?user=7", {}),
        ("/movies/", {}),
        ("/api/v1/users/7/recommendations", {}),
        ("/film/1", {"Cookie": "__Host-session=somebody"}),
        ("/film/4", {"Cookie": "__Host-matinee=somebody"}),
        ("/film/2", {"Authorization": "Bearer somebody"}),
        ("/film/0", {}),  # a refusal
    ],
)
def test_nothing_of_anybody_is_kept(machine: Machine, path: str, headers: dict[str, str]) -> None:
    for _ in range(2):
        machine.get(path, **headers)

    assert not [key for key in machine.kept() if key.endswith(f"https{HOST}{path}")]


def test_a_list_of_somebodys_own_is_kept_for_nobody_whoever_may_see_it(machine: Machine) -> None:
    pages = []
    for shared in ((), ("--shared",)):
        number, token = re.findall(r"number\s+(\d+)\s+token\s+(\S+)", machine.matinee("profile", "new", *shared))[0]
        machine.get(f"/api/v1/users/{number}/ratings/260", "PUT", body='{"rating": 5}', Authorization=f"Bearer {token}")
        for headers in ({}, {"Authorization": f"Bearer {token}"}, {}):
            pages.append(machine.get(f"/result/?user={number}", **headers).status)

    assert pages == [404, 404, 404, 200, 200, 200]
    assert not [key for key in machine.kept() if "/result/?user=1000" in key]


def test_every_wish_is_a_page_of_its_own(machine: Machine) -> None:
    wishes = ["", "&amount=3", "&with=Drama", "&without=Drama", "&explore=1", "&diversity=1", "&popularity=-1", "&recency=1"]
    pages = {wish: machine.get(f"/result/?user=12{wish}").body for wish in wishes}

    assert len(set(pages.values())) == len(wishes)
    assert {wish: machine.get(f"/result/?user=12{wish}").body for wish in wishes} == pages


def test_of_many_who_ask_at_once_for_a_page_that_is_due_one_waits_for_it(machine: Machine) -> None:
    machine.get("/result/?user=13&amount=100")
    time.sleep(2.1)
    before = len(machine.logged(r'"GET /result/ '))
    with ThreadPoolExecutor(12) as asking:
        bodies = list(asking.map(lambda _: machine.get("/result/?user=13&amount=100").body, range(24)))

    assert len(set(bodies)) == 1
    said = machine.logged(r'"GET /result/ .* cache=(\S+)', before + 24)[before:]
    assert said.count("EXPIRED") == 1
    assert set(said) <= {"EXPIRED", "UPDATING", "HIT"}


@pytest.mark.parametrize(("film", "headers"), [(3, {"Authorization": "Bearer somebody"}), (5, {"Cookie": "__Host-matinee=somebody"})])
def test_who_sends_a_token_or_is_signed_in_is_not_answered_from_what_was_kept(machine: Machine, film: int, headers: dict[str, str]) -> None:
    machine.get(f"/film/{film}")
    machine.get(f"/film/{film}", **headers)

    assert machine.logged(rf'"GET /film/{film} .* cache=(\S+)', 2) == ["MISS", "BYPASS"]


def test_a_page_of_somebody_who_is_signed_in_is_theirs_alone_and_the_strangers_stays_a_strangers(machine: Machine) -> None:
    form = "name=Nora&password=brazil+heat+alien"
    sent_from = {"Origin": f"https://{HOST}", "Content_Type": "application/x-www-form-urlencoded"}
    answer = machine.get("/sign-up/", "POST", body=form, **sent_from)
    cookie = answer.headers["set-cookie"].partition(";")[0]
    assert cookie.startswith("__Host-matinee=")

    assert "Nora" in machine.get("/film/6", Cookie=cookie).text
    assert "Nora" not in machine.get("/film/6").text
    assert "Nora" in machine.get("/film/6", Cookie=cookie).text


def test_a_page_is_kept_for_a_second_only(machine: Machine) -> None:
    machine.get("/film/296")
    time.sleep(2.1)  # nginx counts whole seconds
    machine.get("/film/296")

    assert machine.logged(r'"GET /film/296 .* cache=(\S+)', 2) == ["MISS", "EXPIRED"]


@pytest.mark.parametrize("path", ["/about/", "/result/?user=11"])
def test_a_reader_who_cannot_unpack_gets_the_same_page_plain(machine: Machine, path: str) -> None:
    for _ in range(2):  # made, and kept
        for unpacks in ("gzip", "br, GZIP", "gzip;q=0.5, *;q=0", "deflate, gzip, br, zstd"):
            small = machine.get(path, Accept_Encoding=unpacks)
            assert small.headers["content-encoding"] == "gzip"
            assert small.headers["vary"] == "Accept-Encoding"
        for cannot in ("", "br", "gzip;q=0", "gzip; q=0.000, br", "x-gzip-not", "identity"):
            plain = machine.get(path, Accept_Encoding=cannot)
            assert "content-encoding" not in plain.headers
            assert plain.headers["vary"] == "Accept-Encoding"
            assert gzip.decompress(small.body) == plain.body


def test_a_rating_goes_to_one_server_once(machine: Machine) -> None:
    printed = machine.matinee("profile", "new")
    me, token = re.search(r"^number +(\d+)", printed, re.M)[1], re.search(r"^token +(\S+)", printed, re.M)[1]  # type: ignore[index]

    rated = machine.get(
        f"/api/v1/users/{me}/ratings/1",
        "PUT",
        body=json.dumps({"rating": 4.5}),
        Content_Type="application/json",
        Authorization=f"Bearer {token}",
    )
    listed = machine.get(f"/api/v1/users/{me}/recommendations", Authorization=f"Bearer {token}")

    assert (rated.status, json.loads(rated.text)["rev"], json.loads(listed.text)["rev"]) == (200, 1, 1)
    assert machine.logged(rf'"PUT /api/v1/users/{me}/ratings/1 HTTP/1\.1" 200 .* upstream=200 ')


@pytest.mark.parametrize("path", ["/result/?user=5", "/nowhere", "/static/nowhere.css"])
def test_when_nobody_answers_there_is_a_page_with_a_way_back(dead_machine: Machine, path: str) -> None:
    answer = dead_machine.get(path)

    assert (answer.status, answer.headers["retry-after"], answer.headers["cache-control"]) == (503, str(RETRY_AFTER), "no-store")
    assert "<h1>The projector has stopped</h1>" in answer.text
    assert '<a href="/">Home</a>' in answer.text
    assert "<!--#" not in answer.text
    assert len(re.findall("<h1>|<p>", answer.text)) == 2


@pytest.mark.parametrize("path", ["/api/v1/users/5/recommendations", "/healthz", "/openapi.json"])
def test_when_nobody_answers_programs_get_a_problem(dead_machine: Machine, path: str) -> None:
    answer = dead_machine.get(path)

    problem = json.loads(answer.text)
    assert (answer.status, answer.headers["content-type"]) == (503, "application/problem+json")
    assert (problem["status"], problem["title"], problem["type"]) == (503, TITLES[503], "about:blank")
    assert re.fullmatch("[0-9a-f]{32}", problem["request_id"])
    assert answer.headers["retry-after"] == str(RETRY_AFTER)
    assert {name: answer.headers.get(name.lower()) for name, _ in NOT_A_PAGE} == dict(NOT_A_PAGE)


def test_a_write_that_nobody_takes_is_refused_in_words(dead_machine: Machine) -> None:
    answer = dead_machine.get("/api/v1/users/1000001/ratings/1", "PUT", body='{"rating": 4}', Content_Type="application/json")

    assert (answer.status, json.loads(answer.text)["title"]) == (503, "Not ready")
    assert json.loads(answer.text)["detail"] == NOT_WRITTEN.replace("reach its ratings", "be reached")
    page = dead_machine.get("/result/", "POST", body="x").text
    assert "It is not certain that what you sent was kept" in page
    assert len(re.findall("<h1>|<p>", page)) == 2


def test_too_large_a_body_is_refused_in_words(machine: Machine) -> None:
    answer = machine.get("/api/v1/users/1000001/ratings/1", "PUT", body="x" * 70_000, Content_Type="application/json")

    assert (answer.status, json.loads(answer.text)["detail"]) == (413, SENTENCES[413])
    assert "Too large" in machine.get("/result/", "POST", body="x" * 70_000).text


def test_a_persons_own_file_may_be_larger_than_anything_else(machine: Machine) -> None:
    """Nobody is signed in here, so that it is the site that refuses, and not nginx."""
    form = {"Content_Type": "multipart/form-data; boundary=x", "Sec_Fetch_Site": "same-origin"}
    answer = machine.get("/me/import/", "POST", body="x" * MOST_BYTES, **form)
    too_large = machine.get("/me/import/", "POST", body="x" * (MOST_BYTES + (1 << 20)), **form)

    assert answer.status == 401
    assert "Sign in" in answer.text
    assert too_large.status == 413
    assert "Too large" in too_large.text
    assert machine.logged(r'"POST /me/import/ HTTP/1\.1" 401 .* upstream=401 ')


def test_households_that_speak_at_once_are_not_held_back(machine: Machine) -> None:
    """They all come from Amazon's addresses; what a visitor may write in a second is less."""
    connection, statuses = machine.connect(source="127.0.77.7"), []
    for _ in range(60):
        connection.request("POST", "/alexa", body="{}", headers={"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = json.loads(answer.read())
        statuses.append(answer.status)
    connection.close()

    assert set(statuses) == {404}  # the site's own answer, since no skill is set on this machine
    assert "MATINEE_SKILL_ID" in said["detail"]


def test_what_the_echo_sends_is_neither_too_large_nor_kept(machine: Machine) -> None:
    large = machine.get("/alexa", "POST", body="x" * 60_000, Content_Type="application/json")
    too_large = machine.get("/alexa", "POST", body="x" * 70_000, Content_Type="application/json")

    assert (large.status, large.headers["content-type"], large.headers["cache-control"]) == (404, "application/problem+json", "no-store")
    assert (too_large.status, json.loads(too_large.text)["detail"]) == (413, SENTENCES[413])
    assert machine.get("/alexa").status == 405
    assert machine.logged(r'"POST /alexa HTTP/1\.1" 404 .* cache=- ')


@pytest.mark.parametrize("path", ["/personalize", "/personalize/", "/personalize/recommendations"])
def test_a_program_that_signs_its_request_comes_through_as_it_was_signed(dead_machine: Machine, path: str) -> None:
    """Path, query, body and the Host header with its port are what a signature is about."""
    told: list[bytes] = []
    with ExitStack() as ending:
        listeners = []
        for server in dead_machine.servers.values():  # which of them is asked depends on who was before
            listeners.append(ending.enter_context(socket.socket(socket.AF_UNIX)))
            listeners[-1].bind(str(server.path))
            listeners[-1].listen()
            ending.callback(server.path.unlink)

        def answer_once() -> None:
            (asked, *_), _, _ = select.select(listeners, [], [], 10)
            connection, _ = asked.accept()
            with connection:
                said = b""
                while not said.endswith(b"x" * 100_000):
                    said += connection.recv(65536)
                told.append(said)
                connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

        answering = threading.Thread(target=answer_once)
        answering.start()
        dead_machine.get(
            f"{path}?a=%2B",
            "POST",
            body="x" * 100_000,
            host=f"{HOST}:8443",  # in lower case, since the name is what the others of this file always say
            Authorization="AWS4-HMAC-SHA256 x",
            X_Forwarded_Host="evil.example",
        )
        answering.join(10)

    head = told[0].decode().lower()
    assert head.startswith(f"post {path}?a=%2b http/1.1\r\n")
    assert re.findall("^x-forwarded-host: (.*)\r$", head, re.MULTILINE) == [f"{HOST}:8443"]  # by which the site knows what was signed
    assert re.findall("^host: (.*)\r$", head, re.MULTILINE) == [HOST]
    assert re.findall("^authorization: (.*)\r$", head, re.MULTILINE) == ["aws4-hmac-sha256 x"]


def test_programs_are_not_held_to_what_people_may_ask(machine: Machine) -> None:
    connection, statuses = machine.connect(source="127.0.78.7"), []
    for _ in range(150):  # more than the burst that is left to people
        connection.request("POST", "/personalize/events", body="{}", headers={"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()

    assert 429 not in statuses
    assert 503 not in statuses


def test_an_echo_that_nobody_answers_gets_a_problem(dead_machine: Machine) -> None:
    answer = dead_machine.get("/alexa", "POST", body="{}", Content_Type="application/json")

    assert (answer.status, answer.headers["content-type"]) == (503, "application/problem+json")


@pytest.mark.parametrize(
    ("path", "method", "at_most"),
    [("/api/v1/movies/1", "GET", 41 + 20), ("/static/icons/favicon.svg", "GET", 101 + 50), ("/api/v1/users/1/ratings/1", "DELETE", 21 + 5)],
)
def test_greed_is_held_back_and_told_so(machine: Machine, path: str, method: str, at_most: int) -> None:
    """at_most: the burst, and what one second lets through; each of these visitors comes from an address of their own."""
    source = f"127.0.{at_most}.7"
    connection, statuses, refusals, began = machine.connect(source=source), [], [], time.monotonic()
    while len(statuses) < at_most + 60 and time.monotonic() - began < 0.9:
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read()
        statuses.append(answer.status)
        if answer.status == 429:  # and the one after it may pass again: the allowance fills up while we ask
            refusals.append(body)
    connection.close()

    if not refusals:
        pytest.skip(f"this machine answered only {len(statuses)} requests in a second, too few to be held back")
    assert len(statuses) - len(refusals) <= at_most
    assert all(b"That was a lot at once." in body for body in refusals)


def test_the_problem_and_the_page_say_what_the_site_says(machine: Machine) -> None:
    text = (DEPLOY / "nginx.conf").read_text()

    for status in (413, 429):
        assert f'"title": "{TITLES[status]}", "status": {status}, "detail": "{SENTENCES[status]}"' in text


def test_the_notice_is_whole_by_itself_and_allowed_by_its_policy(dead_machine: Machine) -> None:
    page = (DEPLOY / "notice.html").read_text()
    policy = dead_machine.get("/movies/").headers["content-security-policy"]

    (script,) = re.findall("<script>(.*?)</script>", page)
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    assert script == EARLY_SCRIPT
    for inside, kind in ((script, "script"), (style, "style")):
        assert f"{kind}-src 'sha256-{b64encode(sha256(inside.encode()).digest()).decode()}';" in policy
    assert re.findall(r'(?:src|href)="(?!/"|")', page) == []


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/metrics?x=1"])
def test_what_a_watching_program_reads_is_not_for_the_world(machine: Machine, path: str) -> None:
    assert machine.get(path).status == 404


def test_port_80_sends_to_tls_and_answers_the_certificate_authority(machine: Machine) -> None:
    folder = machine.root / "var/www/acme/.well-known/acme-challenge"
    folder.mkdir(parents=True)
    (folder / "token").write_text("answer")

    assert plain(machine, "/film/1?a=b", "evil.example") == (301, f"https://{HOST}/film/1?a=b", b"")
    assert plain(machine, "/.well-known/acme-challenge/token", HOST) == (200, "", b"answer")


def test_a_watching_program_on_this_machine_gets_the_counts_of_both_servers(machine: Machine) -> None:
    machine.get("/about/")

    with urllib.request.urlopen(f"http://127.0.0.1:{machine.ports.own}/metrics", timeout=10) as answer:
        counts = answer.read().decode()

    assert re.search(r"^matinee_workers 4", counts, re.MULTILINE)
    assert re.search(r'^matinee_requests_total\{.*route="[^"]*about.*\} ', counts, re.MULTILINE)


def plain(machine: Machine, path: str, host: str) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", machine.ports.http, timeout=10)
    connection.request("GET", path, headers={"Host": host})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, answer.getheader("Location", ""), body if answer.status == 200 else b""


def test_another_name_gets_no_certificate(machine: Machine) -> None:
    with socket.create_connection(("127.0.0.1", machine.ports.https)) as connection, pytest.raises(ssl.SSLError):
        machine.trust().wrap_socket(connection, server_hostname="other.example")


def test_another_name_inside_a_good_connection_is_misdirected(machine: Machine) -> None:
    connection = machine.connect()
    connection.putrequest("GET", "/", skip_host=True)
    connection.putheader("host", "other.example")
    connection.endheaders()

    assert connection.getresponse().status == 421
    connection.close()


@pytest.mark.skipif(not STRICT and shutil.which("curl") is None, reason="HTTP/2 is spoken by curl, and there is none here")
def test_it_speaks_http_2(machine: Machine) -> None:
    asked = subprocess.run(
        ["curl", "-sS", "--http2", "--cacert", machine.authority, "--resolve", f"{HOST}:{machine.ports.https}:127.0.0.1",
         "-o", os.devnull, "-w", "%{http_version} %{http_code}", f"https://{HOST}:{machine.ports.https}/about/"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert asked.stdout == "2 200", asked.stderr


def test_slow_visitors_are_let_go(machine: Machine) -> None:
    """By the settings that are in force, since waiting for them would take ten seconds each."""
    text = configuration(machine.root, machine.ports)

    for timeout in ("client_header_timeout", "client_body_timeout", "send_timeout"):
        assert re.search(rf"^ +{timeout} 10s;", text, re.MULTILINE)
