"""What every part of signing in has at hand: the store, the site's secret, the clock, and the limits that are counted with them."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Callable

from recommender.domain import Household, Session, UserId
from recommender.errors import FullHouseError, InvalidInputError, NameTakenError, OwnerOnlyError, TooManyTriesError, UnknownUserError
from recommender.sign_in.limits import Limit
from recommender.storage.accounts.kept import Accounts, FullError, TakenError, folded
from recommender.storage.profiles import Profiles

log = logging.getLogger(__name__)

SHORTEST_NAME, LONGEST_NAME = 2, 40  # characters
WHAT = {"member": "members", "passkey": "passkeys", "token": "tokens", "link": "linked Echoes"}  # of Accounts' kinds, for people


class Part:
    """Shared by threads; keeps nothing but what it was given."""

    def __init__(self, profiles: Profiles, secret: str, *, now: Callable[[], float] = time.time) -> None:
        """secret: the site's; whatever shares a store shares it, else their limits and codes are apart."""
        self._profiles, self._accounts = profiles, Accounts(profiles.entries)
        self._secret, self._now = secret.encode(), now

    def household(self, session: Session) -> Household:
        """Who signs in together; UnknownUserError for one that has left."""
        household = self._accounts.household(session.owner)
        if household is None:
            raise UnknownUserError(session.owner)
        return household

    def sweep(self, *, most: int = 100) -> int:
        """Take away what has expired, in a small step; how many went."""
        return self._accounts.sweep(self._seconds(), most=most)

    def _seconds(self) -> int:
        return int(self._now())

    def _keyed(self, what: str, text: str) -> str:
        """A digest that tells nothing to whoever has the store but not the secret, however few texts there could be."""
        return hmac.new(self._secret, f"{what}\n{text}".encode(errors="replace"), hashlib.sha256).hexdigest()

    def _count(self, what: str, of: str, limit: Limit) -> None:
        allowance = self._accounts.allowed(self._keyed(what, of), limit.times, limit.seconds, self._seconds())
        if not allowance.is_allowed:
            log.info("refused limit=%r seconds=%d", what, limit.seconds)
            raise TooManyTriesError(allowance.retry_after)

    def _new_number(self) -> UserId:
        """A number whose bearer token nobody knows: it is opened by its household alone."""
        return self._profiles.new_person(digest(secrets.token_urlsafe(32)), shared=False, now=self._seconds())

    def _check_owner(self, session: Session) -> Household:
        household = self.household(session)
        if session.member != session.owner:
            owner = household.member(household.owner)
            raise OwnerOnlyError(owner.name if owner else household.name)
        return household

    def _edit(self, session: Session, edit: Callable[[Household], Household | None]) -> None:
        try:
            if self._accounts.change(session.owner, edit) is None:
                raise UnknownUserError(session.owner)
        except FullError as error:
            raise FullHouseError(WHAT[error.kind], error.most) from error
        except TakenError as error:
            raise NameTakenError(f"with this {error.kind}") from error


def checked_name(field_name: str, name: str) -> str:
    """The name, with single spaces; InvalidInputError for one that is too short or long, or holds what cannot be seen."""
    tidy = " ".join(name.split())
    if not (SHORTEST_NAME <= len(tidy) <= LONGEST_NAME and tidy.isprintable() and len(folded(tidy)) >= SHORTEST_NAME):
        raise InvalidInputError(field_name, name, f"{SHORTEST_NAME} to {LONGEST_NAME} letters, digits and signs")
    return tidy


def digest(text: str) -> str:
    """By which what is secret is kept, where it has 256 bits of chance."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
