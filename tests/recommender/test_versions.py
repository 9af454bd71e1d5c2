"""Versions are remembered with their figures, bounded, and no trouble to anybody when what is remembered is spoilt."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest

from recommender import versions
from recommender.evaluation import judging
from recommender.storage.blobs import Blobs
from recommender.versions import MAIN, MEASURES, MOST_KEPT, NEITHER_IS_BETTER, VERSIONS, Estimate, Version
from tests.recommender.test_history import Away

GAIN = Estimate(0.0123, 0.004, 0.0206, 610)
ONE = Version("v1", 1_795_264_245.5, "user-cosine", {"n_neighbours": 40.0, "damping": 0.5}, "a small world", 560, 20, 30)
TWO = replace(ONE, version="v2", is_refused=True, figures={MAIN: Estimate(0.1, 0.05, 0.15, 20)}, over={"v1": {MAIN: GAIN}})


def test_versions_are_remembered_in_order_with_all_that_was_measured(blobs: Blobs) -> None:
    versions.keep(blobs, ONE)

    assert versions.keep(blobs, TWO) == (ONE, TWO)
    assert versions.kept(blobs) == (ONE, TWO)


def test_only_the_last_are_kept_and_nothing_is_said_of_those_that_are_gone(blobs: Blobs) -> None:
    versions.keep(blobs, ONE)
    versions.keep(blobs, TWO)
    for number in range(3, MOST_KEPT + 2):
        versions.keep(blobs, replace(ONE, version=f"v{number}"))

    kept = versions.kept(blobs)

    assert (len(kept), kept[0].version, kept[-1].version) == (MOST_KEPT, "v2", f"v{MOST_KEPT + 1}")
    assert kept[0].over == {}


def test_the_same_refused_time_and_again_is_one_version(blobs: Blobs) -> None:
    other = replace(TWO, version="other", parameters={"n_neighbours": 80.0})
    for one in (ONE, TWO, other, replace(TWO, version="v3"), replace(ONE, version="v4")):
        versions.keep(blobs, one)

    assert [one.version for one in versions.kept(blobs)] == ["v1", "other", "v3", "v4"]


def test_a_version_remembered_late_stands_where_it_was_trained(blobs: Blobs) -> None:
    for one in (replace(ONE, version="late", trained_at=ONE.trained_at + 60), ONE):
        versions.keep(blobs, one)

    assert [one.version for one in versions.kept(blobs)] == ["v1", "late"]


def test_a_version_remembered_again_takes_its_own_place(blobs: Blobs) -> None:
    for one in (ONE, TWO, replace(ONE, recipe="ease")):
        versions.keep(blobs, one)

    assert [one.recipe for one in versions.kept(blobs)] == ["user-cosine", "ease"]


def test_a_difference_is_the_same_from_either_side() -> None:
    assert versions.difference(ONE, TWO) == GAIN
    assert versions.difference(TWO, ONE) == Estimate(-0.0123, -0.0206, -0.004, 610)
    assert versions.difference(ONE, replace(ONE, version="v3")) is None
    assert versions.difference(ONE, TWO, "auc") is None


@pytest.mark.parametrize(("low", "high", "clear"), [(0.001, 0.02, True), (-0.02, -0.001, True), (-0.001, 0.02, False), (0.0, 0.0, False)])
def test_a_difference_is_clear_when_its_interval_leaves_out_zero(low: float, high: float, clear: bool) -> None:
    assert Estimate((low + high) / 2, low, high, 610).is_clear is clear


@pytest.mark.parametrize("spoilt", [b"", b"[]", b'{"format": 9, "versions": []}', b'{"format": 1, "versions": [{"version": "v1"}]}'])
def test_what_cannot_be_understood_begins_anew(blobs: Blobs, spoilt: bytes, caplog: pytest.LogCaptureFixture) -> None:
    blobs.write(VERSIONS, spoilt)

    assert versions.kept(blobs) == ()
    assert "known versions begin anew reason=known-versions.json cannot be understood" in caplog.text
    assert versions.keep(blobs, ONE) == (ONE,)


def test_a_place_that_is_away_costs_no_training(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert versions.keep(Away(), ONE) == ()

    assert "version not remembered reason=nobody answers" in caplog.text


def test_the_measures_are_those_of_the_gate() -> None:
    assert MAIN == judging.MAIN
    assert set(MEASURES) <= set(judging.LIST_MEASURES)
    assert set(NEITHER_IS_BETTER) == judging.NEITHER_IS_BETTER
    assert not set(MEASURES) & judging.LOWER_IS_BETTER
