"""Where Amazon's SDK meets the conversation, for Lambda, the web application and the simulator alike. Nothing else knows the SDK."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
from collections.abc import Callable
from functools import cache

from ask_sdk_core.dispatch_components import AbstractRequestHandler
from ask_sdk_core.handler_input import HandlerInput
from ask_sdk_core.skill_builder import SkillBuilder
from ask_sdk_model import Intent, Response, SlotConfirmationStatus
from ask_sdk_model import Slot as SpokenSlot
from ask_sdk_model.dialog import ElicitSlotDirective
from ask_sdk_model.ui import SimpleCard

from alexa_skill.conversation import reply
from alexa_skill.conversation.reply import Reply
from alexa_skill.conversation.state import from_attributes, to_attributes
from alexa_skill.conversation.turn import INTENT, LAUNCH, NOTHING, Slot, Turn
from alexa_skill.films import Caller, Films
from alexa_skill.guard import Guard, Json
from alexa_skill.intents import AMOUNT, ASKED_FOR, ID, SLOTS
from alexa_skill.speech import speech_for

log = logging.getLogger(__name__)

ANSWER_WITHIN = 2.4  # seconds for everything that is asked of others; an answer is heard within three
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def lambda_handler(event: object, context: object) -> Json:
    """What Lambda calls: any event in, always an answer out; an apology where the settings are such that no skill can be made."""
    try:
        made = own_skill()
    except Exception as error:  # noqa: BLE001  raised again where the guard writes it down and answers
        made = Guard(_raising(error))
    return made.answer(event)


def _raising(error: Exception) -> Callable[[Json], Json]:
    def handle(request: Json) -> Json:
        raise error

    return handle


FilmsWithin = Callable[[float, Caller], Films]


def skill(films_within: FilmsWithin, *, skill_id: str = "") -> Guard:
    """The whole skill over the films handed in. films_within: takes the seconds that one answer may use, and who speaks."""
    return Guard(_behind_sdk(films_within), skill_id)


@cache
def own_skill() -> Guard:
    """The skill by the settings of this environment, made once. SettingError, StorageError."""
    from alexa_skill.remote import remote_films
    from recommender.settings import read_settings

    settings = read_settings(os.environ)
    return skill(remote_films(settings), skill_id=settings.skill_id)


def _behind_sdk(films_within: FilmsWithin) -> Callable[[Json], Json]:
    builder = SkillBuilder()
    builder.add_request_handler(Everything(films_within))
    made = builder.create()

    def handle(request: Json) -> Json:
        from ask_sdk_model import RequestEnvelope

        # When it was sent nobody asks here, and reading it brings a library of dates along, a twentieth of a new machine's start.
        undated = {name: value for name, value in request["request"].items() if name != "timestamp"}
        envelope = made.serializer.deserialize(json.dumps({**request, "request": undated}), RequestEnvelope)
        answered: Json = made.serializer.serialize(made.invoke(request_envelope=envelope, context=None))
        return answered

    return handle


class Everything(AbstractRequestHandler):  # type: ignore[misc]  # the SDK has no types
    """Every request is a turn of one conversation, so one handler takes them all."""

    def __init__(self, films_within: FilmsWithin) -> None:
        self._films_within = films_within

    def can_handle(self, handler_input: HandlerInput) -> bool:
        return True

    def handle(self, handler_input: HandlerInput) -> Response:
        attributes = handler_input.attributes_manager
        speech = speech_for(handler_input.request_envelope.request.locale)
        state = from_attributes(attributes.session_attributes)
        made = reply(state, turn_of(handler_input), self._films_within(ANSWER_WITHIN, caller_of(handler_input)), speech)
        attributes.session_attributes = {} if made.ends else to_attributes(made.state)
        return response_of(made, handler_input)


def caller_of(handler_input: HandlerInput) -> Caller:
    """Who speaks, as far as Amazon says it."""
    system = handler_input.request_envelope.context.system
    return Caller((system.user and system.user.user_id) or "", (system.person and system.person.person_id) or "")


def turn_of(handler_input: HandlerInput) -> Turn:
    """The request as the conversation takes it."""
    request = handler_input.request_envelope.request
    digest = hashlib.sha256((request.request_id or "").encode()).digest()
    chance = int.from_bytes(digest[:4]) / 2**32
    if request.object_type == "LaunchRequest":
        return Turn(LAUNCH, chance=chance)
    slots = {name: _slot(spoken) for name, spoken in (request.intent.slots or {}).items()}
    return Turn(INTENT, request.intent.name, slots, chance=chance)


def _slot(spoken: SpokenSlot) -> Slot:
    text = spoken.value or ""
    if text == "?":  # how Alexa writes what it could not make out
        return NOTHING
    for authority in spoken.resolutions.resolutions_per_authority if spoken.resolutions else ():
        entry = authority.values[0].value
        return Slot(text or entry.name, entry.id or "", entry.name)
    return Slot(text)


def response_of(made: Reply, handler_input: HandlerInput) -> Response:
    """The reply as the SDK writes it, its speech made safe for SSML."""
    builder = handler_input.response_builder
    builder.speak(_ssml(made.speech))
    if made.reprompt:
        builder.ask(_ssml(made.reprompt))
    if made.card:
        builder.set_card(SimpleCard(title=made.card.title, content=made.card.text))
    if made.elicit:
        builder.add_directive(ElicitSlotDirective(updated_intent=_asked_for(made), slot_to_elicit=made.elicit))
    builder.set_should_end_session(made.ends)
    return builder.response


def _ssml(text: str) -> str:
    """What SSML would take for marks is written out. The standard library's own way brings every name of HTML along, for three signs."""
    return _NOT_IN_XML.sub(" ", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _asked_for(made: Reply) -> Intent:
    """The intent that a bare answer completes, with what is known of it already."""
    intent = ASKED_FOR[made.elicit]
    known = {ID: made.state.user, AMOUNT: made.state.amount}
    slots = {
        name: SpokenSlot(name=name, value=str(known[name]) if known.get(name) else None, confirmation_status=SlotConfirmationStatus.NONE)
        for name in SLOTS[intent]
    }
    return Intent(name=intent, confirmation_status="NONE", slots=slots)
