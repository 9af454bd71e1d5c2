"""Every surface after every rating, in the short form; the long one is `make proof-everywhere`."""

from __future__ import annotations

import sys

import pytest

from tests.journeys import everywhere


@pytest.mark.skipif(sys.platform != "linux", reason="workers are found in /proc, which Linux has")
def test_a_rating_by_page_program_or_voice_shows_everywhere_at_once_also_when_a_worker_dies() -> None:
    verdict = everywhere.prove(12)

    assert verdict.wrong == [], verdict
    assert set(verdict.ratings) == set(everywhere.WAYS)
    assert verdict.p95 < 5, verdict  # on a machine that is busy with other things; the long form demands one second
