"""Signing up and in, households, tokens and the Echo's codes: what people do, in the order in which it happens, without HTTP.

Whatever could be guessed is counted before it is looked at, in the store, so that the limits hold over all workers and machines.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from recommender import passwords
from recommender.access import TOKEN_PREFIX
from recommender.domain import SCOPES, ApiToken, EchoLink, Household, Member, Passkey, Session, UserId
from recommender.errors import (
    FullHouseError,
    InvalidInputError,
    LastWayInError,
    NameTakenError,
    NotAllowedError,
    OwnerOnlyError,
    ScopeError,
    TooManyTriesError,
    UnknownUserError,
    WrongCodeError,
    WrongPasskeyError,
    WrongPinError,
    WrongSignInError,
)
from recommender.storage.accounts.kept import Accounts, FullError, TakenError, folded
from recommender.storage.profiles import Profiles

log = logging.getLogger(__name__)

SESSION_SECONDS = 30 * 24 * 3600
CODE_SECONDS = 600
CHALLENGE_SECONDS = 3600  # a page with one in it may stay open for a while
CHALLENGE_NONCE, CHALLENGE_TIME = 16, 8  # bytes of it; the rest is what makes it ours
CODE_DIGITS = 6
SHORTEST_NAME, LONGEST_NAME = 2, 40  # characters
MOST_DAYS = 3650  # that an API token may be good for

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600


@dataclass(frozen=True, slots=True)
class Limit:
    """How often within how many seconds."""

    times: int
    seconds: int


# A person who forgets is let through; a program that guesses has thousands of years to go. By name and address first, so that who tries
# from one place cannot use up what others have for the same name.
SIGN_UPS_FROM_AN_ADDRESS = Limit(10, HOUR)
PASSWORDS_FROM_AN_ADDRESS = Limit(30, 15 * MINUTE)
PASSWORDS_FOR_A_NAME_FROM_AN_ADDRESS = Limit(10, 15 * MINUTE)
PASSWORDS_FOR_A_NAME = Limit(100, HOUR)
PINS_FROM_AN_ADDRESS = Limit(30, 15 * MINUTE)
PINS_FOR_A_MEMBER = Limit(5, 15 * MINUTE)
PINS_FOR_A_MEMBER_A_DAY = Limit(20, DAY)  # ten thousand PINs take 500 days
CODES_OF_A_HOUSEHOLD = Limit(10, HOUR)
CODES_FROM_AN_ECHO = Limit(5, 10 * MINUTE)
CODES_FROM_ALL = Limit(300, 10 * MINUTE)  # a thousand Echoes together guess no more than this

WHAT = {"member": "members", "passkey": "passkeys", "token": "tokens", "link": "linked Echoes"}  # of Accounts' kinds, for people


@dataclass(frozen=True, slots=True)
class SignedIn:
    """token: the session's, to be given to the browser and kept nowhere else."""

    token: str = field(repr=False)
    session: Session
    household: Household


