"""Signing up and in."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass, field, replace

from recommender import passwords
from recommender.domain import Household, Member, Passkey, Session, UserId
from recommender.errors import InvalidInputError, NameTakenError, NotAllowedError, WrongPasskeyError, WrongSignInError
from recommender.sign_in.limits import (
    PASSWORDS_FOR_A_NAME,
    PASSWORDS_FOR_A_NAME_FROM_AN_ADDRESS,
    PASSWORDS_FROM_AN_ADDRESS,
    SIGN_UPS_FROM_AN_ADDRESS,
)
from recommender.sign_in.part import checked_name, digest
from recommender.sign_in.passkeys import passkey_of
from recommender.sign_in.password import Password
from recommender.storage.accounts.kept import folded

log = logging.getLogger(__name__)

SESSION_SECONDS = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class SignedIn:
    """token: the session's, to be given to the browser and kept nowhere else."""

    token: str = field(repr=False)
    session: Session
    household: Household


class Coming(Password):
    """By a name and a password, or by a passkey."""

    def sign_up(
        self, name: str, password: str = "", *, address: str, passkey: Passkey | None = None, person: tuple[int, str] | None = None
    ) -> SignedIn:
        """A household of one, signed in. A password or a passkey, or both.

        person: a number that its owner has already, with its bearer token; both stay good. InvalidInputError for what cannot be taken,
        TooManyTriesError, NameTakenError, NotAllowedError for a token that does not fit the number.
        """
        name = checked_name("name", name)
        if password or passkey is None:
            passwords.check_password(password, name=name)
        self._count("sign-up from", address, SIGN_UPS_FROM_AN_ADDRESS)
        if person is not None and not self._profiles.token_fits(UserId(person[0]), digest(person[1])):
            raise NotAllowedError(person[0])
        if person is not None and self._accounts.owner_of_member(person[0]) is not None:
            raise InvalidInputError("number", person[0], "one that nobody signs in to yet")
        if self._accounts.owner_of_name(name) is not None:
            raise NameTakenError(name)
        password_hash = passwords.hashed(password) if password else ""
        # A death from here to `begin` leaves a number that nobody knows; the name stays free.
        owner = UserId(person[0]) if person else self._new_number()
        passkeys = (passkey,) if passkey else ()
        household = Household(owner, name, password_hash, self._seconds(), (Member(owner, name),), passkeys)
        if not self._accounts.begin(household):
            if person is None:
                self._profiles.forget_person(owner)  # somebody took the name a moment ago
            raise NameTakenError(name)
        log.info("signed up user_id=%d", owner)
        return self._signed_in(household)

    def sign_in(self, name: str, password: str, *, address: str) -> SignedIn:
        """WrongSignInError, after the same time, whether there is no such name or another password; TooManyTriesError."""
        who = folded(name)
        self._count("password from", address, PASSWORDS_FROM_AN_ADDRESS)
        self._count("password for and from", f"{who}\n{address}", PASSWORDS_FOR_A_NAME_FROM_AN_ADDRESS)
        self._count("password for", who, PASSWORDS_FOR_A_NAME)
        household = self._accounts.household(self._accounts.owner_of_name(name) or 0)
        if not self._password_fits(household, password) or household is None:
            raise WrongSignInError
        return self._signed_in(self._rehashed(household, password))

    def sign_in_with_passkey(self, credential_id: str, sign_count: int) -> SignedIn:
        """For a passkey whose signature was verified against `passkey(credential_id)`.

        WrongPasskeyError for one that is not known, or whose count has not grown, as that of a copy.
        """

        def counted(household: Household) -> Household | None:
            kept = passkey_of(household, credential_id)
            if kept is None or (max(sign_count, kept.sign_count) > 0 and sign_count <= kept.sign_count):
                return None
            passkeys = tuple(replace(one, sign_count=sign_count) if one == kept else one for one in household.passkeys)
            return replace(household, passkeys=passkeys)

        household = self._accounts.change(self._accounts.owner_of_passkey(credential_id) or 0, counted)
        if household is None:
            raise WrongPasskeyError
        return self._signed_in(household)

    def _signed_in(self, household: Household) -> SignedIn:
        token, now = secrets.token_urlsafe(32), self._seconds()
        session = Session(digest(token), household.owner, household.owner, now, now, now + SESSION_SECONDS)
        if not self._accounts.new_session(session, now):
            raise WrongSignInError  # they left a moment ago
        return SignedIn(token, session, household)
