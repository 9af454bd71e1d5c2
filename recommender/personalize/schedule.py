"""What is trained by itself: solutions whose performAutoTraining is true, every so many days; and versions in use, brought up to date every
two hours. Neither happens while there is nothing new.

The worker looks; what is due becomes work as if somebody had asked for it. When what is due next is seen by whoever lists solutions.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from recommender.personalize import arns
from recommender.personalize.amazon_recipe import USER_PERSONALIZATION
from recommender.personalize.arns import arn_of, key_of
from recommender.personalize.jobs.states import REFRESH
from recommender.personalize.live import Live
from recommender.personalize.recipes import recipe_of
from recommender.personalize.resources import ACTIVE, PENDING, Registry, Resource, Resources, Work
from recommender.personalize.schemas import ITEMS, USERS

DAY, HOUR = 86_400.0, 3_600.0
USUAL_DAYS = 7
FIRST_AFTER = HOUR  # a solution of which nobody has trained a version until then is trained
REFRESH_AFTER = 2 * HOUR
LOOK_AGAIN = HOUR  # where nothing was new
NOTHING = {"events": 0, "newest": 0.0, "rows": 0}  # put by clients
_RATE = re.compile(r"rate\((\d+) days?\)")
OF_SOLUTION = ("performHPO", "performAutoML", "performIncrementalUpdate", "recipeArn", "eventType", "datasetGroupArn", "solutionConfig")


@dataclass
class Schedule:
    """Looks, and remembers for a while that nothing was new."""

    registry: Registry
    _not_before: dict[str, float] = field(default_factory=dict)

    def look(self, found: Resources | None = None) -> list[str]:
        """Begin what is due; the keys of the versions that are to be trained or brought up to date. found: the document, where at hand."""
        found, now = found or self.registry.read(), self.registry.now()
        due = [(one, False) for one in found.of(arns.SOLUTION) if (at := next_training(found, one)) is not None and at <= now]
        due += [(one, True) for one in in_use(found) if (at := next_refresh(found, one)) is not None and at <= now]
        begun = []
        for one, refreshes in due:
            if self._not_before.get(one.key, 0.0) > now:
                continue
            if not has_news(self.registry, found, one):
                self._not_before[one.key] = now + LOOK_AGAIN
            elif (key := self._begun(one.arn, refreshes)) is not None:
                begun.append(key)
        return begun

    def _begun(self, arn: str, refreshes: bool) -> str | None:
        def step(found: Resources) -> str | None:
            one, now = found.find(arn), self.registry.now()
            at = None if one is None else next_refresh(found, one) if refreshes else next_training(found, one)
            if one is None or at is None or at > now:
                return None  # somebody else was faster
            if refreshes:
                found.work[one.key] = Work(one.key, REFRESH, now)
                return one.key
            body: dict[str, Any] = {name: one.body[name] for name in OF_SOLUTION if name in one.body}
            body |= {"solutionArn": one.arn, "trainingMode": "FULL", "trainingType": "AUTOMATIC"}
            made = Resource(arn_of(arns.VERSION, one.body["name"], secrets.token_hex(4)), PENDING, now, now, body)
            made.body["solutionVersionArn"] = made.arn
            return found.add(made, work=True).key

        return self.registry.change(step)


def days_between(solution: Resource) -> int | None:
    """How many days lie between two trainings; None for a solution that is not trained by itself."""
    if not solution.body.get("performAutoTraining"):
        return None
    config = (solution.body.get("solutionConfig") or {}).get("autoTrainingConfig") or {}
    found = _RATE.fullmatch(config.get("schedulingExpression") or "")
    return max(1, int(found[1])) if found else USUAL_DAYS


def next_training(found: Resources, solution: Resource) -> float | None:
    """When the solution is trained next, in seconds since 1970, if there is something new by then; None for never, or now at work."""
    days = days_between(solution)
    versions = list(found.of(arns.VERSION, solutionArn=solution.arn))
    if days is None or solution.status != ACTIVE or any(one.key in found.work for one in versions):
        return None
    if not versions:
        return solution.created + FIRST_AFTER
    return max(one.created for one in versions) + days * DAY


def in_use(found: Resources) -> list[Resource]:
    """Versions that an ACTIVE campaign answers from."""
    arns_ = dict.fromkeys(key_of(one.body["solutionVersionArn"]) for one in found.of(arns.CAMPAIGN) if one.status == ACTIVE)
    return [found.by_key[key] for key in arns_ if key in found.by_key]


def next_refresh(found: Resources, version: Resource) -> float | None:
    """When the version is brought up to date next, if there is something new by then; None for never, or now at work.

    As Amazon's, an UPDATE is final; and whoever turned performAutoTraining off wants nothing to happen by itself.
    """
    solution = found.find(version.body["solutionArn"])
    if version.status != ACTIVE or version.key in found.work or "model" not in version.inner or not version.body.get("recipeArn"):
        return None
    is_final = version.body.get("trainingMode") == "UPDATE" or recipe_of(version.body["recipeArn"]).kind != USER_PERSONALIZATION
    if is_final or solution is None or days_between(solution) is None:
        return None
    last = max(version.inner.get("refreshed", 0.0), version.inner.get("trained", 0.0), version.inner.get("refresh", {}).get("at", 0.0))
    return float(last or version.updated) + REFRESH_AFTER


def has_news(registry: Registry, found: Resources, one: Resource) -> bool:
    """Whether the group of a solution, or version, has anything that its newest version, or itself, was not trained from."""
    group = one.body["datasetGroupArn"]
    if one.kind == arns.SOLUTION:
        trained = [each for each in found.of(arns.VERSION, solutionArn=one.arn) if "learned_from" in each.inner]
        known = trained[-1].inner["learned_from"] if trained else {}
    else:
        known = one.inner.get("learned_from", {})
    if parts_of(found, group) != known.get("parts", []):
        return True
    return bool(put_into(Live(registry.blobs), found, group) != known.get("put", NOTHING))


def parts_of(found: Resources, group_arn: str) -> list[str]:
    """The keys of all rows that were imported into a group."""
    of = [one for one in found.of(arns.DATASET) if key_of(one.body["datasetGroupArn"]) == key_of(group_arn)]
    return sorted(part["key"] for one in of for part in one.inner.get("parts", ()))


def put_into(live: Live, found: Resources, group_arn: str) -> dict[str, float]:
    """By which it can be told whether clients have put something more: events, when the newest happened, and users and items."""
    group = key_of(group_arn).rpartition("/")[2]
    n_events, newest = 0, 0.0
    for _, events in live.everybody(group):
        n_events, newest = n_events + len(events), max(newest, events[-1].sent_at if events else 0.0)
    of = [one for one in found.of(arns.DATASET) if key_of(one.body["datasetGroupArn"]) == key_of(group_arn)]
    n_rows = sum(len(live.users(one.key)) for one in of if one.body["datasetType"].upper() in (USERS, ITEMS))
    return {"events": n_events, "newest": newest, "rows": n_rows}
