"""The bearer token of a request."""

from __future__ import annotations

from flask import request


def bearer_token() -> str | None:
    """What follows ``Authorization: Bearer``; None without one. Other schemes are none of ours and count as no token."""
    sent = request.headers.get("Authorization")
    if sent is None:
        return None
    scheme, _, token = sent.partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
