"""What nobody has asked for a while, and so costs for nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from recommender.errors import InvalidInputError

DAY = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class Resource:
    """created_at, asked_at: seconds since 1970; asked_at is None for what was never asked. kind: "campaign", "solution" or the like."""

    name: str
    created_at: float
    asked_at: float | None
    kind: str


def idle_longer_than(resources: Iterable[Resource], days: float, *, now: float) -> tuple[Resource, ...]:
    """Those that nobody has asked for more than so many days, the longest idle first, ties by kind and name.

    What was never asked is idle since it was made. Exactly so many days are not more. InvalidInputError for days below 0.
    """
    if not days >= 0:
        raise InvalidInputError("idle days", days, "a number of days from 0 up")
    idle = [resource for resource in resources if now - _last(resource) > days * DAY]
    return tuple(sorted(idle, key=lambda resource: (_last(resource), resource.kind, resource.name)))


def _last(resource: Resource) -> float:
    """When it was last of use; a record that was asked before it was made is taken by the later of both."""
    return max(resource.created_at, resource.asked_at or resource.created_at)
