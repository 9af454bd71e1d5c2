"""What accounts are made of, as entries: sign-in names, households, sessions, tokens, codes and links, each with its promise.

A household is one entry that also names every other entry of its people, so that it can go whole: in one step, and with a count. All
tokens and codes are known here by digests alone.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from recommender.domain import Allowance, ApiToken, EchoLink, Household, Session, UserId
from recommender.errors import StorageError
from recommender.storage.accounts import Change, Entries, Entry, bodies
from recommender.storage.accounts.bodies import folded

__all__ = ["IDLE_SECONDS", "MOST", "SEEN_SECONDS", "Accounts", "FullError", "TakenError", "folded"]

# How many of a kind one household may have; together with the household itself they stay below MOST_CHANGES.
MOST: Mapping[str, int] = {"name": 1, "member": 8, "passkey": 10, "session": 30, "token": 20, "link": 16, "code": 3}
GIVES_WAY = ("session", "code")  # kinds whose oldest goes when there are too many; of the others no more are taken
MOST_TRIES = 20  # while others change the same household
SEEN_SECONDS = 3600  # how exactly it is known when a session or a token was last used
IDLE_SECONDS = 14 * 24 * 3600  # a session that nobody used for so long has ended


class FullError(Exception):
    """As many of a kind as a household may have. kind: as in MOST."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"no more than {MOST[kind]} of the kind {kind}")
        self.kind, self.most = kind, MOST[kind]


