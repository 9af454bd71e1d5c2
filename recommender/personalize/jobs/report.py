"""The jobs as people read of them: how far each is, how long that takes, and why one failed; and how one is begun again or stopped."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from recommender.personalize import arns
from recommender.personalize.jobs import JOBS, states
from recommender.personalize.refusals import InvalidInputError, ResourceNotFoundError
from recommender.personalize.resources import CREATE, FAILED, STOPPED, STOPPING, Registry, Resource, Resources, Work

JOB_KINDS = (arns.IMPORT, arns.EXPORT, arns.VERSION, arns.CAMPAIGN, arns.RECOMMENDER, arns.BATCH, arns.SEGMENT, arns.DELETION)
LAST = 10  # that are over and are listed all the same
# What Amazon's guide, or who has written of it, says of each.
AMAZON = {
    arns.IMPORT: "15 min",
    arns.EXPORT: "15 min",
    arns.VERSION: "45 min",
    arns.CAMPAIGN: "10 to 45 min",
    arns.RECOMMENDER: "1 h",
    arns.BATCH: "30 min",
    arns.SEGMENT: "30 min",
    arns.DELETION: "up to a day",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One job. share: of its stage that is done, 0 to 1, None where nobody knows. created: seconds since 1970, UTC.

    seconds: how long it took, or has taken so far; usual: how long those of its kind took here.
    """

    key: str
    status: str
    created: float
    stage: str
    share: float | None
    seconds: float | None
    usual: float | None
    attempts: int
    reason: str
    is_over: bool

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return asdict(self) | {"amazon": AMAZON.get(arns.kind_of(self.key), "")}


def lines(found: Resources, *, now: float, every: bool = False) -> list[Line]:
    """Those that are not over, oldest first, behind the last few that are; every: all that are."""
    jobs = [one for one in found.by_key.values() if one.kind in JOB_KINDS or one.key in found.work]
    over = [one for one in jobs if one.key not in found.work]
    over.sort(key=lambda one: one.updated)
    open_ = sorted((one for one in jobs if one.key in found.work), key=lambda one: found.work[one.key].since)
    return [_line(one, found, now) for one in (*(over if every else over[-LAST:]), *open_)]


def table(found: Sequence[Line]) -> str:
    """For people: a line for each job, and one more for the reason of one that failed."""
    if not found:
        return "There are no jobs."
    rows = [("state", "begun (UTC)", "took", "usual", "at Amazon", "job"), *(_row(line) for line in found)]
    widths = [max(len(row[place]) for row in rows) for place in range(5)]
    text = []
    for place, row in enumerate(rows):
        text.append("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[5]]))
        if place and (reason := found[place - 1].reason):
            text.append(f"    {reason}")
    return "\n".join(text)


def begin_again(registry: Registry, name: str) -> str:
    """Work for a job that failed or was stopped; its key. InvalidInputError for one that did not, ResourceNotFoundError for none."""

    def step(found: Resources) -> str:
        one = _job(found, name)
        if one.key in found.work or one.status not in (FAILED, STOPPED, "FAILED"):
            raise InvalidInputError(f"{one.key} is {one.status}; only a job that failed or was stopped can be begun again.")
        found.work[one.key] = Work(one.key, CREATE, registry.now())
        one.inner.pop("cut_off", None)
        states.say(one, CREATE, states.states(one.kind, CREATE).waiting, now=registry.now())
        return one.key

    return registry.change(step)


def stop(registry: Registry, name: str) -> str:
    """A job that waits or runs ends without a result; its key. Errors as above.

    Amazon's word for a training that was stopped is CREATE STOPPED; any other job has failed, since it has no other word for it. A version
    that was only brought up to date goes on as it was.
    """

    def step(found: Resources) -> str:
        one = _job(found, name)
        work = found.work.get(one.key)
        if work is None:
            raise InvalidInputError(f"{one.key} is {one.status}; only a job that waits or runs can be stopped.")
        if one.kind == arns.VERSION and work.what == CREATE:
            one.status, one.updated = STOPPING if work.ticket else STOPPED, registry.now()
            if not work.ticket:
                del found.work[one.key]
            return one.key
        del found.work[one.key]
        one.inner.pop("progress", None)
        states.say(one, work.what, states.states(one.kind, work.what).failed, now=registry.now(), because="The operator stopped it.")
        return one.key

    return registry.change(step)


def _job(found: Resources, name: str) -> Resource:
    wanted = arns.key_of(name)
    jobs = [one for one in found.by_key.values() if (one.kind, CREATE) in JOBS or one.kind in JOB_KINDS]
    some = [one for one in jobs if one.key == wanted] or [one for one in jobs if one.key.endswith(f"/{wanted}")]
    if not some:
        raise ResourceNotFoundError(name)
    if len(some) > 1:
        raise InvalidInputError(f"{name} could be {' or '.join(one.key for one in some[:4])}; say which.")
    return some[0]


def _line(one: Resource, found: Resources, now: float) -> Line:
    work, inner = found.work.get(one.key), one.inner
    what = work.what if work else CREATE
    progress = inner.get("progress") or {}
    seconds = inner.get("seconds")
    if work is not None:
        seconds = now - inner["began"] if work.ticket and "began" in inner else None
    before = [other.inner["seconds"] for other in found.by_key.values() if other.kind == one.kind and "seconds" in other.inner]
    return Line(
        key=one.key,
        status=states.said(one, what) if work else one.status,
        created=one.created,
        stage=str(progress.get("stage", "")),
        share=progress.get("share"),
        seconds=None if seconds is None else round(float(seconds), 1),
        usual=round(float(statistics.median(before)), 1) if before else None,
        attempts=work.attempts if work else 0,
        reason=one.failure_reason or (str(inner.get("cut_off", "")) if work else ""),
        is_over=work is None,
    )


def _row(line: Line) -> tuple[str, ...]:
    state = line.status
    if not line.is_over and line.stage:
        state += f" ({line.stage}{'' if line.share is None else f' {line.share:.0%}'})"
    if not line.is_over and line.attempts > 1:
        state += f", try {line.attempts}"
    begun = datetime.fromtimestamp(line.created, UTC).strftime("%Y-%m-%d %H:%M:%S")
    return (state, begun, _time(line.seconds), _time(line.usual), AMAZON.get(arns.kind_of(line.key), ""), line.key)


def _time(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
