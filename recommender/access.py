"""Who may see and change whose films. Nothing here says how somebody signed in: an asker comes with a token, or is known already."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable

from recommender.domain import READ, STRANGER, WRITE, Asker, UserId, is_own_person
from recommender.errors import InvalidInputError, NotAllowedError, ReadOnlyError, ScopeError, UnknownUserError
from recommender.publication import Published
from recommender.storage.accounts.kept import Accounts
from recommender.storage.profiles import Profiles

TOKEN_PREFIX = "matinee_"  # noqa: S105  so that programs that look for lost secrets know ours


class Access:
    """One per process, shared by its threads. Where the store cannot be asked, StorageError: nobody gets in then."""

    def __init__(self, profiles: Profiles, *, sample_viewers: bool, now: Callable[[], float] = time.time) -> None:
        """sample_viewers: whether the viewers of the data set can be looked up by number."""
        self._profiles, self._accounts, self._now = profiles, Accounts(profiles.entries), now
        self._sample_viewers = sample_viewers

    def check_may_read(self, user_id: UserId, asker: Asker, published: Published) -> None:
        """Nothing, for a sample viewer's list, a shared one, and one of the asker's own.

        UnknownUserError, the same for a number that nobody has and for a private list, so that it tells nothing. ScopeError for the
        person's own API token that is not good for reading.
        """
        if not is_own_person(user_id):
            self._check_is_there(user_id, published)
        elif not self._owns(user_id, asker, READ) and not self._profiles.is_shared(user_id):
            raise UnknownUserError(user_id, "a private one opens to its token, or to everybody once it is shared")

    def check_owns(self, user_id: UserId, asker: Asker, scope: str) -> None:
        """Nothing, if the asker speaks for that person. ReadOnlyError for a sample viewer, NotAllowedError, ScopeError."""
        if user_id < 1:
            raise InvalidInputError("user id", user_id, "a whole number from 1 up")
        if not is_own_person(user_id):
            raise ReadOnlyError(user_id)
        if not self._owns(user_id, asker, scope):
            raise NotAllowedError(user_id)

    def check_may_write(self, user_id: UserId, asker: Asker) -> None:
        """check_owns for changes."""
        self.check_owns(user_id, asker, WRITE)

    def check_may_look_through(self, user_id: UserId, asker: Asker, published: Published) -> None:
        """Nothing, if what this viewer has seen may show in what is left out: a sample viewer, or the asker. Else as in check_owns."""
        if is_own_person(user_id):
            self.check_owns(user_id, asker, READ)
        else:
            self._check_is_there(user_id, published)

    def whose(self, token: str, scope: str) -> UserId | None:
        """The person whose API token it is; None for one that is not known. ScopeError where it is not good for this."""
        found = self._accounts.token(_digest(token), int(self._now())) if token.startswith(TOKEN_PREFIX) else None
        if found is not None and scope not in found.scopes:
            raise ScopeError(scope, found.scopes)
        return found.member if found else None

    def _check_is_there(self, user_id: UserId, published: Published) -> None:
        if not self._sample_viewers:
            raise UnknownUserError(user_id)
        if published.matrix.row_of(user_id) is None:
            facts = published.facts
            raise UnknownUserError(
                user_id, f"the viewers of {facts['data']} have numbers from {facts['lowest_user_id']} to {facts['highest_user_id']}"
            )

    def _owns(self, user_id: UserId, asker: Asker, scope: str) -> bool:
        if asker is STRANGER:
            return False
        if asker.member == user_id:
            return True
        if asker.token is None:
            return False
        if not asker.token.startswith(TOKEN_PREFIX):
            return self._profiles.token_fits(user_id, _digest(asker.token))
        found = self._accounts.token(_digest(asker.token), int(self._now()))
        if found is None or found.member != user_id:
            return False
        if scope not in found.scopes:
            raise ScopeError(scope, found.scopes)
        return True


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
