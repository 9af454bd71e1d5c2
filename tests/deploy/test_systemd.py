"""The units of deploy/systemd/: understood, tight, and the site's own programs at home in them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recommender.data.sample import sample_data_set
from recommender.personalize import arns
from recommender.personalize.resources import PENDING, Registry, Resource
from recommender.settings import read_settings
from recommender.storage.blobs import open_blobs
from tests.deploy.machine import DEPLOY, REPOSITORY, Ports, lay_out, settings_of_unit

STRICT = bool(os.environ.get("CI"))  # where everything has to be there, nothing is skipped
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit.name for unit in UNITS if unit.suffix == ".service"]
MOST_EXPOSURE = 16  # tenths
N_VIEWERS = 60  # that are learned from

with_systemd = pytest.mark.skipif(not STRICT and shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
as_root = pytest.mark.skipif(
    not STRICT and (sys.platform != "linux" or os.geteuid() != 0 or shutil.which("systemd-analyze") is None),
    reason="only root on a Linux with systemd's tools can lock a program in as systemd does",
)

# What a program that was taken over by somebody would try next; each prints its name when it was not refused.
ATTEMPTS = """
import ctypes, mmap, os, socket
c = ctypes.CDLL(None, use_errno=True)
def tries(name):
    def run(attempt):
        try:
            if attempt() != -1: print(name)
        except (OSError, IndexError): pass
    return run
tries("write to /etc")(lambda: os.close(os.open("/etc/planted", os.O_CREAT | os.O_WRONLY)) or os.unlink("/etc/planted"))
tries("write to the program")(lambda: os.close(os.open("/opt/matinee/current/planted", os.O_CREAT | os.O_WRONLY)))
tries("write to a setting of the kernel")(lambda: os.close(os.open("/proc/sys/kernel/hostname", os.O_WRONLY)))
tries("open a disk")(lambda: os.open([f"/dev/{d}" for d in ("vda", "sda", "nvme0n1", "loop0") if os.path.exists(f"/dev/{d}")][0], 0))
tries("give away a file")(lambda: os.chown("mine", 1, 1))
tries("make a file run as its owner")(lambda: os.chmod("mine", 0o4755))
tries("become somebody")(lambda: os.setuid(0))
tries("memory to write and run")(lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close())
tries("a namespace")(lambda: c.unshare(0x10000000))
tries("mount")(lambda: c.mount(b"none", b"/proc", b"tmpfs", 0, None))
tries("trace a process")(lambda: c.ptrace(0, 0, 0, 0))
tries("a packet socket")(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close())
tries("a netlink socket")(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close())
tries("another personality")(lambda: c.personality(0x0040000))
tries("the clock")(lambda: c.settimeofday(None, ctypes.create_string_buffer(8)))
tries("a place before others")(lambda: os.setpriority(os.PRIO_PROCESS, 0, -5))
"""


def verify(folder: Path) -> subprocess.CompletedProcess[str]:
    """What systemd says to the units in a folder, where their programs are there."""
    for unit in folder.iterdir():
        unit.write_text(re.sub(r"/opt/matinee/current/bin/\w+", "/bin/true", unit.read_text()))
    shutil.copy(folder / "matinee-web@.service", folder / "matinee-web@a.service")
    return subprocess.run(["systemd-analyze", "verify", *folder.iterdir()], capture_output=True, text=True, check=False)


@with_systemd
def test_systemd_understands_every_unit(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DEPLOY / "systemd", tmp_path / "systemd"))

    understood = verify(folder)

    assert (understood.returncode, understood.stdout + understood.stderr) == (0, "")


@with_systemd
def test_a_slip_in_a_unit_would_be_seen(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DEPLOY / "systemd", tmp_path / "systemd"))
    unit = folder / "matinee-train.service"
    unit.write_text(unit.read_text().replace("ProtectHome=", "ProtectHoem="))

    assert "ProtectHoem" in verify(folder).stderr


def exposure(unit: Path) -> float:
    scored = subprocess.run(
        ["systemd-analyze", "--no-pager", "security", "--offline=true", unit], capture_output=True, text=True, check=False
    )
    return float(re.search(r"Overall exposure level for \S+: ([\d.]+)", scored.stdout)[1])  # type: ignore[index]


@with_systemd
@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_little_exposed(service: str) -> None:
    assert exposure(DEPLOY / "systemd" / service) * 10 <= MOST_EXPOSURE


@with_systemd
def test_a_service_without_its_filters_would_be_seen(tmp_path: Path) -> None:
    loose = tmp_path / "matinee-train.service"
    loose.write_text(re.sub(r"^SystemCall.*\n", "", (DEPLOY / "systemd/matinee-train.service").read_text(), flags=re.MULTILINE))

    assert exposure(loose) * 10 > MOST_EXPOSURE


def test_all_services_are_locked_in_alike() -> None:
    words = [re.search(r"^# What it may touch.*?(?=\n\n\[|\Z)", (DEPLOY / "systemd" / s).read_text(), re.M | re.S)[0] for s in SERVICES]  # type: ignore[index]

    assert len(SERVICES) == 5
    assert len({word.strip().replace("matinee-%i", "matinee") for word in words}) == 1  # a site beside others is its own user


def test_the_settings_of_the_machine_are_settings_of_matinee() -> None:
    named = dict(re.findall(r"^(\w+)=(.*)$", (DEPLOY / "matinee.env").read_text(), re.MULTILINE))

    settings = read_settings(named)

    state = "/var/lib/" + settings_of_unit("matinee-web@.service", "StateDirectory")[0]
    assert settings.behind_proxy
    for place in (settings.profiles_url, settings.blobs_url, settings.cache_folder, settings.secret_file, settings.operator_file):
        assert f"{state}/" in place


def test_the_sockets_are_where_nginx_looks_for_them() -> None:
    (listens,) = settings_of_unit("matinee-web@.socket", "ListenStream")

    text = (DEPLOY / "nginx.conf").read_text()
    for each in "ab":
        assert f"server unix:{listens.replace('%i', each)} " in text
        assert f"matinee-web@{each}.socket matinee-web@" in (DEPLOY / "systemd/matinee.target").read_text()


def a_few_viewers(folder: Path) -> None:
    """The built-in sample's first viewers and all its films, as files: every recipe is tried on them in seconds."""
    sample = sample_data_set()
    ratings = sample.ratings.where(sample.ratings.user_ids <= N_VIEWERS)
    folder.mkdir()
    films = [f"{film},Film {film} (1999),Drama" for film in sample.catalogue.movie_ids]
    rated = zip(ratings.user_ids, ratings.movie_ids, ratings.half_stars / 2, ratings.rated_at, strict=True)
    (folder / "movies.csv").write_text("\n".join(["movieId,title,genres", *films, ""]))
    (folder / "ratings.csv").write_text("\n".join(["userId,movieId,rating,timestamp", *(f"{u},{m},{s},{t}" for u, m, s, t in rated), ""]))


