"""Jobs of /personalize that are killed in the middle, in the short form; the long one is `make proof-personalize-kill`."""

from __future__ import annotations

import sys

import pytest

from tests.faults import killed_jobs

linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc, which Linux has")


@linux
def test_kill_9_in_the_middle_of_jobs_tears_nothing_and_each_job_ends() -> None:
    verdict = killed_jobs.prove(4)

    assert verdict.wrong == [], verdict
    assert sum(verdict.killed.values()) >= 2, verdict
    assert sum(verdict.ended.values()) >= 4 + 9, verdict


@linux
def test_a_job_whose_state_is_set_before_its_result_is_published_is_seen() -> None:
    verdict = killed_jobs.prove(3, planted=True)

    assert any("is not there" in says for says in verdict.wrong), verdict
