"""Who asks, by the bearer token of a request or by the Echo that the skill names."""

from __future__ import annotations

from flask import request

from recommender.domain import STRANGER, Asker
from webapp.api.skill_key import asker_by_echo


def asker() -> Asker:
    """Whoever brings what follows ``Authorization: Bearer``, or whom the site's own skill speaks to.

    Other schemes are none of ours and count as no token.
    """
    by_echo = asker_by_echo()
    if by_echo is not None:
        return by_echo
    return bearer(request.environ.get("HTTP_AUTHORIZATION"))


def bearer(sent: str | None) -> Asker:
    """Whoever brings that header of authorization, or none."""
    if sent is None:
        return STRANGER
    scheme, _, token = sent.partition(" ")
    return Asker(token.strip()) if scheme.lower() == "bearer" and token.strip() else STRANGER