class Confined:
    """A machine's folder, and the units' commands locked in over it."""

    def __init__(self, root: Path) -> None:
        machine = lay_out(root, Ports.free())
        self.root = root
        a_few_viewers(root / "var/lib/matinee/films")
        inside = {name: value.replace(str(root), "") for name, value in machine.environment.items()}
        ours = {"MATINEE_DATA": "/var/lib/matinee/films", "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
        self.environment = {**inside, **ours, "HOME": "/var/lib/matinee"}

    def command(self, unit: str, *program: object) -> list[str]:
        return [sys.executable, "-m", "tests.deploy.confined", unit, str(self.root), *map(str, program)]

    def run(self, unit: str, *program: object) -> str:
        done = subprocess.run(
            self.command(unit, *program), cwd=REPOSITORY, env=self.environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def confined(tmp_path_factory: pytest.TempPathFactory) -> Confined:
    """With a model, made by the training's own unit."""
    made = Confined(tmp_path_factory.mktemp("confined"))
    assert made.run("matinee-train.service").count("NDCG@10") >= 2, "of the model, and of the other recipes beside it"
    return made


@as_root
def test_training_is_at_home_in_its_unit(confined: Confined) -> None:
    pointer = (confined.root / "var/lib/matinee/blobs/current.json").read_bytes()

    confined.run("matinee-train.service")  # a second time, on the same state: there is nothing new

    assert (confined.root / "var/lib/matinee/blobs/current.json").read_bytes() == pointer


@as_root
def test_the_worker_is_at_home_in_its_unit(confined: Confined) -> None:
    state = confined.root / "var/lib/matinee"
    registry = Registry(open_blobs(f"file://{state}/blobs"))
    job = Resource(arns.arn_of(arns.IMPORT, "films"), PENDING, 1.0, 1.0, {"datasetArn": arns.arn_of(arns.DATASET, "films", "ITEMS")})
    registry.change(lambda found: found.add(job, work=True))

    confined.run("matinee-personalize.service", Path(sys.executable).with_name("matinee"), "personalize", "work", "--once")

    assert registry.read().by_key[job.key].failure_reason.startswith("There is no resource")  # no such data set; but it was looked for


@as_root
@pytest.mark.parametrize("unit", SERVICES)
def test_whoever_took_a_service_over_would_get_no_further(confined: Confined, unit: str) -> None:
    state, run = (settings_of_unit(unit, kind) for kind in ("StateDirectory", "RuntimeDirectory"))
    for folder in [*(confined.root / "var/lib" / name for name in state), *(confined.root / "run" / name for name in run)]:
        folder.mkdir(parents=True, exist_ok=True)
    (confined.root / "var/lib" / state[0] / "mine").touch()

    assert confined.run(unit, sys.executable, "-c", ATTEMPTS).split("\n") == [""]


@as_root
def test_without_the_unit_it_would_get_further(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()

    free = subprocess.run(
        ["unshare", "--mount", sys.executable, "-c", ATTEMPTS], cwd=tmp_path, capture_output=True, text=True, check=False
    ).stdout
    assert {"write to /etc", "give away a file", "memory to write and run", "a netlink socket"} <= set(free.split("\n"))


@contextmanager
def serving(confined: Confined) -> Iterator[tuple[Path, subprocess.Popen[bytes], socket.socket]]:
    """The web server of its unit, its socket handed over and its word to systemd heard."""
    path = confined.root / "run/matinee/web-a.sock"
    said = (confined.root / "web.log").open("ab")
    with said, socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        listener.bind(str(path))
        listener.listen(64)
        told.bind(str(confined.root / "var/lib/matinee/notify"))
        told.settimeout(60)
        command = confined.command("matinee-web@.service")
        server = subprocess.Popen(
            ["bash", "-c", f'exec 3<&{listener.fileno()} "$@"', "systemd", *command],
            pass_fds=[listener.fileno()],
            cwd=REPOSITORY,
            env={**confined.environment, "LISTEN_FDS": "1", "NOTIFY_SOCKET": "/var/lib/matinee/notify"},
            stdout=subprocess.DEVNULL,
            stderr=said,
        )
        try:
            yield path, server, told
        finally:
            server.terminate()
            server.wait(30)
            path.unlink()
            (confined.root / "var/lib/matinee/notify").unlink()


def workers(server: subprocess.Popen[bytes]) -> set[int]:
    return {int(pid) for pid in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()}


def ask(path: Path, method: str, address: str, *, body: str = "", token: str = "") -> tuple[int, str]:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(path))
        lines = [f"{method} {address} HTTP/1.0", f"Content-Length: {len(body)}", "Content-Type: application/json"]
        lines += [f"Authorization: Bearer {token}"] if token else []
        connection.sendall("\r\n".join([*lines, "", body]).encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    return int(answer.split()[1]), answer.partition("\r\n\r\n")[2]


@as_root
def test_the_web_server_is_at_home_in_its_unit(confined: Confined) -> None:
    printed = confined.run("matinee-train.service", Path(sys.executable).with_name("matinee"), "profile", "new")
    me, token = re.search(r"^number +(\d+)", printed, re.M)[1], re.search(r"^token +(\S+)", printed, re.M)[1]  # type: ignore[index]

    with serving(confined) as (path, server, told):
        assert b"READY=1" in told.recv(4096)
        assert ask(path, "GET", "/readyz")[0] == 200, (confined.root / "web.log").read_text()
        assert "for viewer 5" in ask(path, "GET", "/result/?user=5&amount=10")[1]
        status, answer = ask(path, "PUT", f"/api/v1/users/{me}/ratings/1", body=json.dumps({"rating": 4.5}), token=token)
        assert (status, json.loads(answer)["rev"]) == (200, 1)

        before = workers(server)
        server.send_signal(signal.SIGHUP)
        end = time.monotonic() + 30
        while workers(server) & before or len(workers(server)) < 2:
            assert time.monotonic() < end, (confined.root / "web.log").read_text()
            time.sleep(0.1)
        status, answer = ask(path, "GET", f"/api/v1/users/{me}/recommendations", token=token)
        assert (status, json.loads(answer)["rev"]) == (200, 1)

    secret = confined.root / "var/lib/matinee/secret"
    assert secret.stat().st_mode & 0o777 == 0o600
    assert "Traceback" not in (confined.root / "web.log").read_text()


@pytest.mark.parametrize("script", ["install.sh", "restart.sh"])
def test_the_scripts_are_understood(script: str) -> None:
    assert subprocess.run(["bash", "-n", DEPLOY / script], capture_output=True, check=False).stderr == b""
    assert (DEPLOY / script).stat().st_mode & 0o111


@pytest.mark.parametrize("name", ["", "Films.example.com", "films/../x", "-films.example", "films.example.com;id"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    refused = subprocess.run(
        [DEPLOY / "install.sh", *([name] if name else [])],
        env={**os.environ, "DESTDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 1
    assert "name" in refused.stderr
    assert list(tmp_path.iterdir()) == []
