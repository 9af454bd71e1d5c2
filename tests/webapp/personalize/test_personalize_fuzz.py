"""Requests bent in every way, in short form; `make proof-personalize` is the long one."""

from __future__ import annotations

import os

import pytest

from tests.webapp.personalize.spoilt_requests import PLANTED, Site, count, faults, planted, room

REQUESTS = 5_000 if os.environ.get("CI") or os.environ.get("MATINEE_LONG") else 1_500


@pytest.fixture(scope="module")
def site() -> Site:
    with room() as folder:
        yield Site(folder)


def test_no_request_is_answered_by_a_failure_of_ours(site: Site) -> None:
    counts = count(REQUESTS, site)

    assert faults(counts) == []
    assert counts["operations that worked"] >= 50, "too few requests are good enough to get behind the door"


@pytest.mark.parametrize("mistake", PLANTED)
@pytest.mark.usefixtures("caplog")
def test_a_mistake_would_be_seen(site: Site, mistake: str) -> None:
    with planted(mistake):
        assert faults(count(400, site, seed=7))
