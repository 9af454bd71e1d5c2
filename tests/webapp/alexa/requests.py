"""Requests as Alexa sends them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from tests.webapp.alexa.authorities import NOW, signature
from webapp.alexa.verification import CHAIN_ADDRESS, SIGNATURE

SKILL_ID = "amzn1.ask.skill.12345678-1234-1234-1234-123456789123"
ADDRESS = "https://s3.amazonaws.com/echo.api/echo-api-cert-13-ats.pem"
USER = "amzn1.ask.account.AGSECRETACCOUNT"
LATER = "amzn1.echo-api.request.1"


def envelope(
    kind: str = "LaunchRequest", *, at: datetime = NOW, skill_id: str = SKILL_ID, attributes: Any = None, **more: Any
) -> dict[str, Any]:
    """A request. more: of its "request"."""
    return {
        "version": "1.0",
        "session": {
            "new": attributes is None,
            "sessionId": "amzn1.echo-api.session.1",
            "application": {"applicationId": skill_id},
            "attributes": attributes or {},
            "user": {"userId": USER},
        },
        "context": {
            "System": {
                "application": {"applicationId": skill_id},
                "user": {"userId": USER},
                "device": {"deviceId": "amzn1.ask.device.1", "supportedInterfaces": {}},
                "apiEndpoint": "https://api.amazonalexa.com",
                "apiAccessToken": "a-token-of-amazon",
            }
        },
        "request": {
            "type": kind,
            "requestId": LATER,
            "timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "locale": "en-US",
            **more,
        },
    }


def submit(user: str, amount: str, **more: Any) -> dict[str, Any]:
    """ "my id is … and i want … movies"."""
    slots = {name: {"name": name, "value": value, "confirmationStatus": "NONE"} for name, value in (("ID", user), ("Amount", amount))}
    return envelope("IntentRequest", intent={"name": "getID", "confirmationStatus": "NONE", "slots": slots}, **more)


def body(request: object) -> bytes:
    return json.dumps(request).encode()


def signed(sent: bytes, **changes: str) -> dict[str, str]:
    """The headers that come with a body."""
    return {CHAIN_ADDRESS: ADDRESS, SIGNATURE: signature(sent), "Content-Type": "application/json", **changes}
