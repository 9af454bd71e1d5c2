"""This machine's own disk: what went wrong on it, in a sentence."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from recommender.errors import StorageError

REMEDIES = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EACCES: "check who owns it",
    errno.EPERM: "check who owns it",
    errno.EROFS: "choose a place that can be written",
}


@contextlib.contextmanager
def in_words(done: str, path: Path, *, remedy: str = "") -> Iterator[None]:
    """An OSError as one sentence: what could not be done, where, why, and what would help. remedy: another than the usual."""
    try:
        yield
    except OSError as error:
        help_ = remedy or REMEDIES.get(error.errno or 0, "")
        reason = (error.strerror or type(error).__name__).lower()
        raise StorageError(f"{path} cannot be {done}: {reason}{'; ' + help_ if help_ else ''}.") from error
