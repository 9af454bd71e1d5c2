"""A site whose DynamoDB and S3 fail while people use it, in the short form; the long one is `make proof-degraded`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests import stand_ins
from tests.faults import degraded

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="workers are found in /proc, which Linux has"),
    pytest.mark.skipif(bool(stand_ins.what_is_missing("ministack")), reason=f"there is {stand_ins.what_is_missing('ministack')}"),
]

# Wide enough for a machine that does other things too; the long form, alone on its machine, is held to what is promised.
WIDE = degraded.Limits(first=5.0, after=0.8, healed=10.0)


@pytest.fixture(scope="module")
def site() -> Iterator[degraded.Site]:
    with degraded.site() as site:
        yield site


def test_everybody_gets_a_list_and_a_true_word_while_amazon_fails_and_workers_are_killed(site: degraded.Site) -> None:
    faults = [("hanging", degraded.BOTH), ("garbage", degraded.BOTH), ("refused", ("s3",))]

    verdict = degraded.prove(site, faults, seconds=4, well_seconds=2, limits=WIDE)

    assert verdict.holds, str(verdict)
    assert verdict.n_answers > 500
    assert verdict.n_acknowledged > 20
    assert verdict.n_refused > 20


@pytest.mark.parametrize(
    ("planted", "where", "says"),
    [
        ("a breaker that never opens", "slow", "with the breaker open"),
        ("a fallback that does not say so", "wrong", "does not say where its list is from"),
        ("ratings acknowledged that are not kept", "lost", "None is kept"),
    ],
)
def test_a_mistake_in_the_site_is_seen(site: degraded.Site, planted: str, where: str, says: str) -> None:
    verdict = degraded.prove(site, [("hanging", degraded.BOTH)], seconds=4, well_seconds=2, planted=planted, kill=False, limits=WIDE)

    assert any(says in complaint for complaint in getattr(verdict, where)), verdict
