"""What nobody needs any more: campaigns and recommenders that nobody asks, and solutions that no campaign has."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from recommender.errors import SettingError
from recommender.personalize import arns, asks
from recommender.personalize.arns import key_of
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import Registry, Resource, Resources

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Idle:
    """One that would go. days: for how long nobody has needed it. asked: when it was asked last, in seconds since 1970, 0 for never.

    along: keys of what goes with it, the versions of a solution.
    """

    key: str
    kind: str
    days: float
    asked: float
    along: tuple[str, ...] = ()

    def sentence(self) -> str:
        """For people."""
        if self.kind == arns.SOLUTION:
            versions = f"{len(self.along)} version{'s' * (len(self.along) != 1)}"
            return f"{self.key}: no campaign has it, and nothing was trained or listed with it for {self.days:.0f} days; with {versions}"
        last = datetime.fromtimestamp(self.asked, UTC).strftime("asked last on %Y-%m-%d") if self.asked else "never asked"
        return f"{self.key}: {last}, idle for {self.days:.0f} days"


def idle(registry: Registry, days: float) -> list[Idle]:
    """Everything that nobody has needed for so many days, campaigns and recommenders first; a solution whose last campaign goes may go too.

    InvalidInputError unless the days are more than 0.
    """
    if not 0 < days < float("inf"):
        raise InvalidInputError(f"--idle-days must be a number above 0, not {days:g}.")
    return _idle(registry, registry.read(), days)


def _idle(registry: Registry, found: Resources, days: float) -> list[Idle]:
    now = registry.now()
    asked = {one.key: asks.last_asked(registry.blobs, one.key) for one in _askable(found)}
    gone = [
        Idle(one.key, one.kind, (now - last) / DAY, asked[one.key])
        for one in _askable(found)
        if one.key not in found.work and now - (last := max(asked[one.key], one.created, _updated(one))) >= days * DAY
    ]
    return [*gone, *_idle_solutions(found, now, days, {one.key for one in gone})]


def days_of(text: str) -> float | None:
    """What MATINEE_PERSONALIZE_IDLE_DAYS says, None for never; SettingError unless it is empty or a number above 0."""
    if not text:
        return None
    try:
        days = float(text)
    except ValueError:
        days = 0.0
    if not 0 < days < float("inf"):
        raise SettingError(f"MATINEE_PERSONALIZE_IDLE_DAYS must be a number of days above 0, or empty for never, not {text!r}.")
    return days


def take_away(registry: Registry, days: float) -> list[Idle]:
    """The same, and they go; what is asked or changed meanwhile stays."""
    seen = {one.key for one in idle(registry, days)}

    def step(found: Resources) -> list[Idle]:
        gone = [one for one in _idle(registry, found, days) if one.key in seen]
        for one in gone:
            for key in (*one.along, one.key):
                found.remove(found.by_key[key].arn)
        return gone

    gone = registry.change(step)
    for one in gone:
        asks.forget(registry.blobs, one.key)
    return gone


def _askable(found: Resources) -> list[Resource]:
    return [*found.of(arns.CAMPAIGN), *found.of(arns.RECOMMENDER)]


def _updated(one: Resource) -> float:
    """When its owner last wanted something else of it."""
    latest = one.body.get("latestCampaignUpdate") or one.body.get("latestRecommenderUpdate") or {}
    return float(latest.get("creationDateTime", 0.0))


def _idle_solutions(found: Resources, now: float, days: float, going: Collection[str]) -> list[Idle]:
    gone = []
    for one in found.of(arns.SOLUTION):
        versions = list(found.of(arns.VERSION, solutionArn=one.arn))
        keys = {version.key for version in versions}
        jobs = [job for kind in (arns.BATCH, arns.SEGMENT) for job in found.of(kind) if key_of(job.body["solutionVersionArn"]) in keys]
        last = max(each.created for each in (one, *versions, *jobs))
        is_at_work = any(each.key in found.work for each in (*versions, *jobs))
        if is_at_work or now - last < days * DAY or _campaigns_of(found, one, without=going):
            continue
        along = tuple(each.key for each in (*jobs, *versions))
        gone.append(Idle(one.key, one.kind, (now - last) / DAY, 0.0, tuple(key for key in along if key in keys)))
    return gone


def _campaigns_of(found: Resources, solution: Resource, without: Collection[str]) -> list[Resource]:
    def has(one: Resource) -> bool:
        said = [one.body["solutionVersionArn"], (one.body.get("latestCampaignUpdate") or {}).get("solutionVersionArn", "")]
        return any(key_of(arn).rpartition("/")[0] == solution.key for arn in said)

    return [one for one in found.of(arns.CAMPAIGN) if one.key not in without and has(one)]
