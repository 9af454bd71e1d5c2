"""The device: what it keeps, what it sends, and what it does when nobody speaks."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from alexa_skill.simulator import Echo, InteractionModel
from tests.alexa_skill.simulator.small import MODEL, Skill, echo, farewell, model, said


def _asks_for_amount() -> dict[str, object]:
    known = {"name": "ID", "value": "7", "confirmationStatus": "NONE"}
    unknown = {"name": "Amount", "confirmationStatus": "NONE"}
    intent = {"name": "Order", "confirmationStatus": "NONE", "slots": {"ID": known, "Amount": unknown}}
    return said(directives=[{"type": "Dialog.ElicitSlot", "slotToElicit": "Amount", "updatedIntent": intent}])


def test_a_launch_opens_a_session_and_the_next_turn_goes_on_with_it() -> None:
    device, skill = echo()

    opened, answered = device.say("open film club"), device.say("a comedy")
    first, second = skill.asked

    assert (opened.intent, opened.speech, opened.ends) == ("LaunchRequest", "Hello. What now?", False)
    assert first["session"]["new"]
    assert not second["session"]["new"]
    assert first["session"]["sessionId"] == second["session"]["sessionId"]
    assert first["session"]["attributes"] == {}
    assert second["session"]["attributes"] == {"turn": 1}
    assert first["request"]["requestId"] != second["request"]["requestId"]
    assert answered.slots == {"Kind": "comedy = Comedy"}


def test_a_request_has_all_that_a_real_one_has() -> None:
    device, skill = echo(locale="en-GB", skill_id="amzn1.ask.skill.1", person_id="amzn1.ask.person.1")

    device.say("ask film club for a comedy")
    (sent,) = skill.asked

    assert sent["version"] == "1.0"
    system, session, request = sent["context"]["System"], sent["session"], sent["request"]
    assert system["application"] == session["application"] == {"applicationId": "amzn1.ask.skill.1"}
    assert system["user"] == session["user"]
    assert system["person"] == {"personId": "amzn1.ask.person.1"}
    assert {"device", "apiEndpoint", "apiAccessToken"} <= system.keys()
    assert request["locale"] == "en-GB"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", request["timestamp"])
    assert request["dialogState"] == "STARTED"
    assert request["intent"]["slots"].keys() == {"ID", "Amount", "Kind"}
    assert "value" not in request["intent"]["slots"]["ID"]
    (authority,) = request["intent"]["slots"]["Kind"]["resolutions"]["resolutionsPerAuthority"]
    assert authority["authority"] == "amzn1.er-authority.echo-sdk.amzn1.ask.skill.1.KIND"
    assert authority["status"] == {"code": "ER_SUCCESS_MATCH"}
    assert authority["values"] == [{"value": {"name": "comedy", "id": "Comedy"}}]


def test_a_value_that_is_not_listed_is_sent_as_it_was_heard() -> None:
    device, skill = echo()

    device.say("ask film club tell me about nothing known")

    slot = skill.asked[0]["request"]["intent"]["slots"]["Title"]
    assert slot["value"] == "nothing known"
    assert slot["resolutions"]["resolutionsPerAuthority"][0]["status"] == {"code": "ER_SUCCESS_NO_MATCH"}


def test_a_bare_answer_fills_the_slot_that_is_asked_for_and_the_others_stay() -> None:
    device, skill = echo(said(), _asks_for_amount())

    device.say("open film club")
    device.say("i'm number seven")
    answered = device.say("three")

    assert answered.intent == "Order"
    assert answered.slots == {"ID": "7", "Amount": "3"}
    assert skill.asked[-1]["request"]["dialogState"] == "IN_PROGRESS"


def test_another_intent_leaves_the_dialog() -> None:
    device, _ = echo(said(), _asks_for_amount())

    device.say("open film club")
    device.say("i'm number seven")
    device.say("help")

    assert device.say("three").intent == "Bare"


def test_silence_brings_the_reprompt_and_then_the_end() -> None:
    device, skill = echo()
    device.say("open film club")

    first, second = device.wait(), device.wait()

    assert (first.speech, first.ends) == ("You can say stop. What shall it be?", False)
    assert second.ends
    assert skill.asked[-1]["request"]["type"] == "SessionEndedRequest"
    assert skill.asked[-1]["request"]["reason"] == "EXCEEDED_MAX_REPROMPTS"
    assert not device.is_open


def test_an_answer_between_two_silences_starts_them_anew() -> None:
    device, _ = echo()
    device.say("open film club")

    device.wait()
    device.say("yes")

    assert not device.wait().ends


def test_exit_ends_the_skill_which_is_only_told() -> None:
    device, skill = echo(said(), {"version": "1.0", "response": {}})
    device.say("open film club")

    left = device.say("exit")

    assert (left.ends, left.speech, left.findings) == (True, "", ())
    assert skill.asked[-1]["request"]["reason"] == "USER_INITIATED"


def test_a_closed_session_forgets_and_a_word_without_name_goes_nowhere() -> None:
    device, skill = echo(said(), farewell())
    device.say("open film club")

    assert device.say("stop").ends
    assert "open film club" in device.say("a comedy").note
    assert len(skill.asked) == 2

    device.say("open film club")
    assert skill.asked[-1]["session"]["new"]
    assert skill.asked[-1]["session"]["attributes"] == {}


def test_opening_it_again_begins_a_new_session() -> None:
    device, skill = echo()

    device.say("open film club")
    device.say("open film club")

    assert skill.asked[0]["session"]["sessionId"] != skill.asked[1]["session"]["sessionId"]


def test_a_session_can_be_carried_as_json() -> None:
    before, _ = echo(said(), _asks_for_amount())
    before.say("open film club")
    before.say("i'm number seven")

    after, skill = echo()
    after.restore(json.loads(json.dumps(before.state())))

    assert after.say("three").slots == {"ID": "7", "Amount": "3"}
    assert not skill.asked[0]["session"]["new"]


def test_what_is_no_state_changes_nothing() -> None:
    device, _ = echo()
    device.say("open film club")
    good = device.state()

    for bad in (None, [], "x", {}, {**good, "count": "1"}, {**good, "more": 1}, {**good, "dialog": None}):
        device.restore(bad)
        assert device.state() == good


def test_the_same_seed_gives_the_same_ids() -> None:
    one, first = echo()
    other, second = echo()

    one.say("open film club")
    other.say("open film club")

    assert first.asked[0]["request"]["requestId"] == second.asked[0]["request"]["requestId"]


def test_an_answer_that_is_none_ends_the_session_and_is_found() -> None:
    made = Echo(lambda request: None, model()).say("open film club")  # type: ignore[arg-type, return-value]

    assert made.ends
    assert made.findings == ("The answer is no object with a response in it.",)


ODD = st.recursive(
    st.sampled_from([None, True, 1, "", "x", "Dialog.ElicitSlot", "Order", "ID", "<speak>x</speak>", "SSML"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["value", "values", "name", "type", "slots", "ssml"]), inner)
    ),
    max_leaves=6,
)


@given(st.data())
def test_no_answer_and_no_state_however_odd_breaks_the_device(data: st.DataObject) -> None:
    intent = {"name": "Order", "slots": {"ID": data.draw(ODD), "Amount": {"value": "3", "resolutions": data.draw(ODD)}}}
    elicit = {"type": "Dialog.ElicitSlot", "slotToElicit": data.draw(ODD), "updatedIntent": data.draw(st.sampled_from([intent, None]))}
    odd = said(**{name: data.draw(ODD) for name in data.draw(st.sets(st.sampled_from(["outputSpeech", "reprompt", "card", "directives"])))})
    device, _ = echo(odd, said(directives=[elicit]), {**said(), "sessionAttributes": data.draw(ODD)})

    for utterance in ("open film club", "i'm number seven", "three", "a comedy", "three"):
        device.say(utterance)
    device.restore({**device.state(), "session_id": "x", "elicit": "ID", "dialog": {"name": "Order", "slots": data.draw(ODD)}})

    assert device.say("my id is 7 and i want 3 movies").intent == "Order"


def test_a_model_without_a_fallback_is_found() -> None:
    language = MODEL["interactionModel"]["languageModel"]
    intents = [intent for intent in language["intents"] if "Fallback" not in intent["name"]]
    device = Echo(Skill(), InteractionModel.read({"interactionModel": {"languageModel": {**language, "intents": intents}}}))
    device.say("open film club")

    made = device.say("nobody knows what")

    assert (made.ends, made.findings) == (False, ("The model has no AMAZON.FallbackIntent.",))
