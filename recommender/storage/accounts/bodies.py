"""How what accounts are made of is written as entries, and read back.

A household is one entry that also names every other entry of its people. All tokens and codes are known here by digests alone.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from recommender.domain import ApiToken, EchoLink, Household, Member, Passkey, Session, UserId
from recommender.errors import StorageError
from recommender.storage.accounts import Change, Entry

FORMAT = 1  # of every body


@dataclass(frozen=True, slots=True)
class Kept:
    """A household as it is kept. owned: key of every entry that goes with it, in the order they came, with when it expires."""

    household: Household
    owned: Mapping[str, int]
    rev: int

    def keys(self, kind: str) -> list[str]:
        """The keys of a kind among those it owns."""
        return [key for key in self.owned if key.startswith(f"{kind}#")]


def folded(name: str) -> str:
    """The form in which two sign-in names are the same: case, accents, width and doubled spaces do not count."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def key_of(kind: str, name: object) -> str:
    """The key of an entry of the kind."""
    return f"{kind}#{name}"


def household_key(owner: int) -> str:
    """Where the household of this owner lies."""
    return key_of("household", owner)


def name_key(name: str) -> str:
    """Where a sign-in name is claimed."""
    return key_of("name", hashlib.sha256(folded(name).encode()).hexdigest())


def passkey_key(credential_id: str) -> str:
    """Where a passkey is claimed."""
    return key_of("passkey", hashlib.sha256(credential_id.encode(errors="replace")).hexdigest())


def pointer(key: str, owner: int, *, was: int) -> Change:
    """A claim of the owner's."""
    return put(key, was, owner, {}, 0)


def put(key: str, was: int, owner: int, body: Mapping[str, Any], expires_at: int) -> Change:
    """The entry, if it still has the rev `was`."""
    text = json.dumps({"v": FORMAT, **body}, ensure_ascii=False, separators=(",", ":"))
    return Change(key, was, text, owner, expires_at)


def put_again(entry: Entry, **fields: Any) -> Change:
    """The entry with other fields, if nobody was faster."""
    return put(entry.key, entry.rev, entry.owner, read(entry) | fields, entry.expires_at)


def written(kept: Kept) -> Change:
    """The household's own entry."""
    household = kept.household
    body = {"household": asdict(household), "owned": kept.owned}
    return put(household_key(household.owner), kept.rev, household.owner, body, 0)


def read(entry: Entry) -> dict[str, Any]:
    """The fields of the body; StorageError for one that is of another format or damaged."""
    try:
        said: dict[str, Any] = json.loads(entry.body)
        if said.pop("v") != FORMAT:
            raise StorageError(f"The entry of an account has another format than {FORMAT}, the one this version of Matinee reads.")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(entry) from error
    return said


def _damaged(entry: Entry) -> StorageError:
    return StorageError(f"An entry of the kind {entry.key.partition('#')[0]} of {entry.owner} is damaged.", kind="garbled")


def kept_of(entry: Entry) -> Kept:
    """The household of its entry."""
    said = read(entry)
    try:
        household = dict(said["household"])
        household["members"] = tuple(Member(**member) for member in household["members"])
        household["passkeys"] = tuple(Passkey(**passkey) for passkey in household["passkeys"])
        return Kept(Household(**household), dict(said["owned"]), entry.rev)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(entry) from error


def session_of(entry: Entry) -> Session:
    """The session of its entry."""
    said, digest = read(entry), entry.key.partition("#")[2]
    try:
        return Session(digest, UserId(entry.owner), UserId(said["member"]), said["made_at"], said["last_seen"], entry.expires_at)
    except KeyError as error:
        raise _damaged(entry) from error


def token_of(entry: Entry) -> ApiToken:
    """The token of its entry."""
    said, digest = read(entry), entry.key.partition("#")[2]
    try:
        member, scopes = UserId(said["member"]), tuple(said["scopes"])
        return ApiToken(digest, UserId(entry.owner), member, said["name"], scopes, said["made_at"], said["last_used"], entry.expires_at)
    except KeyError as error:
        raise _damaged(entry) from error


def link_of(entry: Entry) -> EchoLink:
    """The Echo's link of its entry."""
    said, digest = read(entry), entry.key.partition("#")[2]
    try:
        return EchoLink(digest, UserId(entry.owner), UserId(said["member"]), said["made_at"])
    except KeyError as error:
        raise _damaged(entry) from error
