"""People, how they come in, and what they may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from recommender.domain.films import MovieId, UserId

FIRST_OWN_USER_ID = UserId(1_000_001)  # data sets number their viewers below, own people start here


def is_own_person(user_id: int) -> bool:
    """Whether the number belongs to a person of this site; else it is a sample viewer of a data set."""
    return user_id >= FIRST_OWN_USER_ID


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks. token: a bearer token, a number's own or an API token; None without one.

    member: the number that somebody is known to speak for already, by a browser's session or a linked Echo; None where nobody is.
    """

    token: str | None = field(default=None, repr=False)
    member: UserId | None = None


STRANGER = Asker()


@dataclass(frozen=True, slots=True)
class Account:
    """A person who has not left. token_digest: SHA-256 of the bearer token, in hex. created_at: seconds since 1970, UTC.

    shared: whether anyone who knows the number may read the list.
    """

    user_id: UserId
    token_digest: str
    shared: bool
    created_at: int


@dataclass(frozen=True, slots=True)
class Activity:
    """How much own people have done so far. n_changes: their revisions added up, n_ratings: what is kept of them now."""

    n_changes: int
    n_ratings: int

    def since(self, before: Activity) -> int:
        """At least how many ratings have changed since: an import moves a revision once, and other stars for a film add no rating."""
        return max(abs(self.n_changes - before.n_changes), abs(self.n_ratings - before.n_ratings))


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key pair of which the private half never leaves its owner's device. credential_id, public_key: in base64url.

    sign_count: how often it says that it was used; 0 for those that do not count. name: the owner's word for it.
    """

    credential_id: str
    public_key: str = field(repr=False)
    sign_count: int
    name: str
    made_at: int


OPENED, SEARCHED = "opened", "searched"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a person did who asked for it to be noted. at: seconds since 1970, UTC.

    kind: OPENED, with the film, or SEARCHED, with the words.
    """

    kind: str
    at: int
    movie_id: MovieId | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """One of a household: a number with ratings and a list of its own. pin_hash: argon2id of the PIN; empty where none is asked.

    keeps_events: whether films opened and searches made are noted for them; only for who asked for it.
    """

    user_id: UserId
    name: str
    pin_hash: str = field(default="", repr=False)
    keeps_events: bool = False


@dataclass(frozen=True, slots=True)
class Household:
    """Who signs in together. owner: the number that the sign-in belongs to, the first of the members. name: to sign in with, as written.

    password_hash: argon2id; empty where passkeys alone open. made_at: seconds since 1970, UTC.
    """

    owner: UserId
    name: str
    password_hash: str = field(repr=False)
    made_at: int
    members: tuple[Member, ...]
    passkeys: tuple[Passkey, ...] = ()

    def member(self, user_id: int) -> Member | None:
        """The member with this number."""
        return next((one for one in self.members if one.user_id == user_id), None)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in. digest: SHA-256 of its token, in hex, by which it can be ended. Times: seconds since 1970, UTC.

    member: whose films are shown in it. last_seen: to the hour.
    """

    digest: str
    owner: UserId
    member: UserId
    made_at: int
    last_seen: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What went when somebody left. gone: how many of each kind of thing.

    left_at, backed_up_at: seconds since 1970, UTC; None where no backup is known. model: the version that still holds their ratings, until
    the next training; empty where none does.
    """

    user_id: UserId
    left_at: int
    gone: Mapping[str, int]
    model: str
    backed_up_at: float | None


READ, WRITE, EXPORT, FEED = "read", "write", "export", "feed"
SCOPES = (READ, WRITE, EXPORT, FEED)  # what an API token may be good for; FEED: the list and the watchlist, by an address that holds it


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A program's way in. digest: SHA-256 of the token, in hex, by which it can be revoked. Times: seconds since 1970, UTC.

    member: whose ratings and list it opens. scopes: some of SCOPES. last_used: to the hour; 0 before. expires_at: 0 for never.
    """

    digest: str
    owner: UserId
    member: UserId
    name: str
    scopes: tuple[str, ...]
    made_at: int
    last_used: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class EchoLink:
    """An Echo, or a person whom one recognises, that speaks for a member. digest: of Amazon's id."""

    digest: str
    owner: UserId
    member: UserId
    made_at: int


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether something may be done once more. left: how often after this. retry_after: seconds to wait; 0 where it may be done now."""

    left: int
    retry_after: int

    @property
    def is_allowed(self) -> bool:
        """Whether it may be done now."""
        return not self.retry_after
