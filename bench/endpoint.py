"""What an answer costs: CPU of the workers per request against Flask's hello world under the same server, and their memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from bench import site
from bench.client import Client, request
from bench.figures import Figure, MismatchError, say

MOST = 1.4  # times hello world
MOST_OF_A_PAGE = 3.0  # times the same
MEMORY = 70.0  # MB of proportional set size, the biggest worker
HEAVY = ("pandas", "scipy", "boto3", "botocore")
LIST = "/api/v1/users/580/recommendations?n=10"
PAGE = "/result/?user=580&amount=10"
VIEWERS = range(1, 601)  # more than lists are kept ready for, asked for one after the other
WARM = 320  # requests before any is counted
CONNECTIONS = 16

# Asks the application for everything that people ask for, and says which heavy packages it has loaded for that.
LOADED = f"""
import sys
from webapp.wsgi import app
client = app.test_client()
for path in ({LIST!r}, {PAGE!r}, "/", "/movies/", "/api/v1/movies?q=film", "/api/v1/movies/1/similar"):
    client.get(path)
print(" ".join(name for name in {HEAVY!r} if name in sys.modules))
"""


def measure(data: Path, rounds: int = 15, times: int = 800) -> list[Figure]:
    """CPU per request of the list by the API and of the Result page, in turns with hello world, medians; then memory."""
    say(f"endpoint: CPU of the workers per request, {rounds} rounds of {times} requests in turn, on {data.name}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with site.matinee(data, folder) as server, site.hello(folder) as bare:
            _check(server)
            asked = {"list": (server, cycle([LIST])), "page": (server, cycle([PAGE])), "hello": (bare, cycle("/"))}
            for name, path in (("list", LIST), ("page", PAGE)):
                asked[f"{name}s in turn"] = server, cycle([path.replace("580", str(viewer)) for viewer in VIEWERS])
            for where, paths in asked.values():
                _ask(where, paths, WARM)
            costs: dict[str, list[float]] = {name: [] for name in asked}
            for _ in range(rounds):
                for name, (where, paths) in asked.items():
                    costs[name].append(_cost(where, paths, times))
            memory = [_proportional_megabytes(pid) for pid in server.workers()]
            mapped = {name for pid in server.workers() for name in HEAVY if f"/{name}/" in Path(f"/proc/{pid}/maps").read_text()}
            loaded = subprocess.run(
                [sys.executable, "-c", LOADED], env=server.environment, cwd=folder, stdout=subprocess.PIPE, text=True, check=True
            ).stdout.split()
    for name, each in costs.items():
        say(f"  {name:<13} median {median(each):6.0f} µs a request  (" + " ".join(f"{cost:.0f}" for cost in each) + ")")
    say(
        "  workers' memory: "
        + ", ".join(f"{each:.1f} MB" for each in memory)
        + f"; loaded of {', '.join(HEAVY)}: {' '.join({*mapped, *loaded}) or 'none'}"
    )
    cost = {name: median(each) for name, each in costs.items()}
    against = cost["hello"], "µs", "Flask hello world"
    figures = [
        Figure("list endpoint, CPU a request", cost["list"], *against, MOST),
        Figure("the same, 600 viewers in turn", cost["lists in turn"], *against, None),
        Figure("Result page, CPU a request", cost["page"], *against, MOST_OF_A_PAGE),
        Figure("the same, 600 viewers in turn", cost["pages in turn"], *against, None),
    ]
    figures.append(Figure("memory of the biggest worker (PSS)", max(memory), MEMORY, "MB", "limit"))
    figures.append(Figure(f"of {', '.join(HEAVY)} loaded in a worker", float(len({*mapped, *loaded})), None, "", "none", None))
    return figures


def _check(server: site.Site) -> None:
    with Client(server.port) as client:
        answer = client.get(LIST)
    if answer.status != 200 or len(answer.json["items"]) != 10:
        raise MismatchError(f"{LIST} was answered by {answer.status} {answer.body.decode()[:500]}.")


def _cost(where: site.Site, paths: Iterator[str], times: int) -> float:
    """Microseconds of the workers' CPU per request."""
    before = where.worker_seconds()
    _ask(where, paths, times)
    return (where.worker_seconds() - before) / times * 1e6


def _ask(where: site.Site, paths: Iterator[str], times: int) -> None:
    messages = [request("GET", path) for path in islice(paths, times // CONNECTIONS * CONNECTIONS)]
    with ExitStack() as stack:
        clients = [stack.enter_context(Client(where.port)) for _ in range(CONNECTIONS)]
        for at in range(0, len(messages), CONNECTIONS):
            # All at once, so that the workers are busy: a worker woken for each single request costs more, and more alike.
            together = list(zip(clients, messages[at:], strict=False))
            for client, message in together:
                client.ask(message)
            for client, message in together:
                status = client.answer().status
                if status != 200:
                    raise MismatchError(f"{message.split()[1].decode()} was answered by {status}.")


def _proportional_megabytes(pid: int) -> float:
    """Memory of a process, what it shares with others counted by its part."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise AssertionError(f"/proc/{pid}/smaps_rollup has no Pss")
