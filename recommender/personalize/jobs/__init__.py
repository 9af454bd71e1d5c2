"""What takes time: each kind of work is a function, found by the kind of its resource and by what is to be done for it.

`worker` looks for work and runs each piece in a process of its own, `child` is that process, `tickets` the steps in the document by which
work is begun and ended, so that whoever is killed leaves nothing half-done.

A job reads what it needs, publishes its result under `context.folder_key(…)` and returns the step that names it. That step is taken in one
change of the document together with the job's new state, and only while nobody else has taken the work over. It may run several times.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from recommender.personalize import arns
from recommender.personalize.jobs.context import Commit, Context
from recommender.personalize.jobs.states import REFRESH
from recommender.personalize.resources import CREATE, UPDATE, Resource

Job = Callable[[Context, Resource], Commit]

# By kind and what is to be done: module:function below recommender.personalize, imported by whoever does the work and by nobody else.
JOBS: dict[tuple[str, str], str] = {
    (arns.IMPORT, CREATE): "jobs.importing:run",
    (arns.EXPORT, CREATE): "jobs.exporting:run",
    (arns.DELETION, CREATE): "jobs.deleting:run",
    (arns.VERSION, CREATE): "learning.version:run",
    (arns.VERSION, REFRESH): "learning.version:refresh",
    (arns.RECOMMENDER, CREATE): "learning.version:recommender",
    (arns.RECOMMENDER, UPDATE): "learning.version:recommender",
    (arns.CAMPAIGN, CREATE): "learning.campaigns:create",
    (arns.CAMPAIGN, UPDATE): "learning.campaigns:update",
    (arns.BATCH, CREATE): "batches.inference:run",
    (arns.SEGMENT, CREATE): "batches.segments:run",
}


def job(kind: str, what: str) -> Job | None:
    """Who does it; None where nobody can."""
    named = JOBS.get((kind, what))
    if named is None:
        return None
    module, _, function = named.partition(":")
    found: Job = getattr(import_module(f"recommender.personalize.{module}"), function)
    return found


__all__ = ["CREATE", "JOBS", "UPDATE", "Commit", "Context", "Job", "job"]
