"""What others' tools say to deploy/: gixy to nginx's configuration, sslyze to its TLS, the MDN Observatory to the site's headers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.machine import DEPLOY, HOST, REPOSITORY, Machine, Ports, lay_out, nginx, start_nginx, stop

STRICT = bool(os.environ.get("CI"))  # where everything has to be there, nothing is skipped
TOOLS = REPOSITORY / ".deploy-venv/bin"
OBSERVATORY = Path(__file__).parent / "observatory"

with_tools = pytest.mark.skipif(
    not STRICT and not (TOOLS / "sslyze").exists(), reason="gixy and sslyze are not here; run `make deploy-tools`"
)
with_observatory = pytest.mark.skipif(
    not STRICT and (shutil.which("node") is None or not (OBSERVATORY / "node_modules").is_dir()),
    reason="the Observatory is not here; run `make deploy-tools`",
)
with_nginx = pytest.mark.skipif(
    not STRICT and (sys.platform != "linux" or nginx() is None), reason="there is no nginx on this machine, or it is no Linux"
)


def gixy(text: str) -> list[dict[str, str]]:
    """What gixy has to say against a configuration."""
    looked = subprocess.run([TOOLS / "gixy", "-f", "json", "-"], input=text, capture_output=True, text=True, check=False)
    found: list[dict[str, str]] = json.loads(looked.stdout)
    return found


@with_tools
def test_gixy_has_nothing_against_nginx_conf() -> None:
    assert gixy((DEPLOY / "nginx.conf").read_text()) == []


@with_tools
@pytest.mark.parametrize(
    ("right", "slip", "name"),
    [
        ("proxy_set_header Host $host;", "proxy_set_header Host $http_host;", "host_spoofing"),
        ("location /static/ {", "location /static {", "alias_traversal"),
        ("worker_rlimit_nofile 8192;", "", "worker_rlimit_nofile_vs_connections"),
        ("server_tokens off;", "server_tokens on;", "version_disclosure"),
    ],
)
def test_gixy_sees_a_slip(right: str, slip: str, name: str) -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    assert right in text

    assert name in {issue["plugin"] for issue in gixy(text.replace(right, slip))}


def front_with(machine: Machine, folder: Path, right: str, slip: str) -> Machine:
    """Another nginx with a mistake, before the same servers."""
    assert right in (DEPLOY / "nginx.conf").read_text()
    return lay_out(folder, Ports.free(), lambda text: text.replace(right, slip).replace(f"{folder}/run/", f"{machine.root}/run/"))


def tls_is_as_mozilla_wants_it(machine: Machine) -> tuple[bool, str]:
    site = f"{HOST}:{machine.ports.https}{{127.0.0.1}}"
    asked = subprocess.run(
        [TOOLS / "sslyze", "--mozilla_config=intermediate", "--certinfo_ca_file", machine.authority, site],
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.returncode == 0 and "OK - Compliant" in asked.stdout, asked.stdout + asked.stderr


@with_nginx
@with_tools
def test_tls_is_as_mozilla_wants_it(machine: Machine) -> None:
    is_well, said = tls_is_as_mozilla_wants_it(machine)

    assert is_well, said


@with_nginx
@with_tools
@pytest.mark.parametrize(
    ("right", "slip"),
    [
        ("ssl_ecdh_curve X25519:prime256v1:secp384r1;", ""),
        ("ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256", "ssl_ciphers ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES128-GCM-SHA256"),
    ],
)
def test_a_slip_in_tls_would_be_seen(machine: Machine, tmp_path: Path, right: str, slip: str) -> None:
    other = front_with(machine, tmp_path / "other", right, slip)
    start_nginx(other)
    try:
        is_well, said = tls_is_as_mozilla_wants_it(other)
    finally:
        stop(other)

    assert not is_well, said


def graded(machine: Machine) -> dict[str, object]:
    scanned = subprocess.run(
        ["node", OBSERVATORY / "scan.js", HOST, str(machine.ports.http), str(machine.ports.https)],
        env={**os.environ, "NODE_EXTRA_CA_CERTS": str(machine.authority)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert scanned.returncode == 0, scanned.stderr
    grade: dict[str, object] = json.loads(scanned.stdout)
    return grade


@with_nginx
@with_observatory
def test_the_observatory_gives_the_best_grade(machine: Machine) -> None:
    found = graded(machine)

    assert (found["grade"], found["failed"]) == ("A+", [])


@with_nginx
@with_observatory
def test_the_observatory_would_see_a_header_that_is_lost(machine: Machine, tmp_path: Path) -> None:
    other = front_with(machine, tmp_path / "other", 'add_header Strict-Transport-Security "max-age=63072000" always;', "")
    start_nginx(other)
    try:
        found = graded(other)
    finally:
        stop(other)

    assert found["grade"] != "A+"
    assert found["failed"]
