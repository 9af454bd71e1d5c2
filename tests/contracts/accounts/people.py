"""Households, sessions and tokens for tests of accounts, and what other processes do with a store of them."""

from __future__ import annotations

from recommender.domain import READ, ApiToken, Household, Member, Passkey, Session, UserId
from recommender.storage.accounts.kept import Accounts
from recommender.storage.profiles import open_profiles

NOW = 1_780_000_000
DAY = 24 * 3600


def a_household(owner: UserId, name: str, *, members: tuple[Member, ...] = (), passkeys: tuple[Passkey, ...] = ()) -> Household:
    return Household(owner, name, "a hash", NOW, (Member(owner, name), *members), passkeys)


def a_passkey(credential_id: str, *, sign_count: int = 0) -> Passkey:
    return Passkey(credential_id, "public", sign_count, "Phone", NOW)


def a_session(owner: UserId, digest: str, *, member: UserId | None = None, made_at: int = NOW, seconds: int = 30 * DAY) -> Session:
    return Session(digest, owner, member or owner, made_at, made_at, made_at + seconds)


def a_token(owner: UserId, digest: str, *, member: UserId | None = None, expires_at: int = 0) -> ApiToken:
    return ApiToken(digest, owner, member or owner, "Kodi", (READ,), NOW, 0, expires_at)


def begin(url: str, name: str) -> bool:
    """Whether the name was still free."""
    profiles = open_profiles(url, patient=True)
    number = profiles.new_person("digest", shared=False, now=0)
    is_done = Accounts(profiles.entries).begin(a_household(number, name))
    profiles.close()
    return is_done


def try_often(url: str, key: str, limit: int, n: int) -> int:
    """How many of n tries were allowed, all within one window."""
    profiles = open_profiles(url, patient=True)
    accounts = Accounts(profiles.entries)
    n_allowed = sum(accounts.allowed(key, limit, 3600, NOW).is_allowed for _ in range(n))
    profiles.close()
    return n_allowed


def use_code(url: str, code: str, echo: str) -> bool:
    """Whether the code was good for this Echo."""
    profiles = open_profiles(url, patient=True)
    is_good = Accounts(profiles.entries).use_code(code, echo, NOW) is not None
    profiles.close()
    return is_good


def come_in_often(url: str, owner: UserId, digests: list[str]) -> int:
    """How many sessions were begun."""
    profiles = open_profiles(url, patient=True)
    accounts = Accounts(profiles.entries)
    n = sum(accounts.new_session(a_session(owner, digest), NOW) for digest in digests)
    profiles.close()
    return n