class TakenError(Exception):
    """A name, number or passkey that is another household's. kind: as in MOST."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"the {kind} is another household's")
        self.kind = kind


class Accounts:
    """One per store, shared by threads. Whatever is given as `now` is in seconds since 1970, UTC."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries

    # Households

    def begin(self, household: Household) -> bool:
        """Take the name and the passkeys and keep the household, all in one step; False where the name or a number is taken already."""
        owned = [bodies.name_key(household.name)]
        owned += [bodies.key_of("member", member.user_id) for member in household.members]
        owned += [bodies.passkey_key(passkey.credential_id) for passkey in household.passkeys]
        kept = bodies.Kept(household, dict.fromkeys(owned, 0), 0)
        return self._entries.change(bodies.written(kept), *(bodies.pointer(key, household.owner, was=0) for key in owned))

    def owner_of_name(self, name: str) -> UserId | None:
        """Whose sign-in name it is, in whatever case and accents."""
        return self._owner(bodies.name_key(name))

    def owner_of_member(self, user_id: int) -> UserId | None:
        """The owner of the household that the number is of."""
        return self._owner(bodies.key_of("member", user_id))

    def owner_of_passkey(self, credential_id: str) -> UserId | None:
        """Whose passkey it is."""
        return self._owner(bodies.passkey_key(credential_id))

    def household(self, owner: int) -> Household | None:
        """The household; None where there is none, or it has left."""
        kept = self._kept(owner)
        return kept.household if kept else None

    def change(self, owner: int, edit: Callable[[Household], Household | None]) -> Household | None:
        """The household as `edit` has left it; None where there is none, or edit says None and nothing changes.

        Members and passkeys that it adds or takes away come and go with all that is theirs. edit is asked again when somebody was faster.
        FullError or TakenError, and nothing changed, for too many or for what belongs to another household.
        """

        def step(kept: bodies.Kept, now: int) -> list[Change] | None:
            edited = edit(kept.household)
            if edited is None:
                return None
            changes, owned = _from_one_to_the_other(kept, edited)
            for change in changes:
                if change.was == 0 and self._entries.get(change.key) is not None:
                    raise TakenError(change.key.partition("#")[0])
            if not all(edited.member(member.user_id) for member in kept.household.members):
                self._take_from_those_who_left(edited, owned, changes)
            return [bodies.written(replace(kept, household=edited, owned=owned)), *changes]

        kept = self._step(owner, 0, step)
        return kept.household if kept else None

    def remove_member(self, owner: int, user_id: int) -> dict[str, int]:
        """The member goes, with what was given out for them; how many of each kind went."""
        before = self._kept(owner)
        after = self.change(owner, lambda household: _without(household, user_id))
        if before is None or after is None or (kept := self._kept(owner)) is None:
            return {}
        return dict(Counter(key.partition("#")[0] for key in before.owned if key not in kept.owned))

    def forget(self, owner: int) -> dict[str, int]:
        """The household goes, in one step, with everything that was given out in its name; how many of each kind went."""
        while (kept := self._kept(owner)) is not None:
            found = (self._entries.get(key) for key in kept.owned)
            gone = [Change(entry.key, entry.rev) for entry in found if entry and entry.owner == owner]
            gone.append(Change(bodies.household_key(owner), kept.rev))
            if self._entries.change(*gone):
                return dict(Counter(change.key.partition("#")[0] for change in gone))
        return {}

    # Sessions

    def new_session(self, session: Session, now: int) -> bool:
        """Keep it; the oldest of too many goes. False where there is no such household or member."""
        body = {"member": session.member, "made_at": session.made_at, "last_seen": session.last_seen}
        return self._give_out("session", session.digest, session.owner, session.member, body, session.expires_at, now)

    def session(self, digest: str, now: int) -> Session | None:
        """The session, if it has neither ended nor expired nor gone unused for too long. Being asked for counts as use."""
        entry = self._live(bodies.key_of("session", digest), now)
        session = bodies.session_of(entry) if entry else None
        if entry is None or session is None or session.last_seen + IDLE_SECONDS <= now:
            return None
        if session.last_seen + SEEN_SECONDS <= now:
            session = replace(session, last_seen=now)
            self._rewrite(entry, last_seen=now)
        return session

    def sessions(self, owner: int, now: int) -> tuple[Session, ...]:
        """Those of a household that have not ended, oldest first."""
        found = (bodies.session_of(entry) for entry in self._of(owner, "session", now))
        return tuple(session for session in found if session.last_seen + IDLE_SECONDS > now)

    def choose_member(self, digest: str, member: int, now: int) -> bool:
        """From now on the session shows this member's films; False where the session has ended, or no such member is in its household."""
        for _ in range(MOST_TRIES):
            entry = self._live(bodies.key_of("session", digest), now)
            kept = self._kept(entry.owner) if entry else None
            if entry is None or kept is None or kept.household.member(member) is None:
                return False
            # The household is written too, unchanged, so that the member cannot be taken away in between.
            if self._entries.change(bodies.written(kept), bodies.put_again(entry, member=member)):
                return True
        raise _busy()

    def end_session(self, digest: str) -> bool:
        """Whether there was one."""
        return self._take_back(bodies.key_of("session", digest))

    def end_sessions(self, owner: int, *, but: str = "") -> int:
        """End all of a household's, or all but the one with this digest; how many that were."""
        return self._take_all_back(owner, lambda kept: [key for key in kept.keys("session") if key != bodies.key_of("session", but)])

    # Tokens

    def new_token(self, token: ApiToken, now: int) -> bool:
        """Keep it. False where there is no such household or member; FullError."""
        body = {"member": token.member, "name": token.name, "scopes": token.scopes, "made_at": token.made_at, "last_used": 0}
        return self._give_out("token", token.digest, token.owner, token.member, body, token.expires_at, now)

    def token(self, digest: str, now: int) -> ApiToken | None:
        """The token, if it has neither been revoked nor expired. Being asked for counts as use."""
        entry = self._live(bodies.key_of("token", digest), now)
        if entry is None:
            return None
        token = bodies.token_of(entry)
        if token.last_used + SEEN_SECONDS <= now:
            token = replace(token, last_used=now)
            self._rewrite(entry, last_used=now)
        return token

    def tokens(self, owner: int, now: int) -> tuple[ApiToken, ...]:
        """Those of a household that are good, oldest first."""
        return tuple(map(bodies.token_of, self._of(owner, "token", now)))

    def revoke_token(self, owner: int, digest: str) -> bool:
        """Whether there was one of this household's."""
        key = bodies.key_of("token", digest)
        return self._take_all_back(owner, lambda kept: [key] if key in kept.owned else []) == 1

    # The Echo

    def new_code(self, digest: str, owner: int, member: int, expires_at: int, now: int) -> bool:
        """Keep a code of one use; the oldest of too many goes. False where it is in use, or there is no such household or member."""
        return self._give_out("code", digest, owner, member, {"member": member}, expires_at, now)

    def use_code(self, digest: str, link: str, now: int) -> EchoLink | None:
        """Take the code and link the Echo with it, in one step. None where the code is wrong, used or has expired.

        link: digest of the Echo. What it was linked with before, it is no longer.
        """
        key, link_key = bodies.key_of("code", digest), bodies.key_of("link", link)
        for _ in range(MOST_TRIES):
            code = self._live(key, now)
            kept = self._kept(code.owner) if code else None
            if code is None or kept is None:
                return None
            made = EchoLink(link, kept.household.owner, UserId(bodies.read(code)["member"]), now)
            owned = {one: expires_at for one, expires_at in kept.owned.items() if one not in (key, link_key)} | {link_key: 0}
            if len([one for one in owned if one.startswith("link#")]) > MOST["link"]:
                raise FullError("link")
            before = self._entries.get(link_key)
            changes = [Change(key, code.rev), bodies.written(replace(kept, owned=owned))]
            changes.append(bodies.put(link_key, before.rev if before else 0, code.owner, {"member": made.member, "made_at": now}, 0))
            if before is not None and before.owner != code.owner and (other := self._kept(before.owner)) is not None:
                changes.append(bodies.written(replace(other, owned={one: at for one, at in other.owned.items() if one != link_key})))
            if self._entries.change(*changes):
                return made
        raise _busy()

    def link(self, digest: str) -> EchoLink | None:
        """Whom the Echo speaks for."""
        entry = self._entries.get(bodies.key_of("link", digest))
        return bodies.link_of(entry) if entry else None

    def links(self, owner: int) -> tuple[EchoLink, ...]:
        """The Echoes of a household, the one linked first at the front."""
        return tuple(map(bodies.link_of, self._of(owner, "link", 0)))

    def unlink(self, digest: str) -> bool:
        """Whether there was one."""
        return self._take_back(bodies.key_of("link", digest))

    # Limits

    def allowed(self, key: str, limit: int, seconds: int, now: int) -> Allowance:
        """Count one more under the key, if it is not the `limit` in these `seconds` already.

        Windows are fixed: they begin at whole multiples of `seconds`. One write says it all, wherever it comes from; the price is that
        around the turn of a window up to twice the limit fits into the time of one. The key is kept as a digest.
        """
        turn = (now // seconds + 1) * seconds
        counter = hashlib.sha256(f"{limit}/{seconds}/{turn} {key}".encode()).hexdigest()
        n = self._entries.count(counter, most=limit, expires_at=turn)
        return Allowance(0, turn - now) if n is None else Allowance(limit - n, 0)

    def sweep(self, now: int, *, most: int = 100) -> int:
        """Take away what has expired, in a small step; how many went."""
        return self._entries.sweep(now, most=most)

    def _owner(self, key: str) -> UserId | None:
        entry = self._entries.get(key)
        return UserId(entry.owner) if entry else None

    def _kept(self, owner: int) -> bodies.Kept | None:
        entry = self._entries.get(bodies.household_key(owner))
        return bodies.kept_of(entry) if entry else None

    def _live(self, key: str, now: int) -> Entry | None:
        entry = self._entries.get(key)
        return entry if entry and (not entry.expires_at or now < entry.expires_at) else None

    def _of(self, owner: int, kind: str, now: int) -> list[Entry]:
        kept = self._kept(owner)
        found = (self._live(key, now) for key in (kept.keys(kind) if kept else ()))
        return [entry for entry in found if entry is not None and entry.owner == owner]

    def _rewrite(self, entry: Entry, **fields: Any) -> bool:
        """Whether nobody was faster. What has gone meanwhile stays gone."""
        return self._entries.change(bodies.put_again(entry, **fields))

    def _step(self, owner: int, now: int, step: Callable[[bodies.Kept, int], list[Change] | None]) -> bodies.Kept | None:
        """Make the step's changes, which begin with the household's; None where there is none, or the step says None."""
        for _ in range(MOST_TRIES):
            kept = self._kept(owner)
            changes = step(kept, now) if kept else None
            if changes is None:
                return None
            if self._entries.change(*changes):
                return self._kept(owner)
        raise _busy()

    def _give_out(self, kind: str, digest: str, owner: int, member: int, body: dict[str, Any], expires_at: int, now: int) -> bool:
        key = bodies.key_of(kind, digest)

        def step(kept: bodies.Kept, now: int) -> list[Change] | None:
            if kept.household.member(member) is None or (self._live(key, now) is not None):
                return None
            owned = {one: at for one, at in kept.owned.items() if (not at or now < at) and one != key}
            of_kind = [one for one in owned if one.startswith(f"{kind}#")]
            given_way = of_kind[: max(0, len(of_kind) + 1 - MOST[kind])]
            if given_way and kind not in GIVES_WAY:
                raise FullError(kind)
            owned = {one: at for one, at in owned.items() if one not in given_way} | {key: expires_at}
            there = self._entries.get(key)  # one that has expired and was not swept, perhaps another household's
            put = bodies.put(key, there.rev if there else 0, owner, body, expires_at)
            return [bodies.written(replace(kept, owned=owned)), put, *(Change(one, None) for one in given_way)]

        return self._step(owner, now, step) is not None

    def _take_back(self, key: str) -> bool:
        entry = self._entries.get(key)
        return entry is not None and self._take_all_back(entry.owner, lambda kept: [key] if key in kept.owned else []) == 1

    def _take_all_back(self, owner: int, which: Callable[[bodies.Kept], list[str]]) -> int:
        gone: list[str] = []

        def step(kept: bodies.Kept, now: int) -> list[Change] | None:
            gone[:] = which(kept)
            owned = {key: at for key, at in kept.owned.items() if key not in gone}
            return [bodies.written(replace(kept, owned=owned)), *(Change(key, None) for key in gone)] if gone else None

        return len(gone) if self._step(owner, 0, step) else 0

    def _take_from_those_who_left(self, edited: Household, owned: dict[str, int], changes: list[Change]) -> None:
        """Tokens, codes and links of a member who is not there any more go; sessions go back to the owner, or end at the owner's PIN."""
        owner = edited.member(edited.owner)
        for key in [key for key in owned if key.partition("#")[0] in ("session", "token", "link", "code")]:
            entry = self._entries.get(key)
            if entry is not None and entry.owner == edited.owner:
                if edited.member(bodies.read(entry)["member"]) is not None:
                    continue
                if key.startswith("session#") and not (owner and owner.pin_hash):
                    changes.append(bodies.put_again(entry, member=edited.owner))
                    continue
                changes.append(Change(key, entry.rev))
            del owned[key]


def _without(household: Household, user_id: int) -> Household | None:
    members = tuple(member for member in household.members if member.user_id != user_id)
    return replace(household, members=members) if len(members) < len(household.members) else None


def _from_one_to_the_other(kept: bodies.Kept, edited: Household) -> tuple[list[Change], dict[str, int]]:
    """The changes beside the household itself, and what it owns then. A number or passkey of another household stops the step."""
    owner = kept.household.owner
    before = {key: at for key, at in kept.owned.items() if key.partition("#")[0] in ("name", "member", "passkey")}
    names = [bodies.name_key(edited.name)]
    members = [bodies.key_of("member", member.user_id) for member in edited.members]
    passkeys = [bodies.passkey_key(passkey.credential_id) for passkey in edited.passkeys]
    for kind, keys in (("member", members), ("passkey", passkeys)):
        if len(keys) > MOST[kind]:
            raise FullError(kind)
    after = [*names, *members, *passkeys]
    gone = [Change(key, None) for key in before if key not in after]
    new = [bodies.pointer(key, owner, was=0) for key in after if key not in before]
    rest = {key: at for key, at in kept.owned.items() if key not in before}
    return [*gone, *new], dict.fromkeys(after, 0) | rest


def _busy() -> StorageError:
    return StorageError("An account was being changed by somebody else all the time; try again.", kind="conflict")
