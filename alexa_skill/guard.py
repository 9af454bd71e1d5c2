"""The outermost room: reads what arrives as it should be, so that nothing which Amazon adds or an attacker sends breaks the skill.

The SDK refuses a whole request for one value it does not know, before any handler of ours runs. So what is handed to it is built here
anew, from what we use and understand; everything else is left out. And whatever goes wrong behind it is answered with an apology.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from alexa_skill.speech import LOCALES, speech_for

log = logging.getLogger(__name__)

Json = dict[str, Any]

EMPTY: Json = {"version": "1.0", "response": {}}
LONGEST_ANSWER = 24_000  # bytes; the limit that older Echos keep
LONGEST_TEXT = 1000  # characters of any value that is handed on
MOST_SLOTS = 20
MOST_DEEP = 8  # lists and objects within each other in the session's attributes
SPOKEN_TO = ("LaunchRequest", "IntentRequest")  # requests that are answered with speech
NO_TIME = "1970-01-01T00:00:00Z"  # where the request names none; only the web application looks at it, and refuses it earlier
_HALVES = re.compile("[\ud800-\udfff]")
_TIME = re.compile(r"\d{4}-(0[1-9]|1[0-2])-([01]\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ")


@dataclass(frozen=True, slots=True)
class Guard:
    """The skill behind a sieve. handler: takes a clean request and gives the answer.

    skill_id: whose requests are answered; anybody's where it is empty.
    """

    handler: Callable[[Json], Json]
    skill_id: str = ""
    empty: Json = field(default_factory=lambda: dict(EMPTY))

    def answer(self, event: object) -> Json:
        """The answer to whatever was sent: speech to what was said, nothing to what only tells, and never an exception."""
        try:
            request = clean(event)
            if self.skill_id and _application_of(event) != self.skill_id:
                log.warning("refused a request of another skill")
                return {"version": "1.0", "response": {"shouldEndSession": True}}
            if request is None:
                return self.empty
        except Exception:
            log.exception("request not read")
            return self.empty
        try:
            made = self.handler(request)
            size = len(json.dumps(made, allow_nan=False))
            if size > LONGEST_ANSWER:
                raise ValueError(f"an answer of {size} bytes")
        except Exception:
            log.exception("request not answered")
            return apology(request["request"]["locale"])
        return made


def apology(locale: str) -> Json:
    """What is said when something of ours failed; the session ends."""
    speech = {"type": "SSML", "ssml": f"<speak>{speech_for(locale).apology}</speak>"}
    return {"version": "1.0", "response": {"outputSpeech": speech, "shouldEndSession": True}}


def clean(event: object) -> Json | None:
    """The request with what the conversation uses and nothing else; None where nobody waits for speech."""
    sent = _object(event)
    request = _object(sent.get("request"))
    if request.get("type") not in SPOKEN_TO:
        return None
    asked: Json = {
        "type": request["type"],
        "requestId": _text(request.get("requestId")),
        "timestamp": _time(request.get("timestamp")),
        "locale": _locale(request.get("locale")),
    }
    if request["type"] == "IntentRequest":
        asked |= {"dialogState": "STARTED", "intent": _intent(request.get("intent"))}
    session = _object(sent.get("session"))
    system = _object(_object(sent.get("context")).get("System"))
    return {
        "version": "1.0",
        "session": {
            "new": session.get("new") is True,
            "sessionId": _text(session.get("sessionId")),
            "application": {"applicationId": _application_of(event)},
            "attributes": _plain(session.get("attributes"), MOST_DEEP) if isinstance(session.get("attributes"), dict) else {},
            "user": {"userId": _id(session, system, "user")},
        },
        "context": {
            "System": {
                "application": {"applicationId": _application_of(event)},
                "user": {"userId": _id(system, session, "user")},
                **({"person": {"personId": person}} if (person := _id(system, {}, "person")) else {}),
            }
        },
        "request": asked,
    }


def _intent(sent: object) -> Json:
    intent = _object(sent)
    slots = list(_object(intent.get("slots")).values())[:MOST_SLOTS]
    names = [_text(_object(slot).get("name")) for slot in slots]
    return {
        "name": _text(intent.get("name")),
        "confirmationStatus": "NONE",
        "slots": {name: _slot(name, _object(slot)) for name, slot in zip(names, slots, strict=True) if name},
    }


def _slot(name: str, sent: Json) -> Json:
    slot: Json = {"name": name, "confirmationStatus": "NONE"}
    value = sent.get("value")
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if _text(value):
        slot["value"] = _text(value)
    if match := _match(sent):
        slot["resolutions"] = {
            "resolutionsPerAuthority": [
                {"authority": "", "status": {"code": "ER_SUCCESS_MATCH"}, "values": [{"value": match}]},
            ]
        }
    return slot


def _match(slot: Json) -> Json | None:
    """The first entry that the value was resolved to, by any authority that says it matched."""
    for authority in _list(_object(slot.get("resolutions")).get("resolutionsPerAuthority")):
        if _object(_object(authority).get("status")).get("code") != "ER_SUCCESS_MATCH":
            continue
        for one in _list(_object(authority).get("values")):
            value = _object(_object(one).get("value"))
            if _text(value.get("name")):
                return {"name": _text(value["name"]), "id": _text(value.get("id"))}
    return None


def _application_of(event: object) -> str:
    sent = _object(event)
    for place in (_object(_object(sent.get("context")).get("System")), _object(sent.get("session"))):
        if named := _text(_object(place.get("application")).get("applicationId")):
            return named
    return ""


def _id(first: Json, second: Json, what: str) -> str:
    return _text(_object(first.get(what)).get(f"{what}Id")) or _text(_object(second.get(what)).get(f"{what}Id"))


def _locale(sent: object) -> str:
    return sent if isinstance(sent, str) and sent in LOCALES else LOCALES[0]


def _time(sent: object) -> str:
    return sent if isinstance(sent, str) and _TIME.fullmatch(sent) else NO_TIME


def _object(sent: object) -> Json:
    return sent if isinstance(sent, dict) else {}


def _list(sent: object) -> list[Any]:
    return sent if isinstance(sent, list) else []


def _text(sent: object) -> str:
    """The text, if it is one that can be written down: not too long, and without halves of characters."""
    return sent if isinstance(sent, str) and len(sent) <= LONGEST_TEXT and not _HALVES.search(sent) else ""


def _plain(sent: Any, deep: int) -> Any:
    """JSON as it is, but not too deep: what stands in it is judged by whoever reads the state."""
    if isinstance(sent, dict):
        return {name: _plain(value, deep - 1) for name, value in sent.items() if isinstance(name, str)} if deep else {}
    if isinstance(sent, list):
        return [_plain(value, deep - 1) for value in sent] if deep else []
    return sent
