"""What is done to resources of every kind alike: described, listed, taken away, added."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from recommender.personalize import arns
from recommender.personalize.arns import key_of
from recommender.personalize.desk import Desk
from recommender.personalize.jobs.states import REFRESH
from recommender.personalize.operations.kinds import Json, Kind
from recommender.personalize.operations.pages import Line, page
from recommender.personalize.operations.tags import checked_tags
from recommender.personalize.refusals import LimitExceededError, ResourceInUseError
from recommender.personalize.resources import ACTIVE, INACTIVE, PENDING, UPDATE, Resource, Resources, Work

Operation = Callable[[Desk, Json], Json]
Others = Callable[[Resources, Resource], Sequence[Resource]]

MOST_WAITING = 100  # pieces of work for one kind of resource
JOBS = (arns.IMPORT, arns.EXPORT, arns.BATCH, arns.SEGMENT, arns.DELETION)  # nobody deletes these; the oldest that are over are forgotten
WAITING = {arns.DELETION: "PENDING"}  # Amazon has other words for this one kind
RESTING = (ACTIVE, INACTIVE)


def describe(kind: Kind) -> Operation:
    """The operation that says everything of one."""

    def operation(desk: Desk, sent: Json) -> Json:
        return {kind.one: kind.described(desk.registry.read().get(sent[kind.arn], kind.kind))}

    return operation


def lists(kind: Kind) -> Operation:
    """The operation that lists all of a kind, or those of what the request names."""

    def operation(desk: Desk, sent: Json) -> Json:
        found = desk.registry.read()
        narrow = {kind.by: arn_as_kept(found, sent[kind.by])} if kind.by and kind.by in sent else {}
        return page(kind.many, [Line(one.key, one.created, kind.told(one)) for one in found.of(kind.kind, **narrow)], sent)

    return operation


def delete(
    kind: Kind,
    rests_on: Others,
    along: Others = lambda found, one: (),
    *,
    forget: Callable[[Desk, Resource], None] = lambda desk, one: None,
) -> Operation:
    """The operation that takes one away. rests_on: what must go before, or end; along: what goes with it.

    forget: takes away what lies beside the document, once nothing names it any more.
    """

    def operation(desk: Desk, sent: Json) -> Json:
        def step(found: Resources) -> Resource:
            one = found.get(sent[kind.arn], kind.kind)
            refuse_while(one, f"delete {one.arn}", rests_on(found, one))
            for other in along(found, one):
                found.remove(other.arn)
            found.remove(one.arn)
            return one

        forget(desk, desk.registry.change(step))
        return {}

    return operation


def refuse_while(one: Resource, purpose: str, others: Sequence[Resource]) -> None:
    """ResourceInUseError that names what is in the way; nothing where nothing is."""
    if others:
        named = ", ".join(f"{other.arn} ({other.status or 'exists'})" for other in others[:3])
        more = f" and {len(others) - 3} more" if len(others) > 3 else ""
        raise ResourceInUseError(f"Cannot {purpose}: {named}{more} must be deleted, or be done, before.")


def add(
    desk: Desk,
    found: Resources,
    kind: Kind,
    arn: str,
    body: Json,
    sent: Json,
    *,
    work: bool = False,
    inner: Mapping[str, Any] | None = None,
) -> Resource:
    """A new one with the tags of the request. work: whether there is something to be done for it, or it is ready at once."""
    now = desk.registry.now()
    status = "" if kind.kind == arns.SCHEMA else WAITING.get(kind.kind, PENDING) if work else ACTIVE
    resource = Resource(arn, status, now, now, {kind.arn: arn, **body}, dict(inner or {}), checked_tags({}, sent.get("tags", ())))
    found.add(resource, work=work)
    _forget_jobs(found, kind)
    if sum(1 for _ in found.of(kind.kind)) > kind.most:
        raise LimitExceededError(f"There may be {kind.most} of the kind {kind.words}; delete one that is not needed.")
    if work:
        refuse_too_much_work(found, kind)
    return resource


def update(desk: Desk, found: Resources, kind: Kind, one: Resource) -> None:
    """Something is to be done for one that is there already."""
    found.work[one.key] = Work(one.key, UPDATE, desk.registry.now())
    one.updated = desk.registry.now()
    refuse_too_much_work(found, kind)


def refuse_too_much_work(found: Resources, kind: Kind) -> None:
    """LimitExceededError for more than may wait."""
    if sum(1 for key in found.work if arns.kind_of(key) == kind.kind) > MOST_WAITING:
        raise LimitExceededError(f"{MOST_WAITING} of the kind {kind.words} are waiting or in progress; wait until some are done.")


def ready(found: Resources, arn: str, kind: Kind) -> Resource:
    """The one named, if it can be built on; ResourceNotFoundError, ResourceInUseError."""
    one = found.get(arn, kind.kind)
    if one.status != ACTIVE:
        raise ResourceInUseError(f"The {kind.words} {one.arn} must be ACTIVE, and is {one.status}.")
    return one


def each(found: Resources, *kinds: str, **body: object) -> list[Resource]:
    """Those of the kinds whose bodies say this."""
    return [one for kind in kinds for one in found.of(kind, **body)]


def at_work(found: Resources, *kinds: str, **body: object) -> list[Resource]:
    """Those of the kinds whose bodies say this, and that are at work."""
    return [one for one in each(found, *kinds, **body) if is_at_work(found, one)]


def is_at_work(found: Resources, one: Resource) -> bool:
    """Whether something that somebody has asked for is still to be done for it; what happens by itself is in nobody's way."""
    return one.key in found.work and found.work[one.key].what != REFRESH


def arn_as_kept(found: Resources, arn: str) -> str:
    """The ARN by which others here name it, whatever account and region it was written down for."""
    one = found.find(arn)
    return one.arn if one else arn


def chosen(sent: Json, *names: str) -> Json:
    """What the request says of these members; those that it leaves out are left out."""
    return {name: sent[name] for name in names if name in sent}


def same(arn: str, other: str) -> bool:
    """Whether two ARNs name the same."""
    return key_of(arn) == key_of(other)


def _forget_jobs(found: Resources, kind: Kind) -> None:
    if kind.kind not in JOBS:
        return
    there = list(found.of(kind.kind))
    over = [one for one in there if one.key not in found.work]
    for one in over[: max(0, len(there) - kind.most)]:
        found.remove(one.arn)
