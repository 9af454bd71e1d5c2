"""Access keys for programs that sign what they ask, as Amazon's clients do.

A secret is not stored: it is worked out from the site's secret key and the key's id, so that a copy of the blob store opens nothing. What
is kept there is which ids are good, what for and until when.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import threading
import time
from base64 import b32encode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from recommender.errors import InvalidInputError, StorageError
from recommender.settings import Settings
from recommender.storage.blobs import Blobs, open_blobs

KEY = "access-keys.json"
FORMAT = 1
PREFIX = "MTNE"  # so that nobody takes one for a key of Amazon's
CONTROL, RUNTIME, EVENTS = "control", "runtime", "events"
SCOPES = (CONTROL, RUNTIME, EVENTS)
HOURS_OF_GRACE = 24  # that a key goes on working after it was rotated
LONGEST_NOTE = 100
MOST_KEYS = 1000
ID = re.compile(PREFIX + r"[A-Z2-7]{16}", re.ASCII)


@dataclass(frozen=True, slots=True)
class AccessKey:
    """One key, without its secret. scopes: of SCOPES. made, until: seconds since 1970, UTC; until is None for a key that does not end."""

    access_key_id: str
    scopes: tuple[str, ...]
    made: float
    until: float | None = None
    note: str = ""

    def is_good(self, now: float) -> bool:
        """Whether it still opens anything."""
        return self.until is None or now < self.until


class AccessKeys:
    """The keys in their place. secret: the site's secret key. now: the clock, seconds since 1970, UTC."""

    def __init__(self, blobs: Blobs, secret: str, *, now: Callable[[], float] = time.time) -> None:
        self._blobs, self._now = blobs, now
        self._master = hmac.new(secret.encode(), b"access keys", hashlib.sha256).digest()
        self._looking = threading.Lock()
        self._known: dict[str, AccessKey] = {}
        self._secrets: dict[str, str] = {}  # of keys that were found good
        self._looked = float("-inf")

    def add(self, scopes: tuple[str, ...] = SCOPES, note: str = "") -> tuple[AccessKey, str]:
        """A new key and its secret, which is worked out and shown, and kept nowhere."""
        made = AccessKey(_new_id(), _checked_scopes(scopes), self._now(), note=_checked_note(note))
        self._change(lambda keys: {**keys, made.access_key_id: made})
        return made, self.secret_of(made.access_key_id)

    def rotate(self, access_key_id: str, hours: float = HOURS_OF_GRACE) -> tuple[AccessKey, str]:
        """Another key for the same; the old one goes on working for so many hours, and no longer than it would have."""
        if not 0 <= hours <= 24 * 365:
            raise InvalidInputError("hours", hours, "a number from 0 to 8760")
        now, new_id = self._now(), _new_id()

        def rotated(keys: dict[str, AccessKey]) -> dict[str, AccessKey]:
            old = _of(keys, access_key_id)
            ends = min(now + hours * 3600, old.until if old.until is not None else float("inf"))
            return {**keys, access_key_id: replace(old, until=ends), new_id: replace(old, access_key_id=new_id, made=now, until=None)}

        return self._change(rotated)[new_id], self.secret_of(new_id)

    def remove(self, access_key_id: str) -> None:
        """The key opens nothing any more, as soon as each worker has looked again."""

        def without(keys: dict[str, AccessKey]) -> dict[str, AccessKey]:
            gone = _of(keys, access_key_id)
            return {key: one for key, one in keys.items() if one is not gone}

        self._change(without)

    def all(self) -> list[AccessKey]:
        """Every key that is listed, the one made first first; those that have ended are among them until one is made or removed."""
        return sorted(self._read().values(), key=lambda one: one.made)

    def find(self, access_key_id: str) -> AccessKey | None:
        """The key, if it is good; as it was listed within `blobs.seconds_between_looks`."""
        with self._looking:
            if time.monotonic() - self._looked >= self._blobs.seconds_between_looks:
                self._known, self._looked = self._read(), time.monotonic()
            found = self._known.get(access_key_id)
        return found if found is not None and found.is_good(self._now()) else None

    def known_secret_of(self, key: AccessKey) -> str:
        """The secret of a key that was found, worked out once."""
        secret = self._secrets.get(key.access_key_id)
        if secret is None:
            secret = self._secrets[key.access_key_id] = self.secret_of(key.access_key_id)
        return secret

    def secret_of(self, access_key_id: str) -> str:
        """The secret that belongs to the id, whether it is listed or not: 40 characters, as Amazon's have."""
        return urlsafe_b64encode(hmac.new(self._master, access_key_id.encode(), hashlib.sha256).digest()[:30]).decode()

    def _read(self) -> dict[str, AccessKey]:
        blob = self._blobs.read(KEY)
        return _decoded(blob.data) if blob else {}

    def _change(self, step: Callable[[dict[str, AccessKey]], dict[str, AccessKey]]) -> dict[str, AccessKey]:
        """What the step makes of the keys, those that have ended left out, once it is durable."""
        for _ in range(20):
            blob = self._blobs.read(KEY)
            keys = step(_decoded(blob.data) if blob else {})
            keys = {key: one for key, one in keys.items() if one.is_good(self._now())}
            if len(keys) > MOST_KEYS:
                raise InvalidInputError("the number of keys", len(keys), f"at most {MOST_KEYS}; remove those that nobody uses")
            said = {"format": FORMAT, "keys": [asdict(one) for one in keys.values()]}
            if self._blobs.compare_and_set(KEY, json.dumps(said, indent=1).encode(), expected=blob.tag if blob else None):
                with self._looking:
                    self._looked = float("-inf")
                return keys
        raise StorageError(f"{KEY} is changed by too many at once; try again.", kind="conflict")


def open_access_keys(settings: Settings, secret: str) -> AccessKeys:
    """Those of the blob store that the settings name."""
    return AccessKeys(open_blobs(settings.blobs_url, cache_folder=settings.cache_folder), secret)


def _new_id() -> str:
    return PREFIX + b32encode(secrets.token_bytes(10)).decode()


def _of(keys: dict[str, AccessKey], access_key_id: str) -> AccessKey:
    if access_key_id not in keys:
        raise InvalidInputError("the access key id", access_key_id, "one that `matinee keys list` shows")
    return keys[access_key_id]


def _checked_scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [scope for scope in scopes if scope not in SCOPES]
    if wrong or not scopes:
        raise InvalidInputError("scope", wrong[0] if wrong else "", f"one or more of {', '.join(SCOPES)}")
    return tuple(scope for scope in SCOPES if scope in scopes)


def _checked_note(note: str) -> str:
    if len(note) > LONGEST_NOTE or not note.isprintable():
        raise InvalidInputError("note", note, f"at most {LONGEST_NOTE} characters on one line")
    return note


def _decoded(data: bytes) -> dict[str, AccessKey]:
    try:
        said = json.loads(data)
        if said["format"] != FORMAT:
            raise StorageError(f"{KEY} has format {said['format']!r}, this version reads {FORMAT}; update Matinee.")
        keys = [AccessKey(**{**one, "scopes": tuple(one["scopes"])}) for one in said["keys"]]
    except (ValueError, KeyError, TypeError) as error:
        raise StorageError(f"{KEY} cannot be understood ({error}); restore it from a backup.") from error
    return {one.access_key_id: one for one in keys}
