"""What nginx saves by handing out a page again within a second: CPU of nginx and the workers together, with its cache and without.

The machine is that of deploy/ as its tests lay it out: nginx with TLS and the repository's own configuration, two gunicorns behind it on
unix sockets. Only the limits of one visitor are lifted, since one visitor is all there is. Beside it stands the same nginx with one word
changed, whose cache is off. Both are asked for the same page, and ask the same gunicorns, in turns.
"""

from __future__ import annotations

import gzip
import re
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.client import Answer, Client
from bench.figures import Figure, MismatchError, say, spread
from bench.machine import cpu_seconds, plain_environment
from tests.deploy.machine import HOST, Machine, Ports, configuration, lay_out, nginx, start_nginx, stop

PAGE = "/result/?user=580&amount=10"
LIST = "/api/v1/users/580/recommendations?n=10"
TIMES_LESS = 10.0
CONNECTIONS = 16
WARM = 320  # requests before any is counted


class _Visitor(Client):
    """A connection over TLS by the site's name."""

    def __init__(self, port: int, trust: ssl.SSLContext) -> None:
        self._trust = trust
        super().__init__(port)

    def _open(self) -> None:
        super()._open()
        self._socket: socket.socket = self._trust.wrap_socket(self._socket, server_hostname=HOST)


def measure(data: Path, folder: Path, *, rounds: int, times: int) -> list[Figure]:
    """times: requests without the cache in each round; ten times as many with it, since a clock tick has room for hundreds of them."""
    if nginx() is None:
        say("page is left out: there is no nginx on this machine")
        return []
    say(f"page: CPU of nginx and gunicorn's workers per request over TLS, {rounds} rounds in turn, on {data.name}")
    costs: dict[str, list[float]] = {}
    seen: dict[str, list[float]] = {}
    wall: dict[str, list[float]] = {}
    with _both(data, folder) as (kept, bare), ExitStack() as open_ones:
        trust = kept.trust()
        fronts = {"from the cache": kept, "without the cache": bare}
        visitors = {
            name: [open_ones.enter_context(_Visitor(front.ports.https, trust)) for _ in range(CONNECTIONS)]
            for name, front in fronts.items()
        }
        asks = [(how, packed, PAGE) for packed in ("", "gzip") for how in fronts] + [("without the cache", "", LIST)]
        _compare(visitors, asks)
        for _ in range(rounds):
            for how, packed, path in asks:
                name = f"{'list' if path == LIST else 'page'} {how}{', packed' if packed else ''}"
                n = times if how == "without the cache" else times * 10
                before, began = _seconds(kept, bare), time.perf_counter()
                took = _ask(visitors[how], _request(path, packed), n)
                wall.setdefault(name, []).append((time.perf_counter() - began) / n * 1e6)
                costs.setdefault(name, []).append((_seconds(kept, bare) - before) / n * 1e6)
                seen.setdefault(name, []).extend(took)
    for name, each in costs.items():
        say(f"  {name:<38} {_mean(each):6.0f} µs a request  (" + " ".join(f"{cost:.0f}" for cost in each) + ")")
        spread(name, seen[name])
    for name, each in wall.items():
        say(f"  {name:<38} {1e6 / _mean(each):6,.0f} a second, asked by one client on the same cores")
    cost = {name: _mean(each) for name, each in costs.items()}
    figures = []
    for packed in ("", ", packed"):
        ours, other = cost[f"page from the cache{packed}"], cost[f"page without the cache{packed}"]
        figures.append(Figure(f"Result page from nginx's cache{packed}, CPU", ours, other, "µs", "without the cache", 1 / TIMES_LESS))
        slow, quick = wall[f"page without the cache{packed}"], wall[f"page from the cache{packed}"]
        figures.append(Figure("the same, wall time with 16 under way", _mean(quick), _mean(slow), "µs", "without the cache", None))
    figures.append(Figure("list endpoint through nginx, CPU", cost["list without the cache"], None, "µs", "nginx and workers", None))
    return figures


@contextmanager
def _both(data: Path, folder: Path) -> Iterator[tuple[Machine, Machine]]:
    """The machine, and one more nginx before its servers that keeps nothing."""

    def unlimited(text: str) -> str:
        return re.sub(r"rate=\d+r/s", "rate=1000000r/s", text)

    machine = lay_out(folder / "machine", Ports.free(), unlimited)
    machine.environment.update(plain_environment() | machine.environment | {"MATINEE_DATA": str(data.resolve())})
    bare = Machine(folder / "bare", Ports.free(), machine.environment)
    bare.root.mkdir()
    text = unlimited(configuration(machine.root, bare.ports)).replace("proxy_cache public;", "proxy_cache off;")
    for place in ("run/nginx.pid", "var/cache/matinee-nginx"):
        text = text.replace(f"{machine.root}/{place}", f"{bare.root}/{Path(place).name}")
    (bare.root / "nginx.conf").write_text(text)
    try:
        machine.matinee("train")
        for server in machine.servers.values():
            server.start()
        start_nginx(machine)
        start_nginx(bare)
        for server in machine.servers.values():
            server.wait_until_ready()
        yield machine, bare
    finally:
        stop(bare)
        stop(machine)


def _seconds(*machines: Machine) -> float:
    """CPU of every nginx and every worker so far: whoever is not asked takes next to none."""
    found = [pid for machine in machines if machine.front for pid in _children(machine.front.pid)]
    found += [pid for machine in machines for server in machine.servers.values() if server.process for pid in server.workers()]
    return sum(map(cpu_seconds, found))


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _request(path: str, packed: str) -> bytes:
    accepted = f"Accept-Encoding: {packed}\r\n" if packed else ""
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nAccept: */*\r\n{accepted}\r\n".encode()


def _ask(visitors: list[_Visitor], message: bytes, n: int) -> list[float]:
    """Seconds that each request took, CONNECTIONS of them under way at once."""
    took = []
    for _ in range(n // len(visitors)):
        began = time.perf_counter()
        for visitor in visitors:
            visitor.ask(message)
        for visitor in visitors:
            answer = visitor.answer()
            took.append(time.perf_counter() - began)
            if answer.status != 200:
                raise MismatchError(f"{message.split()[1].decode()} was answered by {answer.status}.")
    return took


def _compare(visitors: dict[str, list[_Visitor]], asks: list[tuple[str, str, str]]) -> None:
    """Everybody gets the same page, packed or not, however it is asked for; and warms up."""
    pages = set()
    for how, packed, path in asks:
        _ask(visitors[how], _request(path, packed), WARM)
        if path == PAGE:
            pages.add(_plain(visitors[how][0].send(_request(path, packed)), packed))
    if len(pages) != 1:
        raise MismatchError(f"{PAGE} is not the same from the cache and without it.")


def _plain(answer: Answer, packed: str) -> bytes:
    return gzip.decompress(answer.body) if packed else answer.body


def _mean(each: list[float]) -> float:
    return sum(each) / len(each)
