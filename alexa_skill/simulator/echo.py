"""The device: it hears, keeps the session, asks the skill, and says what the skill answers."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from alexa_skill.simulator.exchange import CardShown, Exchange
from alexa_skill.simulator.interaction_model import InteractionModel
from alexa_skill.simulator.lint import findings
from alexa_skill.simulator.phrases import FALLBACK, LEAVING
from alexa_skill.simulator.requests import SKILL_ID, USER_ID, Json, Sender, intent_of
from alexa_skill.simulator.ssml import spoken_part
from alexa_skill.simulator.understanding import Awaited, Understood, invoked, understood, words_to_alexa

Answer = Callable[[Json], Json]


@dataclass(frozen=True, slots=True)
class Session:
    """What the Echo keeps from one exchange to the next; plain values, so that it can travel as JSON.

    seed: what ids are made of, so that the same seed gives the same ids; count: ids so far. session_id: empty while no session is open.
    dialog: the intent whose slot elicit the skill waits for, as it stood when the skill asked; empty for none.
    silences: how often nothing was said since the skill spoke.
    """

    seed: str
    count: int = 0
    session_id: str = ""
    attributes: Json = field(default_factory=dict)
    dialog: Json = field(default_factory=dict)
    elicit: str = ""
    reprompt: str = ""
    silences: int = 0


class Echo:
    """An Echo that has one skill.

    answer: takes a request and gives the answer, as the skill on Lambda does. user_id: of the account that the Echo belongs to, person_id:
    of the voice that it recognises; none where it is empty. seed: of all other ids; chance where it is empty.
    """

    def __init__(
        self,
        answer: Answer,
        model: InteractionModel,
        *,
        locale: str = "en-US",
        skill_id: str = "",
        user_id: str = "",
        person_id: str = "",
        seed: str = "",
    ) -> None:
        self._answer = answer
        self._model = model
        self._sender = Sender(locale, skill_id or SKILL_ID, person_id, user_id or USER_ID)
        self._session = Session(seed or uuid.uuid4().hex)

    @property
    def invocation(self) -> tuple[str, ...]:
        """The words by which the skill is called."""
        return self._model.invocation

    @property
    def is_open(self) -> bool:
        """Whether the skill's session is open, so that no name has to be said."""
        return bool(self._session.session_id)

    def recognise(self, person_id: str) -> None:
        """From now on that voice speaks; empty for one that nobody knows."""
        self._sender = replace(self._sender, person_id=person_id)

    def state(self) -> Json:
        """All that is kept between two exchanges, as JSON."""
        return asdict(self._session)

    def restore(self, state: object) -> None:
        """Go on from a state; nothing changes where it is none, since it may come from outside."""
        types = {f.name: type(getattr(self._session, f.name)) for f in fields(Session)}
        if isinstance(state, dict) and state.keys() == types.keys() and all(type(state[name]) is types[name] for name in types):
            self._session = Session(**state)

    def say(self, utterance: str) -> Exchange:
        """What happens when somebody says that; silence where it holds no word."""
        words = words_to_alexa(utterance)
        if not words:
            return self.wait()
        called = invoked(self._model, words, inside=self.is_open)
        if called:
            self._end()
            return self._send(utterance, called)
        if not self.is_open:
            name = " ".join(self._model.invocation)
            return Exchange(utterance, note=f"The skill is not open, so Alexa answers that herself. Say: open {name}.")
        found = understood(self._model, words, self._awaited())
        if found.intent == FALLBACK and words in [(word,) for word in LEAVING]:
            return self._leave(utterance, "USER_INITIATED")
        return self._send(utterance, found)

    def wait(self) -> Exchange:
        """What happens when nobody says anything: the reprompt, and after that the end."""
        session = self._session
        if not self.is_open:
            return Exchange("", note="The skill is not open, and nothing happens.")
        if session.reprompt and not session.silences:
            self._keep(silences=1)
            return Exchange("", speech=session.reprompt, ends=False, note="After eight seconds of silence the Echo says the reprompt.")
        return self._leave("", "EXCEEDED_MAX_REPROMPTS")

    def _awaited(self) -> Awaited | None:
        session = self._session
        return Awaited(str(session.dialog.get("name")), session.elicit) if session.elicit else None

    def _send(self, utterance: str, said: Understood) -> Exchange:
        if not said.intent:
            return self._ask(utterance, "LaunchRequest", "LaunchRequest")
        if said.intent not in self._model.slots:
            return Exchange(
                utterance,
                ends=not self.is_open,
                note=f"Alexa would take the nearest intent: nothing in the model fits, and it has no {said.intent}.",
                findings=(f"The model has no {said.intent}.",),
            )
        continued = self._session.dialog.get("name") == said.intent
        kept = _object(self._session.dialog.get("slots")) if continued else {}
        intent = intent_of(self._model, said.intent, said.values, kept, self._sender.skill_id)
        dialog = {"dialogState": "IN_PROGRESS" if continued else "STARTED"} if continued or said.intent in self._model.with_dialog else {}
        return self._ask(utterance, said.intent, "IntentRequest", **dialog, intent=intent)

    def _leave(self, utterance: str, reason: str, **error: Any) -> Exchange:
        made = self._ask(utterance, "SessionEndedRequest", "SessionEndedRequest", reason=reason, **error)
        self._end()
        return made

    def _ask(self, utterance: str, name: str, kind: str, **parts: Any) -> Exchange:
        is_new = not self.is_open
        request_id = self._id("request")
        if is_new:
            self._keep(session_id=self._id("session"))
        session = self._session
        sent = self._sender.envelope(
            self._sender.request(kind, request_id, **parts), session_id=session.session_id, is_new=is_new, attributes=session.attributes
        )
        before = time.perf_counter()
        answered = self._answer(sent)
        milliseconds = (time.perf_counter() - before) * 1000
        found = findings(answered, kind, milliseconds)
        response = _object(_object(answered).get("response"))
        if kind != "SessionEndedRequest":
            self._heard(_object(answered), response, _object(parts.get("intent")))
        slots = {
            slot: _shown(each) for slot, each in _object(_object(parts.get("intent")).get("slots")).items() if _object(each).get("value")
        }
        return Exchange(
            utterance,
            name,
            slots,
            spoken_part(response.get("outputSpeech")).text,
            spoken_part(_object(response.get("reprompt")).get("outputSpeech")).text,
            _card(response.get("card")),
            ends=kind == "SessionEndedRequest" or not self.is_open,
            request=sent,
            response=answered,
            milliseconds=milliseconds,
            findings=found,
        )

    def _heard(self, answered: Json, response: Json, intent: Json) -> None:
        """Keep what the skill wants kept; a session that is not said to stay open is closed."""
        if response.get("shouldEndSession") is not False:
            self._end()
            return
        asked = next((each for each in map(_object, _list(response.get("directives"))) if each.get("type") == "Dialog.ElicitSlot"), {})
        self._keep(
            attributes=_object(answered.get("sessionAttributes")),
            dialog=_dialog(_object(asked.get("updatedIntent")) or intent) if asked else {},
            elicit=str(asked.get("slotToElicit", "")),
            reprompt=spoken_part(_object(response.get("reprompt")).get("outputSpeech")).text,
            silences=0,
        )

    def _end(self) -> None:
        self._session = Session(self._session.seed, self._session.count)

    def _keep(self, **changes: Any) -> None:
        self._session = Session(**{**{f.name: getattr(self._session, f.name) for f in fields(Session)}, **changes})

    def _id(self, of: str) -> str:
        self._keep(count=self._session.count + 1)
        return f"amzn1.echo-api.{of}.{uuid.uuid5(uuid.NAMESPACE_OID, f'{self._session.seed} {self._session.count}')}"


def _dialog(intent: Json) -> Json:
    """The intent of a dialog with those of its slots that are filled."""
    slots = {name: slot for name, slot in _object(intent.get("slots")).items() if _object(slot).get("value")}
    return {"name": intent.get("name", ""), "slots": slots}


def _shown(slot: Json) -> str:
    """A slot's text, with what it was resolved to where that has another name."""
    authorities = _list(_object(slot.get("resolutions")).get("resolutionsPerAuthority"))
    values = [each for authority in authorities for each in _list(_object(authority).get("values"))]
    entries = [_object(_object(each).get("value")) for each in values]
    if not entries:
        return f"{slot['value']} (unknown)" if authorities else str(slot["value"])
    first = entries[0]
    return f"{slot['value']} = {first.get('id') or first.get('name')}"


def _card(card: object) -> CardShown | None:
    shown = _object(card)
    return CardShown(str(shown.get("title", "")), str(shown.get("content") or shown.get("text") or "")) if shown else None


def _object(sent: object) -> Json:
    return sent if isinstance(sent, dict) else {}


def _list(sent: object) -> list[Any]:
    return sent if isinstance(sent, list) else []
