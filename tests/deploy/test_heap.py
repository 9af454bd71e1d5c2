"""What arrays of requests took goes back to the system, whatever large ones came and went while the model was loaded."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
LEFT = """
import runpy, sys
import numpy as np

configured = runpy.run_path("deploy/gunicorn.conf.py")
if sys.argv[1] == "small":
    configured["_keep_the_heap_small"]()

def own_megabytes():
    with open("/proc/self/smaps_rollup") as said:
        return next(int(line.split()[1]) for line in said if line.startswith("Anonymous:")) / 1024

np.ones(2_000_000).sum()
before = own_megabytes()
many = [np.ones(60_000) for _ in range(40)]  # 480 kB each
del many
print(own_megabytes() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps what is freed by rules of its own")
def test_a_worker_gives_back_what_its_requests_took() -> None:
    assert left("as it is") > 10, "else there is nothing to be set"
    assert left("small") < 3


def left(heap: str) -> float:
    """Megabytes that a process keeps after 19 of them were taken and let go of, and 16 in one piece before."""
    said = subprocess.run([sys.executable, "-c", LEFT, heap], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return float(said.stdout)
