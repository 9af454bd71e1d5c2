"""A person leaves: everything goes that is theirs, with a receipt that also says what a machine still remembers, and how long."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable

from recommender import sign_in
from recommender.domain import Receipt, UserId
from recommender.errors import RecommenderError
from recommender.events import Events
from recommender.history import last_backup
from recommender.importing import forget_imports
from recommender.publication import Published
from recommender.storage.accounts.kept import Accounts
from recommender.storage.blobs import Blobs
from recommender.storage.profiles import Profiles

log = logging.getLogger(__name__)


def leave(
    profiles: Profiles, blobs: Blobs, user_id: UserId, published: Published | None, *, now: Callable[[], float] = time.time
) -> Receipt:
    """Take away a person, or with the owner of a household all its members; said again after a death on the way, it is completed.

    published: the model in use, which knows them until the next training; None where there is none.
    """
    leaving = _who_goes_with(user_id, profiles)
    gone: Counter[str] = Counter()
    in_model = False
    for number in leaving:
        opinions = profiles.opinions(number)
        gone.update(rating=len(opinions.ratings), mark=len(opinions.marks))
        in_model = in_model or (published is not None and published.matrix.row_of(number) is not None)
        gone.update(_files_gone(blobs, number))
    gone.update(sign_in.forget(profiles, user_id))
    for number in leaving:  # what another request of theirs wrote meanwhile; from here on all that is written looks whether they are there
        gone.update(_files_gone(blobs, number))
    return Receipt(
        user_id=user_id,
        left_at=int(now()),
        gone={kind: n for kind, n in gone.items() if n},
        model=published.version if published is not None and in_model else "",
        backed_up_at=_backed_up_at(blobs),
    )


def _files_gone(blobs: Blobs, user_id: UserId) -> dict[str, int]:
    return {"file": forget_imports(blobs, user_id), "event": Events(blobs).forget(user_id)}


def _who_goes_with(user_id: UserId, profiles: Profiles) -> tuple[UserId, ...]:
    accounts = Accounts(profiles.entries)
    household = accounts.household(user_id)
    return tuple(member.user_id for member in household.members) if household else (user_id,)


def _backed_up_at(blobs: Blobs) -> float | None:
    try:
        backup = last_backup(blobs)
    except RecommenderError as trouble:
        log.warning("last backup not known reason=%s", trouble)
        return None
    return backup.taken_at if backup else None
