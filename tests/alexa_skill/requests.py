"""Requests as Amazon sends them, whole, with what an Echo has and what nobody reads."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

ACCOUNT, VOICE = "amzn1.ask.account.AHOUSEHOLD", "amzn1.ask.person.AVOICE"
SKILL_ID = "amzn1.ask.skill.0f7c7a3e-7b5e-4c0a-9a52-3d1de0c2f001"


def launch(attributes: Json | None = None) -> Json:
    """ "Open movie"."""
    return _envelope({"type": "LaunchRequest", "shouldLinkResultBeReturned": False}, attributes)


def intent(name: str, attributes: Json | None = None, **slots: str | tuple[str, str, str]) -> Json:
    """Something that was said. A slot is the text heard, or the text with the id and the name of the entry that it fits."""
    spoken = {slot: _slot(slot, value) for slot, value in slots.items()}
    said = {"name": name, "confirmationStatus": "NONE", "slots": spoken}
    return _envelope({"type": "IntentRequest", "dialogState": "STARTED", "intent": said}, attributes)


def session_ended(reason: str = "USER_INITIATED") -> Json:
    """The person has gone."""
    return _envelope({"type": "SessionEndedRequest", "reason": reason}, None)


def other(kind: str, **content: Any) -> Json:
    """A request that is none of a conversation, such as AlexaSkillEvent.SkillDisabled."""
    return _envelope({"type": kind, **content}, None)


def _slot(name: str, value: str | tuple[str, str, str]) -> Json:
    text, number, entry = (value, "", "") if isinstance(value, str) else value
    slot: Json = {
        "name": name,
        "value": text,
        "confirmationStatus": "NONE",
        "source": "USER",
        "slotValue": {"type": "Simple", "value": text},
    }
    if entry:
        status, values = "ER_SUCCESS_MATCH", [{"value": {"name": entry, "id": number}}]
        authority = f"amzn1.er-authority.echo-sdk.{SKILL_ID}.{name.upper()}"
        slot["resolutions"] = {"resolutionsPerAuthority": [{"authority": authority, "status": {"code": status}, "values": values}]}
    return slot


def _envelope(request: Json, attributes: Json | None) -> Json:
    application, user = {"applicationId": SKILL_ID}, {"userId": ACCOUNT}
    return {
        "version": "1.0",
        "session": {
            "new": attributes is None,
            "sessionId": "amzn1.echo-api.session.5b6d1d1e-0000-4000-8000-2f3b1c4d5e6f",
            "application": application,
            "attributes": attributes or {},
            "user": user,
        },
        "context": {
            "System": {
                "application": application,
                "user": user,
                "person": {"personId": VOICE},
                "device": {"deviceId": "amzn1.ask.device.ANECHO", "supportedInterfaces": {"AudioPlayer": {}}},
                "apiEndpoint": "https://api.eu.amazonalexa.com",
                "apiAccessToken": "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ",
            },
            "Viewport": {
                "shape": "RECTANGLE",
                "dpi": 213,
                "pixelWidth": 1280,
                "pixelHeight": 800,
                "mode": "HUB",
                "experiences": [{"arcMinuteWidth": 346, "arcMinuteHeight": 216, "canRotate": False, "canResize": False}],
                "touch": ["SINGLE"],
            },
            "Viewports": [{"type": "APL", "id": "main", "shape": "RECTANGLE", "dpi": 213, "presentationType": "STANDARD"}],
        },
        "request": {
            "requestId": "amzn1.echo-api.request.8c0ea1a6-0000-4000-8000-a1b2c3d4e5f6",
            "locale": "en-US",
            "timestamp": "2026-11-24T10:00:00Z",
            **request,
        },
    }
