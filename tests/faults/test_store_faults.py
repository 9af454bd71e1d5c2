"""The proofs of the stores in their short form; each also shows that it would see the fault it looks for.

Their long forms are commands: `make proof-power-cut proof-race proof-kill proof-full-disk`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.contracts.places import tables
from tests.faults import full_disk, kill, power_cut, race


@pytest.fixture
def strace() -> None:
    if reason := power_cut.why_not():
        pytest.skip(reason)


@pytest.mark.usefixtures("strace")
def test_a_power_cut_loses_no_acknowledged_rating() -> None:
    verdict = power_cut.prove(120, n_ratings=1200)

    assert (verdict.n_with_losses, verdict.damaged) == (0, []), verdict


@pytest.mark.usefixtures("strace")
def test_a_store_that_does_not_sync_is_seen_to_lose_ratings_on_a_power_cut() -> None:
    verdict = power_cut.prove(20, n_ratings=200, planted=True)

    assert verdict.n_with_losses > 0, verdict


def test_no_list_is_ever_read_that_lacks_an_acknowledged_rating(tmp_path: Path) -> None:
    verdict = race.prove(3, f"sqlite://{tmp_path / 'profiles.sqlite3'}")

    assert (verdict.violations, verdict.errors) == ([], []), verdict
    assert all(verdict.counts[what] for what in ("ratings", "lists kept", "lists read", "publications")), verdict


def test_a_store_that_keeps_late_lists_is_seen_to(tmp_path: Path) -> None:
    verdict = race.prove(30, f"sqlite://{tmp_path / 'profiles.sqlite3'}", planted="late-lists")

    assert verdict.violations, verdict
    assert verdict.errors == []


@pytest.fixture
def raced_tables(ministack_url: str, amazon_environment: Callable[[str], None], tmp_path: Path) -> str:
    """Three tables of DynamoDB, empty, that may be raced on."""
    amazon_environment(ministack_url)
    return tables(tmp_path)


@pytest.mark.races
def test_no_list_is_ever_read_from_dynamodb_that_lacks_an_acknowledged_rating(raced_tables: str) -> None:
    verdict = race.prove(3, raced_tables)

    assert (verdict.violations, verdict.errors) == ([], []), verdict
    assert all(verdict.counts[what] for what in ("ratings", "lists kept", "publications")), verdict


@pytest.mark.races
@pytest.mark.parametrize("planted", ["late-lists", "revision-first"])
def test_a_fault_in_what_dynamodb_is_asked_for_is_seen(raced_tables: str, planted: str) -> None:
    verdict = race.prove(60, raced_tables, planted=planted)

    assert verdict.violations, verdict
    assert verdict.errors == []


def test_killed_writers_lose_no_acknowledged_rating() -> None:
    verdict = kill.prove(5)

    assert (verdict.n_lost, verdict.damaged) == (0, []), verdict


def test_a_store_that_acknowledges_too_early_is_seen_to_lose_ratings() -> None:
    verdict = kill.prove(3, planted=True)

    assert verdict.n_lost > 0, verdict


def test_a_full_disk_refuses_writes_in_words_and_heals() -> None:
    if reason := full_disk.why_not():
        pytest.skip(reason)

    assert full_disk.prove().count("none lost; reads went on; healed") == 3


def test_a_file_that_may_not_grow_refuses_writes_in_words_and_heals(tmp_path: Path) -> None:
    """As a quota does. In a process of its own, which the limit is for."""
    story = f"""
from resource import RLIMIT_FSIZE, RLIM_INFINITY, setrlimit
from recommender.domain import MovieId, Rating
from recommender.errors import StorageError
from recommender.storage.profiles.sqlite import SqliteProfiles

profiles = SqliteProfiles({str(tmp_path / "profiles.sqlite3")!r})
alice = profiles.new_person("digest", shared=False, now=0)
setrlimit(RLIMIT_FSIZE, (200_000, RLIM_INFINITY))
acknowledged = 0
try:
    while acknowledged < 10_000:
        profiles.rate(Rating(alice, MovieId(acknowledged), 3.0, 0))
        acknowledged += 1
except StorageError as refusal:
    assert "cannot be written: the disk or SQLite failed" in str(refusal), refusal
assert 0 < acknowledged < 10_000
assert profiles.opinions(alice).rev == len(profiles.opinions(alice).ratings) == acknowledged
setrlimit(RLIMIT_FSIZE, (RLIM_INFINITY, RLIM_INFINITY))
assert profiles.rate(Rating(alice, MovieId(acknowledged), 3.0, 0)) == acknowledged + 1
profiles.close()
"""
    done = subprocess.run([sys.executable, "-c", story], cwd=full_disk.REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
