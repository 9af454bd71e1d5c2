"""The jobs that put a version in use: it is loaded once, checked file by file, and from then on answered from."""

from __future__ import annotations

from typing import Any

from recommender.personalize import arns
from recommender.personalize.arns import key_of
from recommender.personalize.jobs.context import Commit, Context, StaleError
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import ACTIVE, PENDING, UPDATE, Resource, Resources, Work
from recommender.personalize.trained import load

LATEST = "$LATEST"  # in place of a version's id: whatever is the newest
UPDATING = "latestCampaignUpdate"


def create(context: Context, resource: Resource) -> Commit:
    """Check the version that a campaign is to answer from."""
    version = _checked(context, resource.body["solutionVersionArn"])

    def commit(found: Resources, one: Resource) -> None:
        _still(found, version)
        one.body["solutionVersionArn"] = version.arn

    return commit


def update(context: Context, resource: Resource) -> Commit:
    """The same of the version that it is to have; until then it answers from the one it has."""
    asked: dict[str, Any] = resource.body[UPDATING]
    version = _checked(context, asked.get("solutionVersionArn") or resource.body["solutionVersionArn"])

    def commit(found: Resources, one: Resource) -> None:
        _still(found, version)
        latest = one.body[UPDATING]
        one.body |= {name: latest[name] for name in ("minProvisionedTPS", "campaignConfig") if name in latest}
        one.body["solutionVersionArn"] = latest["solutionVersionArn"] = version.arn

    return commit


def version_of(found: Resources, arn: str) -> Resource:
    """The version that an ARN names, for `…/$LATEST` the newest that is ACTIVE; InvalidInputError unless it is ready."""
    solution, _, last = key_of(arn).rpartition("/")
    if last == LATEST:
        newest = [one for one in found.of(arns.VERSION) if key_of(one.body["solutionArn"]) == solution and one.status == ACTIVE]
        if not newest:
            raise InvalidInputError(f"{solution} has no version that is ACTIVE; train one first.")
        return newest[-1]
    version = found.get(arn, arns.VERSION)
    if version.status != ACTIVE or "model" not in version.inner:
        raise InvalidInputError(f"{version.arn} is {version.status}; a campaign needs a version that is ACTIVE.")
    return version


def follow(found: Resources, version: Resource, now: float) -> list[str]:
    """Campaigns of the version's solution that are to have the newest version get it; their keys. One step of a change of the document."""
    followed = []
    for one in found.of(arns.CAMPAIGN):
        config = one.body.get("campaignConfig") or {}
        of_solution = key_of(one.body["solutionVersionArn"]).rpartition("/")[0] == key_of(version.body["solutionArn"])
        if not (of_solution and config.get("syncWithLatestSolutionVersion") and one.status == ACTIVE) or one.key in found.work:
            continue
        one.body[UPDATING] = {
            "solutionVersionArn": version.arn,
            "minProvisionedTPS": one.body.get("minProvisionedTPS", 1),
            "campaignConfig": config,
            "status": PENDING,
            "creationDateTime": now,
            "lastUpdatedDateTime": now,
        }
        found.work[one.key] = Work(one.key, UPDATE, now)
        followed.append(one.key)
    return followed


def _checked(context: Context, arn: str) -> Resource:
    context.say_progress("loading")
    version = version_of(context.check(), arn)
    named = version.inner["model"]
    trained = load(context.blobs, named["key"], named["sha256"])
    context.say_progress("warming")
    # One list of somebody, so that what cannot be scored is seen now and not by a visitor.
    trained.model.score(trained.history(0 if len(trained.users) else None))
    return version


def _still(found: Resources, version: Resource) -> None:
    """StaleError where the version has been brought up to date, or has gone, since it was checked."""
    now = found.find(version.arn)
    if now is None or now.inner.get("model") != version.inner["model"]:
        raise StaleError
