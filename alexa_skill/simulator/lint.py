"""What Amazon, a reviewer or a listener would object to in an answer. Each finding is one sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from alexa_skill.simulator.ssml import Speech, spoken_part

LONGEST_ANSWER = 24_000  # bytes; the limit of older Echos, the present one is five times as much
LONGEST_SPEECH = 8_000  # characters, of speech with its markup and of a card's text alike
LONGEST_WAIT = 3_000  # milliseconds; Alexa gives up after eight seconds, people earlier
KEYS = frozenset({"version", "sessionAttributes", "userAgent", "response"})
RESPONSE_KEYS = frozenset({"outputSpeech", "card", "reprompt", "directives", "shouldEndSession", "apiResponse", "canFulfillIntent"})
CARD_TEXTS = ("title", "content", "text")
_MARKUP = re.compile(r"</?[A-Za-z!][^>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-z]+);")


def findings(answer: object, request_type: str, milliseconds: float = 0.0) -> tuple[str, ...]:
    """Everything wrong with the answer to a request of that type; nothing for a good one."""
    return tuple(_findings(answer, request_type, milliseconds))


def _findings(answer: object, request_type: str, milliseconds: float) -> Iterator[str]:
    if milliseconds > LONGEST_WAIT:
        yield f"The answer took {milliseconds:,.0f} ms; {LONGEST_WAIT:,} are borne."
    if not isinstance(answer, dict) or not isinstance(answer.get("response"), dict):
        yield "The answer is no object with a response in it."
        return
    response: dict[str, Any] = answer["response"]
    if answer.get("version") != "1.0":
        yield f"The version must be '1.0', not {answer.get('version')!r}."
    if unknown := sorted({*answer} - KEYS) + sorted(f"response.{key}" for key in {*response} - RESPONSE_KEYS):
        yield f"Alexa knows no {', '.join(unknown)}."
    if (size := len(json.dumps(answer, ensure_ascii=False).encode())) > LONGEST_ANSWER:
        yield f"The answer has {size:,} bytes; {LONGEST_ANSWER:,} are allowed."
    if request_type == "SessionEndedRequest":
        if told := sorted({"outputSpeech", "card", "reprompt", "directives"} & {key for key, value in response.items() if value}):
            yield f"Nobody hears an answer to the end of a session, but it has {', '.join(told)}."
        return
    yield from _about_speech(response)
    yield from _about_card(response.get("card"))


def _about_speech(response: dict[str, Any]) -> Iterator[str]:
    speech, reprompt = spoken_part(response.get("outputSpeech")), spoken_part(_object(response.get("reprompt")).get("outputSpeech"))
    yield from _about_one("The speech", response.get("outputSpeech"), speech)
    yield from _about_one("The reprompt", _object(response.get("reprompt")).get("outputSpeech"), reprompt)
    if not speech.text and not speech.fault:
        yield "Nothing is said."
        return
    is_open, asks = response.get("shouldEndSession") is False, speech.text.endswith("?")
    if is_open and not asks and not speech.fault:
        yield "The session stays open, but the speech does not end with a question."
    if asks and not is_open:
        yield "The speech ends with a question, but the session does not stay open."
    if is_open and not reprompt.text:
        yield "The session stays open without a reprompt."
    if reprompt.text and not is_open:
        yield "There is a reprompt, but the session does not stay open."
    if reprompt.text and _folded(reprompt.text) in _folded(speech.text):
        yield "The reprompt adds nothing to the speech."


def _about_one(name: str, part: object, speech: Speech) -> Iterator[str]:
    if speech.fault:
        yield f"{name} {speech.fault}."
    written = _object(part).get("ssml") or _object(part).get("text") or ""
    if isinstance(written, str) and len(written) > LONGEST_SPEECH:
        yield f"{name} has {len(written):,} characters; {LONGEST_SPEECH:,} are allowed."


def _about_card(card: object) -> Iterator[str]:
    texts = [text for key in CARD_TEXTS if isinstance(text := _object(card).get(key), str)]
    if (n := sum(map(len, texts))) > LONGEST_SPEECH:
        yield f"The card has {n:,} characters; {LONGEST_SPEECH:,} are allowed."
    if found := next((found for text in texts if (found := _MARKUP.search(text))), None):
        yield f"The card shows markup: {found[0]}"


def _folded(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _object(sent: object) -> dict[str, Any]:
    return sent if isinstance(sent, dict) else {}
