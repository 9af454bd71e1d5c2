"""Passkeys, and the challenges that they sign."""

from __future__ import annotations

import base64
import hmac
import secrets
from dataclasses import replace

from recommender.domain import Household, Passkey, Session
from recommender.errors import LastWayInError, WrongPasskeyError
from recommender.sign_in.limits import HOUR
from recommender.sign_in.part import Part, checked_name

CHALLENGE_SECONDS = HOUR  # a page with one in it may stay open for a while
CHALLENGE_NONCE, CHALLENGE_TIME = 16, 8  # bytes of it; the rest is what makes it ours


class Passkeys(Part):
    """Whether a signature is right is verified before by whoever speaks to the browser."""

    def passkey(self, credential_id: str) -> Passkey | None:
        """The passkey, with what its signature is verified by."""
        household = self._accounts.household(self._accounts.owner_of_passkey(credential_id) or 0)
        return passkey_of(household, credential_id) if household else None

    def new_challenge(self, purpose: str) -> bytes:
        """What a passkey shall sign within CHALLENGE_SECONDS. purpose: what for, and for whom. Nothing is kept until it is used."""
        begin = secrets.token_bytes(CHALLENGE_NONCE) + (self._seconds() + CHALLENGE_SECONDS).to_bytes(CHALLENGE_TIME, "big")
        return begin + self._mark(purpose, begin)

    def check_challenge(self, challenge: bytes, purpose: str) -> None:
        """WrongPasskeyError unless it was made here for this purpose and is not too old."""
        begin, mark = challenge[: CHALLENGE_NONCE + CHALLENGE_TIME], challenge[CHALLENGE_NONCE + CHALLENGE_TIME :]
        if not hmac.compare_digest(mark, self._mark(purpose, begin)) or self._ends(challenge) <= self._seconds():
            raise WrongPasskeyError

    def use_challenge(self, challenge: bytes, purpose: str) -> None:
        """The same, and once only, over all workers."""
        self.check_challenge(challenge, purpose)
        # Counted in the window after its end, so that what was counted outlives it.
        use = self._accounts.allowed(self._keyed("challenge", challenge.hex()), 1, CHALLENGE_SECONDS, self._ends(challenge))
        if not use.is_allowed:
            raise WrongPasskeyError

    def add_passkey(self, session: Session, passkey: Passkey) -> None:
        """FullHouseError; NameTakenError for a passkey that another household has."""
        self._check_owner(session)
        named = replace(passkey, name=checked_name("name of the passkey", passkey.name))
        self._edit(session, lambda household: replace(household, passkeys=(*household.passkeys, named)))

    def remove_passkey(self, session: Session, credential_id: str) -> bool:
        """Whether there was one. LastWayInError where nothing else opens."""
        self._check_owner(session)
        was_there = False

        def without(household: Household) -> Household | None:
            nonlocal was_there
            rest = tuple(one for one in household.passkeys if one.credential_id != credential_id)
            was_there = len(rest) < len(household.passkeys)
            if was_there and not rest and not household.password_hash:
                raise LastWayInError
            return replace(household, passkeys=rest) if was_there else None

        self._accounts.change(session.owner, without)
        return was_there

    def _mark(self, purpose: str, begin: bytes) -> bytes:
        return bytes.fromhex(self._keyed("mark of a challenge", f"{purpose}\n{begin.hex()}"))

    def _ends(self, challenge: bytes) -> int:
        return int.from_bytes(challenge[CHALLENGE_NONCE : CHALLENGE_NONCE + CHALLENGE_TIME], "big")


def credential_text(raw: bytes) -> str:
    """A credential's id or public key as it is kept: base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def passkey_of(household: Household, credential_id: str) -> Passkey | None:
    """The household's passkey with this id."""
    return next((one for one in household.passkeys if one.credential_id == credential_id), None)
