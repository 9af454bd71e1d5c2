"""Where and with what the figures were measured: without this they say nothing."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("numpy", "scipy", "flask", "gunicorn", "orjson", "apsw")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1")


def provenance() -> list[str]:
    """Sentences on time, machine, load and versions."""
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    return [
        f"{datetime.now(UTC):%d %b %Y %H:%M} UTC, {_processor()}, {os.cpu_count()} cores, {_gigabytes():.0f} GB, {platform.system()}.",
        f"Load before: {load}. CPU seconds and ratios bear company; wall times are upper bounds on a busy machine.",
        f"Python {platform.python_version()}, {packages}.",
    ]


def plain_environment(**settings: str) -> dict[str, str]:
    """The environment for a child process: none of our settings but these, one thread in every library of linear algebra."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MATINEE_")} | ONE_THREAD | settings


def highest_memory(pid: int | str = "self") -> float:
    """The most that a process has had in memory so far, in MB."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1000


def cpu_seconds(pid: int) -> float:
    """User and system time of a process with all its threads, living and ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _gigabytes() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
