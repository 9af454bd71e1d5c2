"""The process that does one piece of work: `matinee personalize do KEY --ticket T`.

It holds the ticket that the worker drew, and ends with the worker: its standard input is a pipe that nobody else holds.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from pathlib import Path

from recommender.errors import RecommenderError, StorageError
from recommender.personalize import arns
from recommender.personalize.jobs import job, tickets
from recommender.personalize.jobs.context import Context, LostTicketError, StaleError
from recommender.personalize.resources import CREATE, Registry
from recommender.settings import Settings
from recommender.storage.amazon.codes import TO_TRY_AGAIN
from recommender.traffic import Traffic

log = logging.getLogger(__name__)

DONE, LOST, CUT_OFF = 0, 3, 4  # exit codes
MOST_STALE = 20  # times that what the work rests on may change under it


def do(registry: Registry, settings: Settings, key: str, ticket: str, room: Path) -> int:
    """Do the work whose ticket this is; an exit code. What cannot be done has said why in the document."""
    found = registry.read()
    work, resource = found.work.get(key), found.by_key.get(key)
    if work is None or resource is None or work.ticket != ticket:
        return LOST
    began = time.monotonic()
    try:
        todo = job(resource.kind, work.what)
        if todo is None:
            raise StorageError(f"This version of Matinee cannot {work.what} a {resource.kind}; update it.", kind="failed")
        for turn in range(MOST_STALE):
            own_room = room / str(turn)
            own_room.mkdir(parents=True)
            try:
                commit = todo(Context(registry, settings, key, work.what, ticket, own_room, turn), resource)
                tickets.end(registry, key, ticket, commit)
                if resource.kind in (arns.VERSION, arns.RECOMMENDER) and work.what == CREATE:
                    _count_training(settings, time.monotonic() - began)
            except StaleError:
                resource = registry.read().by_key[key]
                continue
            return DONE
        raise StorageError(f"What {key} rests on never stayed the same; try again when fewer change it.", kind="conflict")
    except LostTicketError:
        return LOST
    except RecommenderError as error:
        return _failed(registry, key, ticket, error)
    except Exception as error:
        log.exception("personalize job failed key=%s", key)
        return _failed(registry, key, ticket, error)


def _count_training(settings: Settings, seconds: float) -> None:
    """For what the month would cost at Amazon, which bills every training."""
    traffic = Traffic(Path(settings.traffic_folder))
    traffic.add("trainings")
    traffic.add("seconds", round(seconds))
    traffic.close()


def end_with_the_worker() -> None:
    """From now on this process ends at once when its standard input does, whatever it is doing."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        os._exit(CUT_OFF)

    threading.Thread(target=wait, name="waits for the worker's end", daemon=True).start()


def _failed(registry: Registry, key: str, ticket: str, error: Exception) -> int:
    """An exit code, once the document says why; a store that is in trouble for now is tried again."""
    try:
        if isinstance(error, StorageError) and error.kind in TO_TRY_AGAIN:
            tickets.give_back(registry, key, ticket, " ".join(str(error).split()))
            return CUT_OFF
        if isinstance(error, RecommenderError):
            because = str(error)
        else:
            because = f"Matinee made a mistake ({type(error).__name__}: {error}); its log tells where. Please report it."
        tickets.fail(registry, key, ticket, because)
    except LostTicketError:
        return LOST
    except StorageError as trouble:
        log.error("personalize job not ended key=%s: %s", key, trouble)
        return CUT_OFF
    return DONE
