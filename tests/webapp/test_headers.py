"""What every answer says to the browser."""

import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from recommender.errors import SettingError
from recommender.settings import Settings
from recommender.site_secret import site_secret

PATHS = [
    "/",
    "/nowhere",
    "/api/v1/nowhere",
    "/api/v1/users/580/recommendations",
    "/api/docs",
    "/openapi.json",
    "/healthz",
    "/static/js/matinee.js",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_guarded(client, path):
    with client.get(path) as answer:
        headers = answer.headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Permissions-Policy"].startswith("camera=()")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "X-Powered-By" not in headers
    assert all(len(headers.getlist(name)) == 1 for name, _ in headers)


def test_a_page_runs_the_sites_own_files_and_the_one_script_that_stands_in_it(client):
    answer = client.get("/api/docs")

    inside = re.search(r"<script>(.+?)</script>", answer.text).group(1)
    its_sum = b64encode(sha256(inside.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{its_sum}';" in answer.headers["Content-Security-Policy"]
    assert answer.text.count("<script") == 2


def test_a_page_is_its_readers_alone_unless_its_view_says_otherwise(client):
    assert client.get("/api/docs").headers["Cache-Control"] == "private, no-cache"
    assert client.get("/result/?user=580", headers={"Authorization": "Bearer anything"}).headers["Cache-Control"] == "private, no-cache"


def test_a_view_may_be_stricter(client, app):
    app.add_url_rule("/drawn", "drawn", lambda: ("<svg/>", {"Content-Type": "image/svg+xml", "Content-Security-Policy": "sandbox"}))

    assert client.get("/drawn").headers.getlist("Content-Security-Policy") == ["sandbox"]


def test_scripts_say_that_they_are_utf_8(client):
    with client.get("/static/js/matinee.js") as answer:
        assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_the_secret_is_made_once_for_its_owner_alone(var):
    settings = Settings(secret_file=str(var / "deep" / "secret"))

    first, second = site_secret(settings), site_secret(settings)

    assert first == second
    assert len(first) >= 64
    assert (var / "deep" / "secret").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (var / "deep").iterdir()] == ["secret"]


def test_two_sites_have_two_secrets(var):
    assert site_secret(Settings(secret_file=str(var / "a"))) != site_secret(Settings(secret_file=str(var / "b")))


def test_a_setting_overrides_the_file(var):
    assert site_secret(Settings(secret_key="given by the operator", secret_file=str(var / "secret"))) == "given by the operator"
    assert list(var.iterdir()) == []


def test_workers_that_start_together_agree_on_one_secret(var):
    program = (
        "import sys; from recommender.settings import Settings; from recommender.site_secret import site_secret;"
        "sys.stdin.read(1); print(site_secret(Settings(secret_file=sys.argv[1])))"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(var / "secret")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(4)
    ]
    secrets = {worker.communicate("g")[0].strip() for worker in started}

    assert len(secrets) == 1
    assert len(secrets.pop()) >= 64


def test_a_worker_that_saw_no_secret_yet_takes_the_one_that_came_first(var, monkeypatch):
    settings = Settings(secret_file=str(var / "secret"))
    monkeypatch.setattr(Path, "exists", lambda path: False)  # what two workers see that look at the same moment

    assert site_secret(settings) == site_secret(settings)


@pytest.mark.parametrize(
    ("content", "mode", "sentence"),
    [
        ("x" * 64, 0o644, "{path} can be read by others; run `chmod 600 {path}`."),
        ("", 0o600, "The secret key in {path} has 0 characters; at least 16 are needed."),
        ("short\n", 0o600, "The secret key in {path} has 5 characters; at least 16 are needed."),
    ],
)
def test_a_secret_that_is_none_stops_the_start(var, content, mode, sentence):
    path = var / "secret"
    path.write_text(content)
    path.chmod(mode)

    with pytest.raises(SettingError) as refused:
        site_secret(Settings(secret_file=str(path)))

    assert str(refused.value) == sentence.format(path=path)


def test_a_place_where_no_secret_can_be_kept_is_named(var):
    (var / "file").write_text("")

    with pytest.raises(SettingError, match=r"^The secret key cannot be kept in .*/file/secret \(.*\); make it readable"):
        site_secret(Settings(secret_file=str(var / "file" / "secret")))


def test_a_short_secret_setting_is_refused():
    with pytest.raises(SettingError, match=r"^The secret key in MATINEE_SECRET_KEY has 3 characters; at least 16 are needed\.$"):
        site_secret(Settings(secret_key="dev"))
