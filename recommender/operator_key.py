"""The operator's key: made at random, shown once, and kept as a digest in a file that its owner alone may read.

The key has 256 bits of chance. Nobody guesses it, however fast they ask, so nothing here counts wrong keys or makes anybody wait.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from recommender.errors import SettingError

BYTES = 32  # of chance
DIGEST = re.compile(r"[0-9a-f]{64}")


def make(path: Path) -> str:
    """A new key in the place of the one before, which ends with every session that it opened."""
    key = secrets.token_urlsafe(BYTES)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(_digest(key) + "\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            _sync(path.parent)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise SettingError(
            f"The operator's key cannot be kept in {path}: {_reason(error)}; set MATINEE_OPERATOR_FILE to another place."
        ) from error
    return key


def digest(path: Path) -> str | None:
    """The digest in the file; None while no key was made. SettingError says what is wrong with the file."""
    try:
        if path.stat().st_mode & 0o077:
            raise SettingError(f"{path} is open to others; run `chmod 600 {path}`.")
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = _reason(error) if isinstance(error, OSError) else "it is no text"
        raise SettingError(f"{path} cannot be read: {reason}; make it readable to the site, or run `matinee operator key`.") from error
    if not DIGEST.fullmatch(text):
        raise SettingError(f"{path} holds no digest of a key; run `matinee operator key` to make a new one.")
    return text


def fits(key: str, kept: str) -> bool:
    """Whether it is the key of that digest; how long that takes tells nothing of either."""
    return hmac.compare_digest(_digest(key), kept)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
