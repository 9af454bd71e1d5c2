"""The household: who is in it, and who leaves."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from recommender import passwords
from recommender.domain import Household, Member, Session, UserId
from recommender.errors import FullHouseError, UnknownUserError, WrongPinError
from recommender.sign_in.limits import PINS_FOR_A_MEMBER, PINS_FOR_A_MEMBER_A_DAY, PINS_FROM_AN_ADDRESS
from recommender.sign_in.part import Part, checked_name
from recommender.storage.accounts.kept import Accounts
from recommender.storage.profiles import Profiles

log = logging.getLogger(__name__)


class Members(Part):
    """Each with a number of their own, under one sign-in."""

    def add_member(self, session: Session, name: str) -> Member:
        """A number of their own under the same sign-in; FullHouseError."""
        self._check_owner(session)
        name = checked_name("name", name)
        member = Member(self._new_number(), name)
        try:
            self._edit(session, lambda household: replace(household, members=(*household.members, member)))
        except FullHouseError:
            self._profiles.forget_person(member.user_id)
            raise
        return member

    def rename_member(self, session: Session, user_id: int, name: str) -> None:
        """The owner renames everybody, a member themselves; the name to sign in with stays."""
        name = checked_name("name", name)
        self._change_member(session, user_id, lambda member: replace(member, name=name))

    def set_pin(self, session: Session, user_id: int, pin: str) -> None:
        """The owner sets everybody's, a member their own; empty for none. SecretInputError."""
        if pin:
            passwords.check_pin(pin)
        pin_hash = passwords.hashed(pin) if pin else ""
        self._change_member(session, user_id, lambda member: replace(member, pin_hash=pin_hash))

    def keep_events(self, session: Session, keeps: bool) -> None:
        """Whether what the member who is shown opens and searches is noted; for nobody else, not even by the owner."""
        self._change_member(session, session.member, lambda member: replace(member, keeps_events=keeps))

    def check_may_remove(self, session: Session, user_id: int) -> Member:
        """The member whom the owner sends away, anyone but themselves; OwnerOnlyError, UnknownUserError.

        They leave as who goes by themselves does: `Recommender.forget` takes along what is no part of an account, too.
        """
        household = self._check_owner(session)
        member = household.member(user_id)
        if member is None or user_id == household.owner:
            raise UnknownUserError(user_id, "the members of a household but its owner can be taken away")
        return member

    def choose_member(self, session: Session, user_id: int, pin: str = "", *, address: str) -> Session:
        """Show another member's films in this browser.

        WrongPinError, TooManyTriesError; UnknownUserError for one who is not of the household.
        """
        household = self.household(session)
        member = household.member(user_id)
        if member is None:
            raise UnknownUserError(user_id, "the members of your household are others")
        if member.pin_hash:
            self._count("PIN from", address, PINS_FROM_AN_ADDRESS)
            self._count("PIN for", str(user_id), PINS_FOR_A_MEMBER)
            self._count("PIN for", str(user_id), PINS_FOR_A_MEMBER_A_DAY)
            if not passwords.fits(pin, member.pin_hash):
                raise WrongPinError(member.name)
        if not self._accounts.choose_member(session.digest, user_id, self._seconds()):
            raise UnknownUserError(user_id, "the session has ended")
        return replace(session, member=UserId(user_id))

    def is_shared(self, session: Session) -> bool:
        """Whether anyone who knows the number of the member shown may read their list."""
        return self._profiles.is_shared(session.member)

    def share(self, session: Session, shared: bool) -> None:
        """Let anyone who knows the number of the member shown read their list, or no longer."""
        self._profiles.share(session.member, shared)

    def _change_member(self, session: Session, user_id: int, change: Callable[[Member], Member]) -> None:
        if user_id != session.member:
            self._check_owner(session)

        def changed(household: Household) -> Household:
            if household.member(user_id) is None:
                raise UnknownUserError(user_id, "the members of your household are others")
            return replace(household, members=tuple(change(one) if one.user_id == user_id else one for one in household.members))

        self._edit(session, changed)


def keeps_events(profiles: Profiles, user_id: int) -> bool:
    """Whether there is such a member, and they asked that what they open and search is noted."""
    accounts = Accounts(profiles.entries)
    owner = accounts.owner_of_member(user_id)
    household = accounts.household(owner) if owner else None
    member = household.member(user_id) if household else None
    return member is not None and member.keeps_events


def forget(profiles: Profiles, user_id: int) -> dict[str, int]:
    """A person leaves with everything: an owner with the whole household, a member with what is theirs. How many of each kind went.

    Ratings and lists go first and the way in last, so that it can be said again after a death on the way.
    """
    accounts = Accounts(profiles.entries)
    owner = accounts.owner_of_member(user_id)
    household = accounts.household(owner) if owner else None
    if household is None:
        was_there = profiles.has_person(UserId(user_id))
        profiles.forget_person(UserId(user_id))
        return {"person": int(was_there)}
    if user_id != household.owner:
        profiles.forget_person(UserId(user_id))
        return {"person": 1, **accounts.remove_member(household.owner, user_id)}
    for member in reversed(household.members):
        profiles.forget_person(member.user_id)
    gone = accounts.forget(household.owner)
    log.info("left user_id=%d members=%d", household.owner, len(household.members))
    return {"person": len(household.members), **gone}
