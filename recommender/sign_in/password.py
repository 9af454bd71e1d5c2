"""The password of a household."""

from __future__ import annotations

import logging
from dataclasses import replace

from recommender import passwords
from recommender.domain import Household, Session
from recommender.errors import WrongPasswordError, WrongSignInError
from recommender.sign_in.limits import PASSWORDS_FOR_A_NAME, PASSWORDS_FROM_AN_ADDRESS
from recommender.sign_in.sessions import Sessions
from recommender.storage.accounts.kept import folded

log = logging.getLogger(__name__)


class Password(Sessions):
    """It is the owner's. A limit is counted before a hash is made."""

    def check_it_is_them(self, session: Session, password: str, *, address: str) -> None:
        """Nothing, if the owner's password is right, or there is none; before what cannot be undone. WrongPasswordError, TooManyTriesError.

        A member who is not the owner has no password: the PIN was asked when this browser turned to them.
        """
        household = self.household(session)
        if session.member != household.owner or not household.password_hash:
            return
        self._count("password from", address, PASSWORDS_FROM_AN_ADDRESS)
        self._count("password for", folded(household.name), PASSWORDS_FOR_A_NAME)
        if not self._password_fits(household, password):
            raise WrongPasswordError

    def change_password(self, session: Session, old: str, new: str, *, address: str) -> None:
        """Every other browser is signed out. old: anything if there was none. SecretInputError, WrongPasswordError, TooManyTriesError."""
        household = self._check_owner(session)
        passwords.check_password(new, name=household.name)
        if household.password_hash:
            self._count("password from", address, PASSWORDS_FROM_AN_ADDRESS)
            self._count("password for", folded(household.name), PASSWORDS_FOR_A_NAME)
            if not self._password_fits(household, old):
                raise WrongPasswordError
        self._set_hash(household, passwords.hashed(new))
        self.end_other_sessions(session)
        log.info("password changed user_id=%d", household.owner)

    def _password_fits(self, household: Household | None, password: str) -> bool:
        too_long = len(password) > passwords.LONGEST  # not hashed, but it takes its time all the same
        return passwords.fits("" if too_long else password, household.password_hash if household else "") and not too_long

    def _rehashed(self, household: Household, password: str) -> Household:
        """With today's parameters, now that the password is known."""
        if passwords.is_outdated(household.password_hash):
            return self._set_hash(household, passwords.hashed(password))
        return household

    def _set_hash(self, household: Household, password_hash: str) -> Household:
        """Unless somebody else has set another since, whose password it is then."""
        before = household.password_hash
        changed = self._accounts.change(
            household.owner, lambda now: replace(now, password_hash=password_hash) if now.password_hash == before else None
        )
        if changed is None:
            raise WrongSignInError
        return changed
