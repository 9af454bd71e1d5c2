"""Alice, signed in, over the world of two tastes."""

from __future__ import annotations

from tests.webapp.start.conftest import _quick_hashes, alice, browser, recommender, trained

__all__ = ["_quick_hashes", "alice", "browser", "recommender", "trained"]
