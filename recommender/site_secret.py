"""The site's secret key: given by a setting, or made once and kept in a file that its owner alone may read."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from recommender.errors import SettingError
from recommender.settings import Settings

SHORTEST_KEY = 16  # characters


def site_secret(settings: Settings) -> str:
    """The key that signs cookies; the same for all workers and after every restart. SettingError says what is wrong with it."""
    if settings.secret_key:
        return _long_enough(settings.secret_key, "MATINEE_SECRET_KEY")
    path = Path(settings.secret_file)
    try:
        if not path.exists():
            _make(path)
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SettingError(f"{path} can be read by others; run `chmod 600 {path}`.")
        return _long_enough(path.read_text(encoding="utf-8").strip(), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(
            f"The secret key cannot be kept in {path} ({error}); make it readable and writable or set MATINEE_SECRET_KEY."
        ) from error


def _long_enough(key: str, place: str) -> str:
    if len(key) < SHORTEST_KEY:
        raise SettingError(f"The secret key in {place} has {len(key)} characters; at least {SHORTEST_KEY} are needed.")
    return key


def _make(path: Path) -> None:
    """Write the key whole under another name, then link it into place: of several workers the first wins, and all read the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # another worker was first; its key is the key
    finally:
        draft.unlink()
