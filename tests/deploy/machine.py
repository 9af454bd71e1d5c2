"""One machine as deploy/ describes it, under a folder of its own: nginx, and two gunicorns on sockets that somebody else holds.

Everything that deploy/ lays out under /run, /etc, /opt and /var lies under that folder, and the ports are free ones of this machine;
nothing else of the files is changed, unless a test plants a mistake. The part of systemd is played by this process: it opens the
unix sockets and hands them over in LISTEN_FDS.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

from deploy.aws.stand_in import free_port

REPOSITORY = Path(__file__).parents[2]
DEPLOY = REPOSITORY / "deploy"
HOST = "matinee.example"
PLACES = re.compile(r"(?<![\w.])/(run|etc|opt|var)/(?=matinee|nginx|www|log|cache|lib)")
UP_WITHIN = 60  # seconds, on a machine that is busy with other things


def nginx() -> str | None:
    """The program, which Debian keeps out of an ordinary user's path."""
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


@dataclass(frozen=True, slots=True)
class Ports:
    http: int
    https: int
    own: int  # for this machine alone: what a watching program reads

    @classmethod
    def free(cls) -> Ports:
        found: set[int] = set()
        while len(found) < 3:
            found.add(free_port())
        return cls(*found)


def under(root: Path, text: str) -> str:
    """The text of a file of deploy/, with every place of ours moved under root."""
    return PLACES.sub(lambda place: f"{root}/{place[1]}/", text)


def configuration(root: Path, ports: Ports) -> str:
    """deploy/nginx.conf for that folder and those ports."""
    text = under(root, (DEPLOY / "nginx.conf").read_text())
    text = re.sub(r"^user .*;$", "user root;" if os.geteuid() == 0 else "", text, flags=re.MULTILINE)
    text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
    text = text.replace("listen 80 ", f"listen 127.0.0.1:{ports.http} ").replace("listen 443 ", f"listen 127.0.0.1:{ports.https} ")
    return text.replace("listen 127.0.0.1:9145", f"listen 127.0.0.1:{ports.own}")


def settings_of_unit(unit: str, name: str) -> list[str]:
    """All values that a unit in deploy/systemd/ gives to one setting, in their order."""
    return re.findall(rf"^{name}=(.*)$", (DEPLOY / "systemd" / unit).read_text(), re.MULTILINE)


def environment_of_unit(unit: str, root: Path) -> dict[str, str]:
    """What the unit itself puts into the environment, with its places under root."""
    return dict(under(root, given).split("=", 1) for given in settings_of_unit(unit, "Environment"))


