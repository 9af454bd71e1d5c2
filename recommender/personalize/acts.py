"""What the operator does to resources, tried out on a copy of the document first.

A job is stopped or begun again, anything else is deleted; what Amazon's own interface would refuse is refused in the same words.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from recommender.errors import PersonalizeError
from recommender.personalize import arns
from recommender.personalize.desk import Desk
from recommender.personalize.jobs.report import JOB_KINDS, begin_again, stop
from recommender.personalize.operations import OPERATIONS
from recommender.personalize.operations.kinds import KINDS, Kind
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import ACTIVE, FAILED, INACTIVE, STOPPED, STOPPING, Registry, Resource, Resources
from recommender.storage.blobs import Blobs

T = TypeVar("T")

STOP, RETRY, REMOVE = "stop", "retry", "delete"
ACTS = (STOP, RETRY, REMOVE)
BEGUN_AGAIN = (FAILED, STOPPED, "FAILED")
_BY_KIND: Mapping[str, Kind] = {kind.kind: kind for kind in KINDS}
# What rests without losing what it has learned.
_TURNED = {(STOP, arns.RECOMMENDER, ACTIVE): "StopRecommender", (RETRY, arns.RECOMMENDER, INACTIVE): "StartRecommender"}
# What a client said when it created one, of what the description keeps; a tracker gets another id, so no call brings the same one back.
SAID: Mapping[str, tuple[str, ...]] = {
    arns.SCHEMA: ("name", "schema", "domain"),
    arns.GROUP: ("name", "domain"),
    arns.DATASET: ("name", "schemaArn", "datasetGroupArn", "datasetType"),
    arns.SOLUTION: (
        "name",
        "datasetGroupArn",
        "recipeArn",
        "performHPO",
        "performAutoML",
        "performAutoTraining",
        "eventType",
        "solutionConfig",
    ),
    arns.CAMPAIGN: ("name", "solutionVersionArn", "minProvisionedTPS", "campaignConfig"),
    arns.RECOMMENDER: ("name", "datasetGroupArn", "recipeArn", "recommenderConfig"),
    arns.FILTER: ("name", "datasetGroupArn", "filterExpression"),
}


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would come of it. gone: what would not be there any more, the one itself first. refusal: why it cannot be done, or nothing.

    becomes: the state it would be in, empty where it is gone. in_the_way: what the refusal names. way_back: the call of the AWS CLI
    that makes it anew, empty where none does.
    """

    resource: Resource
    gone: tuple[Resource, ...]
    refusal: str
    becomes: str
    in_the_way: tuple[Resource, ...]
    way_back: str


def possible(resource: Resource, *, has_work: bool) -> tuple[str, ...]:
    """What can be asked for: of STOP, RETRY and REMOVE."""
    is_job = resource.kind in JOB_KINDS
    stops = is_job and has_work and resource.status != STOPPING
    retries = is_job and not has_work and resource.status in BEGUN_AGAIN
    if resource.kind == arns.RECOMMENDER and not has_work:
        stops, retries = resource.status == ACTIVE, retries or resource.status == INACTIVE
    return (STOP,) * stops + (RETRY,) * retries + (REMOVE,) * (_deletion(resource.kind) in OPERATIONS)


def rehearse(desk: Desk, act: str, name: str) -> Rehearsal:
    """The act on a copy: nothing changes. ResourceNotFoundError, and InvalidInputError for an act that there is not."""
    before = desk.registry.read()
    one = before.get(name)
    copy = _Copy(desk.registry)
    try:
        perform(Desk(copy, desk.settings), act, name)
        refusal = ""
    except PersonalizeError as error:
        refusal = str(error)
    after = copy.read()
    gone = [before.by_key[key] for key in before.by_key if key not in after.by_key] if not refusal else []
    gone.sort(key=lambda each: each.key != one.key)
    in_the_way = tuple(each for each in before.by_key.values() if each.arn != one.arn and f"{each.arn} (" in refusal)
    becomes = after.by_key[one.key].status if one.key in after.by_key else ""
    return Rehearsal(one, tuple(gone), refusal, becomes, in_the_way, _way_back(one) if act == REMOVE else "")


def perform(desk: Desk, act: str, name: str) -> None:
    """Do it; whatever Amazon's own interface would refuse is refused in the same words."""
    found = desk.registry.read()
    one = found.get(name)
    if act == REMOVE and _deletion(one.kind) in OPERATIONS:
        OPERATIONS[_deletion(one.kind)](desk, {_BY_KIND[one.kind].arn: one.arn})
        return
    if act not in (STOP, RETRY) or one.kind not in JOB_KINDS:
        raise InvalidInputError(f"Nobody can {act} a {one.kind.replace('-', ' ')}.")
    if (act, one.kind, one.status) in _TURNED and one.key not in found.work:
        OPERATIONS[_TURNED[act, one.kind, one.status]](desk, {_BY_KIND[one.kind].arn: one.arn})
    else:
        (stop if act == STOP else begin_again)(desk.registry, one.key)


class _Copy(Registry):
    """A document in memory that begins as the real one is, and takes changes that nobody else sees."""

    def __init__(self, registry: Registry) -> None:
        super().__init__(_Untouched(registry.blobs), now=registry.now)
        self._copy = registry.read()

    def read(self) -> Resources:
        return self._copy

    def change(self, step: Callable[[Resources], T]) -> T:
        return step(self._copy)


class _Untouched:
    """Blobs that are read, and on which every change is said to have been made, and is not."""

    def __init__(self, blobs: Blobs) -> None:
        self.url, self.is_far, self.seconds_between_looks = blobs.url, blobs.is_far, blobs.seconds_between_looks
        self.read, self.list, self.local_copy = blobs.read, blobs.list, blobs.local_copy

    def write(self, key: str, data: bytes) -> None:
        """Nothing."""

    def create(self, key: str, data: bytes) -> bool:
        """Nothing."""
        return True

    def compare_and_set(self, key: str, data: bytes, *, expected: str | None) -> bool:
        """Nothing."""
        return True

    def compare_and_remove(self, key: str, *, expected: str) -> bool:
        """Nothing."""
        return True

    def publish(self, prefix: str, folder: Path) -> None:
        """Nothing."""

    def remove(self, prefix: str) -> None:
        """Nothing."""


def _deletion(kind: str) -> str:
    one = _BY_KIND[kind].one
    return f"Delete{one[:1].upper()}{one[1:]}"


def _way_back(one: Resource) -> str:
    if one.kind not in SAID:
        return ""
    said: dict[str, Any] = {name: one.body[name] for name in SAID[one.kind] if name in one.body}
    text = json.dumps(said, separators=(",", ":")).replace("'", "'\\''")
    return f"aws personalize create-{one.kind} --cli-input-json '{text}'"
