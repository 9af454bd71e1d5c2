"""Who asks, by the bearer token of a request."""

from __future__ import annotations

from flask import request

from recommender.domain import STRANGER, Asker


def asker() -> Asker:
    """Whoever brings what follows ``Authorization: Bearer``. Other schemes are none of ours and count as no token."""
    sent = request.headers.get("Authorization")
    if sent is None:
        return STRANGER
    scheme, _, token = sent.partition(" ")
    return Asker(token.strip()) if scheme.lower() == "bearer" and token.strip() else STRANGER
