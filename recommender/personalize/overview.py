"""Solutions and campaigns as people read of them: what they have, how good it is, what it is asked, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from recommender.personalize import arns, asks
from recommender.personalize.answers.shown import Followed, Shown
from recommender.personalize.arns import key_of
from recommender.personalize.resources import ACTIVE, Registry, Resources
from recommender.personalize.schedule import days_between, next_refresh, next_training

DAY = 86_400.0
DAYS = 30  # over which asks are counted
METRIC = "normalized_discounted_cumulative_gain_at_25"
BUSIEST = 5  # users that are named


@dataclass(frozen=True, slots=True)
class SolutionLine:
    """One solution. newest: the id of its newest version; trained, next: seconds since 1970, None for never. every: days between trainings.

    metric: METRIC of the newest version that is ACTIVE. why: of a recipe that AutoML chose.
    """

    key: str
    recipe: str
    versions: int
    newest: str
    status: str
    trained: float | None
    metric: float | None
    every: int | None
    next: float | None
    why: str

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One campaign or recommender. asked, hit_rate: of the last DAYS; last: when it was asked last; busiest: users that ask most.

    idle_days: since it was asked last, or made. refresh: when its version is brought up to date next. lists: that events name, as far back
    as this machine remembers what was shown; click_through: the share of the items on them that events name, None without such events.
    """

    key: str
    status: str
    version: str
    tps: int
    asked: int
    last: float | None
    hit_rate: float | None
    idle_days: float
    busiest: tuple[tuple[str, int], ...]
    refresh: float | None
    lists: int = 0
    click_through: float | None = None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self)


def solutions(registry: Registry) -> list[SolutionLine]:
    """All, the one made first first."""
    found = registry.read()
    return [_solution(found, one.key) for one in found.of(arns.SOLUTION)]


def campaigns(registry: Registry, shown: Shown | None = None) -> list[CampaignLine]:
    """All campaigns, then all recommenders. shown: what their lists were, where that is known."""
    found = registry.read()
    return [_campaign(registry, found, one.key, shown) for kind in (arns.CAMPAIGN, arns.RECOMMENDER) for one in found.of(kind)]


def solutions_table(lines: Sequence[SolutionLine]) -> str:
    """For people; a further line for why AutoML chose a recipe."""
    rows = [("solution", "recipe", "versions", "newest", "trained (UTC)", "NDCG@25", "every", "next (UTC)")]
    for line in lines:
        every = "" if line.every is None else f"{line.every} day{'s' * (line.every != 1)}"
        metric = "" if line.metric is None else f"{line.metric:.4f}"
        newest = f"{line.newest} {line.status}".strip()
        rows.append((line.key, line.recipe, str(line.versions), newest, _time(line.trained), metric, every or "by hand", _time(line.next)))
    return _table(rows, [line.why for line in lines], "There are no solutions.")


def campaigns_table(lines: Sequence[CampaignLine]) -> str:
    """For people; a further line for who asks most."""
    rows = [("campaign", "state", "version", "TPS", f"asked in {DAYS} days", "asked last (UTC)", "made ahead", "idle days")]
    for line in lines:
        rate = "" if line.hit_rate is None else f"{line.hit_rate:.0%}"
        last = _time(line.last) or "never"
        rows.append((line.key, line.status, line.version, str(line.tps), f"{line.asked:,}", last, rate, f"{line.idle_days:.0f}"))
    return _table(rows, [_more(line) for line in lines], "There are no campaigns.")


def _more(line: CampaignLine) -> str:
    said = [f"asked most: {', '.join(f'{user} ({n:,})' for user, n in line.busiest)}"] if line.busiest else []
    if line.click_through is not None:
        said.append(f"followed up: {line.click_through:.1%} of the items on {line.lists:,} lists that events name")
    return "; ".join(said)


def _solution(found: Resources, key: str) -> SolutionLine:
    one = found.by_key[key]
    versions = list(found.of(arns.VERSION, solutionArn=one.arn))
    ready = [version for version in versions if version.status == ACTIVE]
    newest = versions[-1] if versions else None
    arn = (ready[-1] if ready else one).body.get("recipeArn") or one.body.get("recipeArn") or ""
    return SolutionLine(
        key=key,
        recipe=key_of(arn).rpartition("/")[2] or "AutoML",
        versions=len(versions),
        newest=newest.key.rpartition("/")[2] if newest else "",
        status=newest.status if newest else "",
        trained=ready[-1].inner.get("trained", ready[-1].updated) if ready else None,
        metric=ready[-1].inner.get("metrics", {}).get(METRIC) if ready else None,
        every=days_between(one),
        next=next_training(found, one),
        why=(one.inner.get("autoML") or {}).get("why", ""),
    )


def _campaign(registry: Registry, found: Resources, key: str, shown: Shown | None) -> CampaignLine:
    one = found.by_key[key]
    count = asks.asked(registry.blobs, key, now=registry.now(), days=DAYS)
    last = count.last or asks.last_asked(registry.blobs, key)
    version = found.find(one.body.get("solutionVersionArn", ""))
    config = one.body.get("recommenderConfig") or {}
    followed = shown.followed(key) if shown else Followed()
    return CampaignLine(
        key=key,
        status=one.status,
        version="/".join(version.key.split("/")[1:]) if version else key_of(one.body.get("recipeArn", "")).rpartition("/")[2],
        tps=int(one.body.get("minProvisionedTPS") or config.get("minRecommendationRequestsPerSecond") or 1),
        asked=count.asked,
        last=last or None,
        hit_rate=count.hit_rate,
        idle_days=round((registry.now() - max(last, one.created)) / DAY, 2),
        busiest=tuple(sorted(count.users.items(), key=lambda user: (-user[1], user[0]))[:BUSIEST]),
        refresh=next_refresh(found, version) if version else None,
        lists=followed.lists,
        click_through=followed.click_through,
    )


def _table(rows: Sequence[tuple[str, ...]], more: Sequence[str], otherwise: str) -> str:
    if len(rows) == 1:
        return otherwise
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    text = []
    for place, row in enumerate(rows):
        text.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if place and more[place - 1]:
            text.append(f"    {more[place - 1]}")
    return "\n".join(text)


def _time(at: float | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M")
