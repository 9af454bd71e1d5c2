"""With nothing set, the Echo without Amazon asks the site that runs on the same machine, and says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from alexa_skill.simulator.site_nearby import use_site_nearby
from recommender.errors import SettingError


@contextmanager
def answering(body: bytes) -> Iterator[int]:
    """A server on this machine that says this to every GET; its port."""

    class Says(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Says) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_a_site_that_runs_here_is_asked() -> None:
    with answering(json.dumps({"status": "ok"}).encode()) as port:
        environment = {"MATINEE_PORT": str(port)}

        said = use_site_nearby(environment)

    assert environment["MATINEE_SITE_URL"] == f"http://127.0.0.1:{port}"
    assert said == f"What needs more than a list is asked of the site at http://127.0.0.1:{port}."


@pytest.mark.parametrize("body", [b"<h1>Another program</h1>", b"{}", b"", b"[" * 1000])
def test_another_program_at_that_port_is_not(body: bytes) -> None:
    with answering(body) as port:
        environment = {"MATINEE_PORT": str(port)}

        said = use_site_nearby(environment)

    assert "MATINEE_SITE_URL" not in environment
    assert "`matinee serve` starts one" in said


@pytest.mark.parametrize(("url", "says"), [("", "No site is asked"), ("https://films.example.com", "asked of https://films.example.com")])
def test_what_is_set_holds(url: str, says: str) -> None:
    environment = {"MATINEE_SITE_URL": url}

    assert says in use_site_nearby(environment)
    assert environment == {"MATINEE_SITE_URL": url}


def test_a_wrong_setting_is_told() -> None:
    with pytest.raises(SettingError, match="MATINEE_PORTS"):
        use_site_nearby({"MATINEE_PORTS": "1"})
