"""nginx and two gunicorns under load, in the short form; the long one is `make proof-front`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.deploy.machine import nginx
from tests.faults import front

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="workers are found in /proc, which Linux has"),
    pytest.mark.skipif(not os.environ.get("CI") and nginx() is None, reason="there is no nginx on this machine"),
]


def test_nobody_who_reads_notices_reloads_kills_restarts_and_swaps(tmp_path: Path) -> None:
    verdict = front.prove(tmp_path, reloads=2, kills=3, swaps=1, restarts=1, pause=0.5)

    assert verdict.wrong == [], verdict
    assert verdict.n_cut <= 3, verdict
    assert verdict.reads[200] > 100


@pytest.mark.slow
def test_a_cache_that_keeps_lists_would_be_seen(tmp_path: Path) -> None:
    verdict = front.prove(tmp_path, reloads=0, kills=0, swaps=0, restarts=0, planted="kept-lists")

    assert verdict.mixed_up, verdict
    assert verdict.personal, verdict
