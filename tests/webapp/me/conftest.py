"""Alice, signed in, as in the tests of accounts."""

from __future__ import annotations

from tests.webapp.accounts.conftest import _quick_hashes, alice, browser

__all__ = ["_quick_hashes", "alice", "browser"]
