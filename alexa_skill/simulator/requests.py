"""Requests as Amazon sends them, with all that a real one holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from alexa_skill.simulator.interaction_model import InteractionModel
from alexa_skill.simulator.slot_types import Value

Json = dict[str, Any]

SKILL_ID = "amzn1.ask.skill.00000000-0000-0000-0000-000000000000"  # of a skill that Amazon never heard of
USER_ID = "amzn1.ask.account.SIMULATED"
DEVICE_ID = "amzn1.ask.device.SIMULATED"
API_ENDPOINT = "https://api.amazonalexa.com"


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose Echo it is, and which skill it calls. person_id: of the voice that is recognised; empty for none."""

    locale: str
    skill_id: str
    person_id: str
    user_id: str = USER_ID

    def envelope(self, request: Json, *, session_id: str, is_new: bool, attributes: Json) -> Json:
        """The whole request around what happened."""
        application, user = {"applicationId": self.skill_id}, {"userId": self.user_id}
        person = {"person": {"personId": self.person_id}} if self.person_id else {}
        return {
            "version": "1.0",
            "session": {"new": is_new, "sessionId": session_id, "application": application, "attributes": attributes, "user": user},
            "context": {
                "System": {
                    "application": application,
                    "user": user,
                    **person,
                    "device": {"deviceId": DEVICE_ID, "supportedInterfaces": {}},
                    "apiEndpoint": API_ENDPOINT,
                    "apiAccessToken": "simulated",
                }
            },
            "request": request,
        }

    def request(self, kind: str, request_id: str, **parts: Any) -> Json:
        """What happened. kind: LaunchRequest, IntentRequest or SessionEndedRequest."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"type": kind, "requestId": request_id, "locale": self.locale, "timestamp": now, **parts}


def intent_of(model: InteractionModel, name: str, values: Mapping[str, Value], kept: Mapping[str, Json], skill_id: str) -> Json:
    """The intent with all its slots, also the empty ones. kept: slots of a dialog that were filled before."""
    slots: Json = {}
    for slot in model.slots.get(name, {}):
        filled = _filled(slot, values[slot], model.type_names[name, slot], skill_id) if slot in values else None
        slots[slot] = filled or kept.get(slot) or {"name": slot, "confirmationStatus": "NONE", "source": "USER"}
    return {"name": name, "confirmationStatus": "NONE", **({"slots": slots} if slots else {})}


def _filled(slot: str, value: Value, type_name: str, skill_id: str) -> Json:
    resolved: Json = {}
    if value.entries is not None:
        code = "ER_SUCCESS_MATCH" if value.entries else "ER_SUCCESS_NO_MATCH"
        authority: Json = {"authority": f"amzn1.er-authority.echo-sdk.{skill_id}.{type_name}", "status": {"code": code}}
        if value.entries:
            entries = [{"name": entry.name, **({"id": entry.id} if entry.id else {})} for entry in value.entries]
            authority["values"] = [{"value": entry} for entry in entries]
        resolved = {"resolutions": {"resolutionsPerAuthority": [authority]}}
    simple = {"type": "Simple", "value": value.text, **resolved}
    return {"name": slot, "value": value.text, **resolved, "confirmationStatus": "NONE", "source": "USER", "slotValue": simple}
