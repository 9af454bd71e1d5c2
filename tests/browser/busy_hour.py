"""An hour as a site with some visitors has it, and the trainings of two weeks, for the operator's page to show."""

from __future__ import annotations

import math
import os
import random
import re
import time
from dataclasses import replace

from recommender import history, worker_folder
from recommender.history import BACKUP, Quality
from recommender.storage.blobs import open_blobs
from tests.browser.site import Site
from webapp.metrics.minutes import Ring

A_DAY = 24 * 3600  # seconds


def make_busy(site: Site) -> None:
    """Put made-up counts of a worker that has ended beside those of the site's own, and trainings and a backup into its store."""
    folder = worker_folder.IN_MEMORY / worker_folder.NAME.format(user=os.getuid(), pid=site.pid)
    chance, now = random.Random(580), time.time()
    clock = [now - 3600]
    ring = Ring(folder, now=lambda: clock[0])
    for ago in range(59, 0, -1):
        clock[0] = now - 60 * ago
        for _ in range(int(60 + 40 * math.sin(ago / 9) + 30 * chance.random())):
            took = chance.lognormvariate(math.log(0.006), 0.8) * (12 if chance.random() < 0.02 else 1)
            ring.request(took, failed=ago in (33, 34) and chance.random() < 0.1)
            if chance.random() < 0.6:
                ring.add("lists")
    for file in folder.glob(f"minutes_{os.getpid()}_*.ring"):
        file.rename(file.with_suffix(worker_folder.OF_THE_DEAD))

    blobs = open_blobs(site.environment["MATINEE_BLOBS_URL"])
    last = history.trainings(blobs)[-1]
    blobs.remove(history.TRAININGS)
    for ago in range(14, 0, -1):
        quality = Quality(0.071 + 0.004 * chance.random() + 0.0002 * (14 - ago), 0.0056, 0.0425 + 0.001 * chance.random(), 610)
        trained_at = last.trained_at - ago * A_DAY
        version = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime(trained_at))}-{chance.getrandbits(32):08x}"
        before = replace(last, version=version, generation=15 - ago, trained_at=trained_at, n_people=14 - ago, quality=quality)
        history.add(
            blobs,
            before if ago != 6 else replace(before, quality=None, unmeasured="1,204,311 ratings; quality is measured up to 1,100,000"),
        )
    history.add(blobs, replace(last, quality=last.quality or Quality(0.0753, 0.0056, 0.0436, 610)))
    blobs.write(BACKUP, f'{{"taken_at": {now - 2 * 3600:.0f}, "place": "/mnt/backup/matinee"}}'.encode())


def operators_key(site: Site) -> str:
    """A new key; whoever was in is out."""
    found = re.search(r"\S{43}", site.matinee("operator", "key"))
    assert found
    return found[0]
