"""The words that Amazon has for how far a job is, by its kind and by what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recommender.personalize import arns
from recommender.personalize.resources import ACTIVE, CREATE, FAILED, IN_PROGRESS, INACTIVE, PENDING, STOPPED, STOPPING, UPDATE, Resource

START, STOP = "start", "stop"  # of a recommender
REFRESH = "refresh"  # of a version in use: it is brought up to date, and answers meanwhile
UPDATES = {arns.CAMPAIGN: "latestCampaignUpdate", arns.RECOMMENDER: "latestRecommenderUpdate"}  # what has a state beside its resource's


@dataclass(frozen=True, slots=True)
class States:
    """Of one job, in the order in which they come."""

    waiting: str
    running: str
    done: str
    failed: str


_CREATING = States(PENDING, IN_PROGRESS, ACTIVE, FAILED)
_DELETING_DATA = States("PENDING", "IN_PROGRESS", "COMPLETED", "FAILED")
_STARTING = States("START PENDING", "START IN_PROGRESS", ACTIVE, FAILED)
_STOPPING = States("STOP PENDING", "STOP IN_PROGRESS", INACTIVE, FAILED)
_GOING = States("DELETE PENDING", "DELETE IN_PROGRESS", "DELETED", FAILED)
_REFRESHING = States(ACTIVE, ACTIVE, ACTIVE, ACTIVE)
OVER = (ACTIVE, FAILED, STOPPED, INACTIVE, _DELETING_DATA.done, _DELETING_DATA.failed)


def states(kind: str, what: str) -> States:
    """Those of a job."""
    if what in (CREATE, UPDATE):
        return _DELETING_DATA if kind == arns.DELETION else _CREATING
    return {START: _STARTING, STOP: _STOPPING, REFRESH: _REFRESHING}.get(what, _GOING)


def say(resource: Resource, what: str, status: str, *, now: float, because: str = "") -> None:
    """Put a state where clients look for it: an update has one beside that of the resource, which goes on being what it was."""
    place = resource.body.get(UPDATES.get(resource.kind, "")) if what == UPDATE else None
    if what == UPDATE and isinstance(place, dict):
        _say_of_update(place, status, now, because)
    elif what == REFRESH:
        resource.inner["refresh"] = {"at": now, "failed": because}
    else:
        resource.status, resource.failure_reason = status, because
    resource.updated = now


def said(resource: Resource, what: str) -> str:
    """The state of the work."""
    place = resource.body.get(UPDATES.get(resource.kind, "")) if what == UPDATE else None
    return str(place["status"]) if isinstance(place, dict) and "status" in place else resource.status


def is_being_stopped(resource: Resource) -> bool:
    """Whether somebody has asked that it end before it is done."""
    return resource.status == STOPPING


def _say_of_update(place: dict[str, Any], status: str, now: float, because: str) -> None:
    place |= {"status": status, "lastUpdatedDateTime": now}
    place.pop("failureReason", None)
    if because:
        place["failureReason"] = because