@dataclass
class Server:
    """One gunicorn of the unit matinee-web@.service, and the socket that outlives it."""

    name: str
    root: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    listener: socket.socket | None = None

    @property
    def path(self) -> Path:
        return self.root / "run/matinee" / f"web-{self.name}.sock"

    def start(self) -> None:
        """Hand over the socket and start; what it prints is kept."""
        if self.listener is None:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(self.path))
            self.listener.listen(2048)
        command = under(self.root, settings_of_unit("matinee-web@.service", "ExecStart")[0]).split()
        with (self.root / f"web-{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["bash", "-c", f'exec 3<&{self.listener.fileno()}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "systemd", *command],
                pass_fds=[self.listener.fileno()],
                cwd=self.root / "var/lib/matinee",
                env=self.environment | environment_of_unit("matinee-web@.service", self.root),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def reload(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def restart(self) -> None:
        """As systemctl restart: what is under way is finished, and the socket waits with whoever comes meanwhile."""
        self.stop()
        self.start()

    def workers(self) -> list[int]:
        assert self.process is not None
        return [int(pid) for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()]

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def wait_until_ready(self) -> None:
        end = time.monotonic() + UP_WITHIN
        while self.ask("/readyz") != 200:
            assert self.process is not None
            assert self.process.poll() is None, self.last_words()
            assert time.monotonic() < end, self.last_words()
            time.sleep(0.1)

    def ask(self, path: str) -> int:
        """The status of one answer, past nginx; 0 when nobody answers."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            try:
                connection.connect(str(self.path))
                connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
                return int(connection.recv(16).split()[1])
            except (OSError, IndexError):
                return 0

    def close(self) -> None:
        self.stop()
        if self.listener is not None:
            self.listener.close()
            self.path.unlink(missing_ok=True)
            self.listener = None

    def last_words(self) -> str:
        return (self.root / f"web-{self.name}.log").read_text(errors="replace")[-5000:]


@dataclass
class Machine:
    """nginx and the two servers; `environment` is what deploy/matinee.env says, under root."""

    root: Path
    ports: Ports
    environment: dict[str, str]
    servers: dict[str, Server] = field(default_factory=dict)
    front: subprocess.Popen[bytes] | None = None

    @property
    def authority(self) -> Path:
        """The certificate of who signed the site's."""
        return self.root / "etc/matinee/tls/ca.pem"

    def matinee(self, *arguments: str) -> str:
        """What `matinee …` prints, on the machine's own store."""
        done = subprocess.run(
            [Path(sys.executable).with_name("matinee"), *arguments],
            cwd=self.root / "var/lib/matinee",
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"matinee {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.authority))

    def connect(self, *, source: str = "127.0.0.1", trust: ssl.SSLContext | None = None, timeout: float = 30) -> HTTPConnection:
        """A connection to the site by its name, from an address of this machine: every 127.x.x.x is a visitor of its own."""
        return _ToTheSite(self.ports.https, source, trust or self.trust(), timeout)

    def get(self, path: str, method: str = "GET", *, body: str | None = None, **headers: str) -> Answer:
        """One answer over TLS; underscores in names of headers stand for hyphens."""
        connection = self.connect()
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def log(self) -> str:
        """All that nginx wrote down."""
        return "".join(file.read_text() for file in sorted((self.root / "var/log/nginx").iterdir()))

    def logged(self, pattern: str, times: int = 1) -> list[str]:
        """All that the pattern finds in it, once it is there so often: nginx writes a line after the visitor has the answer."""
        end = time.monotonic() + 5
        while len(found := re.findall(pattern, self.log())) < times and time.monotonic() < end:
            time.sleep(0.02)
        return found

    def kept(self) -> dict[str, str]:
        """Everything in the cache: its key → the whole file."""
        files = [file for file in (self.root / "var/cache/matinee-nginx").rglob("*") if file.is_file() and file.suffix == ""]
        texts = [file.read_bytes().decode("latin-1") for file in files]
        return {re.search(r"^KEY: (.*)$", text, re.MULTILINE)[1]: text for text in texts if "KEY: " in text}  # type: ignore[index]


@dataclass(frozen=True, slots=True)
class Answer:
    """headers: by names in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class _ToTheSite(HTTPSConnection):
    def __init__(self, port: int, source: str, trust: ssl.SSLContext, timeout: float) -> None:
        super().__init__(HOST, port, timeout=timeout, context=trust)
        self._source, self._trust = source, trust

    def connect(self) -> None:
        plain = socket.create_connection(("127.0.0.1", self.port), self.timeout, (self._source, 0))
        self.sock = self._trust.wrap_socket(plain, server_hostname=HOST)

    def putheader(self, header: str | bytes, *values: object) -> None:
        super().putheader(header, *([HOST] if header == "Host" else values))  # type: ignore[arg-type]  # without the port


@contextmanager
def running_machine(root: Path, *, plant: Callable[[str], str] = str, servers: str = "ab", train: bool = True) -> Iterator[Machine]:
    """The whole machine, ready. plant: puts a mistake into nginx's configuration. servers: which of them are started."""
    machine = lay_out(root, Ports.free(), plant)
    try:
        if train:
            machine.matinee("train", "--if-needed")  # as its unit does, but without comparing recipes
        for name in servers:
            machine.servers[name].start()
        start_nginx(machine)
        for name in servers if train else "":
            machine.servers[name].wait_until_ready()
        yield machine
    finally:
        stop(machine)


def lay_out(root: Path, ports: Ports, plant: Callable[[str], str] = str) -> Machine:
    """The files of one machine, with nothing running."""
    for place in (
        "run/matinee",
        "var/log/nginx",
        "var/cache",
        "var/lib/matinee",
        "var/www/acme",
        "etc/matinee/tls",
        "opt/matinee/current/bin",
    ):
        (root / place).mkdir(parents=True)
    current = root / "opt/matinee/current"
    for program in ("gunicorn", "matinee"):
        (current / "bin" / program).symlink_to(Path(sys.executable).with_name(program))
    (current / "static").symlink_to(REPOSITORY / "webapp/static")
    for name in ("notice.html", "gunicorn.conf.py"):
        (current / name).symlink_to(DEPLOY / name)
    make_certificate(root / "etc/matinee/tls")
    (root / "nginx.conf").write_text(plant(configuration(root, ports)))
    named = re.findall(r"^(\w+)=(.*)$", under(root, (DEPLOY / "matinee.env").read_text()), re.MULTILINE)
    environment = {"PATH": os.environ["PATH"], "HOME": str(root), "PYTHONPATH": str(REPOSITORY), "MATINEE_DOWNLOAD_URL": "", **dict(named)}
    return Machine(root, ports, environment, {name: Server(name, root, environment) for name in "ab"})


def start_nginx(machine: Machine) -> None:
    program = nginx()
    assert program is not None, "there is no nginx on this machine"
    with (machine.root / "nginx.log").open("ab") as log:
        machine.front = subprocess.Popen(
            [program, "-c", str(machine.root / "nginx.conf"), "-g", "daemon off;"], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    end = time.monotonic() + UP_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", machine.ports.https), 1).close()
            return
        except OSError:
            assert machine.front.poll() is None, (machine.root / "nginx.log").read_text()
            assert time.monotonic() < end
            time.sleep(0.05)


def stop(machine: Machine) -> None:
    if machine.front is not None:
        machine.front.terminate()
        machine.front.wait(30)
    for server in machine.servers.values():
        server.close()


def make_certificate(folder: Path) -> None:
    """An authority of our own and the site's certificate by it, as an authority of the world would make it."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    sign = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "30", "-extfile", "names"]
    may_sign = ["-addext", "keyUsage=critical,keyCertSign"]
    (folder / "names").write_text(f"subjectAltName=DNS:{HOST}\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n")
    for arguments in (
        [
            "req",
            "-x509",
            *key,
            "-keyout",
            "ca-key.pem",
            "-out",
            "ca.pem",
            "-subj",
            "/CN=Authority of these tests",
            "-days",
            "30",
            *may_sign,
        ],
        ["req", *key, "-keyout", "privkey.pem", "-out", "asked.pem", "-subj", f"/CN={HOST}"],
        ["x509", "-req", "-in", "asked.pem", "-out", "fullchain.pem", *sign],
    ):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
