"""The steps by which work is begun, ended and given back, each one change of the document.

Whoever begins a piece of work draws a ticket; from then on only who holds that ticket can end it. So a process that was taken for dead and
comes back, or one whose work was deleted, changes nothing.
"""

from __future__ import annotations

import secrets

from recommender.personalize.jobs.context import Commit, own
from recommender.personalize.jobs.states import is_being_stopped, say, states
from recommender.personalize.resources import DELETE, STOPPED, Registry, Resource, Resources, Work

MOST_ATTEMPTS = 3


def take(registry: Registry, key: str) -> Work | None:
    """Draw a ticket for the work, whoever had it before; None where there is nothing to do any more.

    Work that was begun too often already fails instead, with the reason.
    """

    def step(found: Resources) -> Work | None:
        work, resource = found.work.get(key), found.by_key.get(key)
        if work is None or resource is None:
            found.work.pop(key, None)
            return None
        if is_being_stopped(resource):
            _stop(found, resource, registry.now())
            return None
        if work.attempts >= MOST_ATTEMPTS:
            _fail(found, work, resource, _cut_off(resource), registry.now())
            return None
        work.attempts, work.ticket = work.attempts + 1, secrets.token_hex(6)
        resource.inner |= {"began": registry.now()}
        resource.inner.pop("progress", None)
        say(resource, work.what, states(resource.kind, work.what).running, now=registry.now())
        return work

    return registry.change(step)


def end(registry: Registry, key: str, ticket: str, commit: Commit) -> None:
    """What was done is so from now on; LostTicketError when the work is not ours any more. commit: may raise StaleError."""

    def step(found: Resources) -> None:
        resource = own(found, key, ticket)
        if is_being_stopped(resource):
            _stop(found, resource, registry.now())
            return
        work, now = found.work.pop(key), registry.now()
        say(resource, work.what, states(resource.kind, work.what).done, now=now)
        resource.inner["seconds"] = round(now - resource.inner.get("began", now), 2)
        resource.inner.pop("progress", None)
        commit(found, resource)
        if work.what == DELETE:
            found.remove(resource.arn)

    registry.change(step)


def fail(registry: Registry, key: str, ticket: str, because: str) -> None:
    """It cannot be done, for a reason that its owner should read; LostTicketError as above."""

    def step(found: Resources) -> None:
        resource = own(found, key, ticket)
        _fail(found, found.work[key], resource, because, registry.now())

    registry.change(step)


def give_back(registry: Registry, key: str, ticket: str, because: str, *, counts: bool = True) -> None:
    """Somebody else may begin it again, at once. because: what came in between. counts: whether this try was one of MOST_ATTEMPTS.

    Nothing happens where the work is not ours any more.
    """

    def step(found: Resources) -> None:
        work, resource = found.work.get(key), found.by_key.get(key)
        if work is None or resource is None or work.ticket != ticket:
            return
        work.ticket = ""
        resource.inner["cut_off"] = because
        if is_being_stopped(resource):
            _stop(found, resource, registry.now())
        elif not counts:
            work.attempts -= 1
        elif work.attempts >= MOST_ATTEMPTS:
            _fail(found, work, resource, _cut_off(resource), registry.now())

    registry.change(step)


def stop(registry: Registry, key: str) -> None:
    """What was asked to stop has stopped."""

    def step(found: Resources) -> None:
        resource = found.by_key.get(key)
        if resource is not None and is_being_stopped(resource):
            _stop(found, resource, registry.now())

    registry.change(step)


def _stop(found: Resources, resource: Resource, now: float) -> None:
    found.work.pop(resource.key, None)
    resource.status, resource.updated = STOPPED, now
    resource.inner.pop("progress", None)


def _fail(found: Resources, work: Work, resource: Resource, because: str, now: float) -> None:
    found.work.pop(work.key, None)
    resource.inner.pop("progress", None)
    say(resource, work.what, states(resource.kind, work.what).failed, now=now, because=because)


def _cut_off(resource: Resource) -> str:
    last = resource.inner.get("cut_off") or "the worker was killed"
    return f"The work was cut off {MOST_ATTEMPTS} times, the last time because {last}; try it again when that is mended."
