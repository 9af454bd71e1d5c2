"""A site whose processes are killed under load, in the short form; the long one is `make proof-kill`."""

from __future__ import annotations

import sys

import pytest

from tests.faults import killed_serving


@pytest.mark.skipif(sys.platform != "linux", reason="workers are found in /proc, which Linux has")
def test_kill_9_of_trainer_and_server_under_load_loses_nothing_and_serves_no_torn_list() -> None:
    verdict = killed_serving.prove(5)

    assert (verdict.lost, verdict.wrong, verdict.unwell) == ([], [], []), verdict
    assert verdict.n_acknowledged > 50
    assert verdict.n_lists > 50


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="workers are found in /proc, which Linux has")
def test_a_site_that_answers_before_it_commits_is_seen_to_lose_ratings() -> None:
    verdict = killed_serving.prove(2, planted=True)

    assert verdict.wrong, verdict
    assert verdict.lost, verdict