class SignIn:
    """One per process, shared by its threads. Every method raises StorageError where the store cannot be reached: nobody gets in then.

    address: where somebody asks from, as text; it is kept as a digest with the site's secret alone, for as long as its limit.
    """

    def __init__(self, profiles: Profiles, secret: str, *, now: Callable[[], float] = time.time) -> None:
        """secret: the site's; whatever shares a store shares it, else their limits and codes are apart."""
        self._profiles, self._accounts = profiles, Accounts(profiles.entries)
        self._secret, self._now = secret.encode(), now

    # Coming and going

    def sign_up(
        self, name: str, password: str = "", *, address: str, passkey: Passkey | None = None, person: tuple[int, str] | None = None
    ) -> SignedIn:
        """A household of one, signed in. A password or a passkey, or both.

        person: a number that its owner has already, with its bearer token; both stay good. InvalidInputError for what cannot be taken,
        TooManyTriesError, NameTakenError, NotAllowedError for a token that does not fit the number.
        """
        name = _checked_name("name", name)
        if password or passkey is None:
            passwords.check_password(password, name=name)
        self._count("sign-up from", address, SIGN_UPS_FROM_AN_ADDRESS)
        if person is not None and not self._profiles.token_fits(UserId(person[0]), _digest(person[1])):
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
            kept = _passkey_of(household, credential_id)
            if kept is None or (max(sign_count, kept.sign_count) > 0 and sign_count <= kept.sign_count):
                return None
            passkeys = tuple(replace(one, sign_count=sign_count) if one == kept else one for one in household.passkeys)
            return replace(household, passkeys=passkeys)

        household = self._accounts.change(self._accounts.owner_of_passkey(credential_id) or 0, counted)
        if household is None:
            raise WrongPasskeyError
        return self._signed_in(household)

    def passkey(self, credential_id: str) -> Passkey | None:
        """The passkey, with what its signature is verified by."""
        household = self._accounts.household(self._accounts.owner_of_passkey(credential_id) or 0)
        return _passkey_of(household, credential_id) if household else None

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

    def session(self, token: str) -> Session | None:
        """The session of a browser's token; None where it has ended or never was."""
        return self._accounts.session(_digest(token), self._seconds())

    def sessions(self, session: Session) -> tuple[Session, ...]:
        """All browsers in which the household is signed in."""
        return self._accounts.sessions(session.owner, self._seconds())

    def sign_out(self, token: str) -> bool:
        """Whether there was a session."""
        return self._accounts.end_session(_digest(token))

    def end_session(self, session: Session, digest: str) -> bool:
        """Sign out another browser of the household; whether there was one."""
        is_ours = any(one.digest == digest for one in self.sessions(session))
        return is_ours and self._accounts.end_session(digest)

    def end_other_sessions(self, session: Session) -> int:
        """Sign out every browser but this; how many that were."""
        return self._accounts.end_sessions(session.owner, but=session.digest)

    def household(self, session: Session) -> Household:
        """Who signs in together; UnknownUserError for one that has left."""
        household = self._accounts.household(session.owner)
        if household is None:
            raise UnknownUserError(session.owner)
        return household

    def check_it_is_them(self, session: Session, password: str, *, address: str) -> None:
        """Nothing, if the owner's password is right, or there is none; before what cannot be undone. WrongSignInError, TooManyTriesError.

        A member who is not the owner has no password: the PIN was asked when this browser turned to them.
        """
        household = self.household(session)
        if session.member != household.owner or not household.password_hash:
            return
        self._count("password from", address, PASSWORDS_FROM_AN_ADDRESS)
        self._count("password for", folded(household.name), PASSWORDS_FOR_A_NAME)
        if not self._password_fits(household, password):
            raise WrongSignInError

    # Ways in

    def change_password(self, session: Session, old: str, new: str, *, address: str) -> None:
        """Every other browser is signed out. old: anything where there was none. SecretInputError, WrongSignInError, TooManyTriesError."""
        household = self._check_owner(session)
        passwords.check_password(new, name=household.name)
        if household.password_hash:
            self._count("password from", address, PASSWORDS_FROM_AN_ADDRESS)
            self._count("password for", folded(household.name), PASSWORDS_FOR_A_NAME)
            if not self._password_fits(household, old):
                raise WrongSignInError
        self._set_hash(household, passwords.hashed(new))
        self.end_other_sessions(session)
        log.info("password changed user_id=%d", household.owner)

    def add_passkey(self, session: Session, passkey: Passkey) -> None:
        """FullHouseError; NameTakenError for a passkey that another household has."""
        self._check_owner(session)
        named = replace(passkey, name=_checked_name("name of the passkey", passkey.name))
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

    def new_token(self, session: Session, name: str, scopes: tuple[str, ...], *, days: int | None = None) -> tuple[ApiToken, str]:
        """A token for the member whose films the session shows, and its text, which is shown this once. days: None for no end."""
        name = _checked_name("name of the token", name)
        if not scopes or not set(scopes) <= set(SCOPES):
            raise InvalidInputError("scopes", ", ".join(scopes), f"some of {', '.join(SCOPES)}")
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise InvalidInputError("days", days, f"a whole number from 1 to {MOST_DAYS}, or none")
        text, now = TOKEN_PREFIX + secrets.token_urlsafe(32), self._seconds()
        ordered = tuple(scope for scope in SCOPES if scope in scopes)
        token = ApiToken(_digest(text), session.owner, session.member, name, ordered, now, 0, now + days * DAY if days else 0)
        try:
            if not self._accounts.new_token(token, now):
                raise UnknownUserError(session.member)
        except FullError as error:
            raise FullHouseError(WHAT[error.kind], error.most) from error
        return token, text

    def token(self, text: str, scope: str) -> ApiToken | None:
        """Whose token it is; None for one that is not known, was revoked or has expired. ScopeError where it is not good for this."""
        token = self._accounts.token(_digest(text), self._seconds())
        if token is not None and scope not in token.scopes:
            raise ScopeError(scope, token.scopes)
        return token

    def tokens(self, session: Session) -> tuple[ApiToken, ...]:
        """The household's, all of them for the owner, else those of the member."""
        found = self._accounts.tokens(session.owner, self._seconds())
        return tuple(one for one in found if session.member in (session.owner, one.member))

    def revoke_token(self, session: Session, digest: str) -> bool:
        """Whether there was one that is theirs to revoke."""
        is_theirs = any(one.digest == digest for one in self.tokens(session))
        return is_theirs and self._accounts.revoke_token(session.owner, digest)

    # The household

    def add_member(self, session: Session, name: str) -> Member:
        """A number of their own under the same sign-in; FullHouseError."""
        self._check_owner(session)
        name = _checked_name("name", name)
        member = Member(self._new_number(), name)
        try:
            self._edit(session, lambda household: replace(household, members=(*household.members, member)))
        except FullHouseError:
            self._profiles.forget_person(member.user_id)
            raise
        return member

    def rename_member(self, session: Session, user_id: int, name: str) -> None:
        """The owner renames everybody, a member themselves; the name to sign in with stays."""
        name = _checked_name("name", name)
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

    def remove_member(self, session: Session, user_id: int) -> dict[str, int]:
        """The member leaves, with ratings and list and what was given out for them; how many of each kind went. Not the owner."""
        household = self._check_owner(session)
        if user_id == household.owner or household.member(user_id) is None:
            raise UnknownUserError(user_id, "the members of a household but its owner can be taken away")
        return forget(self._profiles, user_id)

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

    # The Echo

    def new_code(self, session: Session) -> str:
        """Six digits to be said to an Echo within CODE_SECONDS, which it then speaks for the member whose films are shown."""
        self._count("code of", str(session.owner), CODES_OF_A_HOUSEHOLD)
        if self.household(session).member(session.member) is None:
            raise UnknownUserError(session.member)
        now = self._seconds()
        while True:
            code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
            # False: somebody has just these digits now.
            if self._accounts.new_code(self._keyed("code", code), session.owner, session.member, now + CODE_SECONDS, now):
                return code

    def use_code(self, code: str, echo: str) -> EchoLink:
        """Link the Echo. echo: Amazon's id of the user, or of the person who was recognised. WrongCodeError, TooManyTriesError."""
        self._count("code from", echo, CODES_FROM_AN_ECHO)
        self._count("code from", "all", CODES_FROM_ALL)
        try:
            made = self._accounts.use_code(self._keyed("code", code), _digest(echo), self._seconds())
        except FullError as error:
            raise FullHouseError(WHAT[error.kind], error.most) from error
        if made is None:
            raise WrongCodeError(CODE_SECONDS // MINUTE)
        return made

    def linked(self, echo: str) -> EchoLink | None:
        """Whom the Echo speaks for."""
        return self._accounts.link(_digest(echo))

    def speaks_for(self, *echoes: str) -> Member | None:
        """The member for whom the first of these speaks that is linked. echoes: each as in use_code; an empty one is none."""
        for echo in filter(None, echoes):
            link = self.linked(echo)
            household = self._accounts.household(link.owner) if link else None
            if link and household and (member := household.member(link.member)):
                return member
        return None

    def links(self, session: Session) -> tuple[EchoLink, ...]:
        """The household's Echoes."""
        return self._accounts.links(session.owner)

    def unlink(self, echo: str) -> bool:
        """Said by the Echo itself; whether there was a link."""
        return self._accounts.unlink(_digest(echo))

    def remove_link(self, session: Session, digest: str) -> bool:
        """Said on the site; whether there was a link of this household."""
        is_ours = any(one.digest == digest for one in self.links(session))
        return is_ours and self._accounts.unlink(digest)

    def sweep(self, *, most: int = 100) -> int:
        """Take away what has expired, in a small step; how many went."""
        return self._accounts.sweep(self._seconds(), most=most)

    def _seconds(self) -> int:
        return int(self._now())

    def _keyed(self, what: str, text: str) -> str:
        """A digest that tells nothing to whoever has the store but not the secret, however few texts there could be."""
        return hmac.new(self._secret, f"{what}\n{text}".encode(errors="replace"), hashlib.sha256).hexdigest()

    def _mark(self, purpose: str, begin: bytes) -> bytes:
        return bytes.fromhex(self._keyed("mark of a challenge", f"{purpose}\n{begin.hex()}"))

    def _ends(self, challenge: bytes) -> int:
        return int.from_bytes(challenge[CHALLENGE_NONCE : CHALLENGE_NONCE + CHALLENGE_TIME], "big")

    def _count(self, what: str, of: str, limit: Limit) -> None:
        allowance = self._accounts.allowed(self._keyed(what, of), limit.times, limit.seconds, self._seconds())
        if not allowance.is_allowed:
            log.info("refused limit=%r seconds=%d", what, limit.seconds)
            raise TooManyTriesError(allowance.retry_after)

    def _new_number(self) -> UserId:
        """A number whose bearer token nobody knows: it is opened by its household alone."""
        return self._profiles.new_person(_digest(secrets.token_urlsafe(32)), shared=False, now=self._seconds())

    def _signed_in(self, household: Household) -> SignedIn:
        token, now = secrets.token_urlsafe(32), self._seconds()
        session = Session(_digest(token), household.owner, household.owner, now, now, now + SESSION_SECONDS)
        if not self._accounts.new_session(session, now):
            raise WrongSignInError  # they left a moment ago
        return SignedIn(token, session, household)

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

    def _change_member(self, session: Session, user_id: int, change: Callable[[Member], Member]) -> None:
        if user_id != session.member:
            self._check_owner(session)

        def changed(household: Household) -> Household:
            if household.member(user_id) is None:
                raise UnknownUserError(user_id, "the members of your household are others")
            return replace(household, members=tuple(change(one) if one.user_id == user_id else one for one in household.members))

        self._edit(session, changed)


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


def credential_text(raw: bytes) -> str:
    """A credential's id or public key as it is kept: base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _passkey_of(household: Household, credential_id: str) -> Passkey | None:
    return next((one for one in household.passkeys if one.credential_id == credential_id), None)


def _checked_name(field_name: str, name: str) -> str:
    """The name, with single spaces; InvalidInputError for one that is too short or long, or holds what cannot be seen."""
    tidy = " ".join(name.split())
    if not (SHORTEST_NAME <= len(tidy) <= LONGEST_NAME and tidy.isprintable() and len(folded(tidy)) >= SHORTEST_NAME):
        raise InvalidInputError(field_name, name, f"{SHORTEST_NAME} to {LONGEST_NAME} letters, digits and signs")
    return tidy


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
