"""Requests with something wrong in them, in short form; `python -m tests.alexa_skill.odd_requests` is the long one."""

from __future__ import annotations

import pytest

from tests.alexa_skill.odd_requests import count, faults, planted

REQUESTS = 2_000


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")


def test_spoilt_requests_are_answered_and_the_catch_all_is_not_what_answers_them() -> None:
    assert faults(count(REQUESTS, guard=planted(None))) == []


@pytest.mark.parametrize("mistake", ["no-sieve", "broken-conversation"])
def test_a_planted_mistake_is_seen(mistake: str) -> None:
    assert faults(count(REQUESTS, guard=planted(mistake)))
