"""A job for tests of the worker, and the process that does it: what its resource's body says under "does".

python -m tests.recommender.personalize.jobs.toy KEY --ticket T --room FOLDER, with MATINEE_BLOBS_URL as the worker's.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from recommender.errors import StorageError
from recommender.models import files
from recommender.personalize import arns
from recommender.personalize.jobs import JOBS, Commit, Context, child
from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.resources import CREATE, PENDING, Registry, Resource, Resources
from recommender.settings import read_settings
from recommender.storage.blobs import open_blobs

PROGRAM = [sys.executable, "-m", "tests.recommender.personalize.jobs.toy"]


def run(context: Context, resource: Resource) -> Commit:
    """Publish a folder and name it, unless something else is asked for."""
    does = resource.body["does"]
    context.say_progress("toying", 0.5)
    if does == "refuse":
        raise InvalidInputError("ratings.csv, row 3: TIMESTAMP must be a whole number, not 'soon'.")
    if does == "break":
        raise KeyError("a mistake of ours")
    if does == "storage":
        raise StorageError("The bucket films cannot be used: it cannot be reached (gone).", kind="unreachable")
    if does == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if does == "sleep":
        time.sleep(60)
    folder = context.room / "made"
    folder.mkdir()
    digest = files.save(folder, {"numbers": np.arange(3)}, {})
    key = context.folder_key("personalize/data/toy")
    context.blobs.publish(key, folder)
    if does == "die-published":
        os.kill(os.getpid(), signal.SIGKILL)

    def commit(found: Resources, one: Resource) -> None:
        one.inner["part"] = {"key": key, "sha256": digest}

    return commit


def asked(registry: Registry, name: str, does: str, kind: str = arns.IMPORT) -> str:
    """A job that waits; its key."""
    one = Resource(arns.arn_of(kind, name), PENDING, registry.now(), registry.now(), {"jobName": name, "does": does})
    return registry.change(lambda found: found.add(one, work=True)).key


def main() -> int:
    """As `matinee personalize do`."""
    JOBS[arns.IMPORT, CREATE] = "toy"
    child.job = lambda kind, what: run  # type: ignore[attr-defined]
    key, ticket, room = sys.argv[1], sys.argv[3], Path(sys.argv[5])
    settings = read_settings(os.environ)
    child.end_with_the_worker()
    return child.do(Registry(open_blobs(settings.blobs_url)), settings, key, ticket, room)


if __name__ == "__main__":
    sys.exit(main())
