"""A skill of a few sentences, and answers that are what a test wants."""

from __future__ import annotations

from typing import Any

from alexa_skill.simulator import Echo, InteractionModel

MODEL: dict[str, Any] = {
    "interactionModel": {
        "languageModel": {
            "invocationName": "film club",
            "intents": [
                {
                    "name": "Order",
                    "slots": [
                        {"name": "ID", "type": "AMAZON.NUMBER", "samples": ["my id is {ID}"]},
                        {"name": "Amount", "type": "AMAZON.NUMBER", "samples": ["{Amount} of them"]},
                        {"name": "Kind", "type": "KIND"},
                    ],
                    "samples": [
                        "my id is {ID} and i want {Amount} movies",
                        "i want {Amount} movies",
                        "i'm number {ID}",
                        "a {Kind}",
                        "{Kind}",
                    ],
                },
                {"name": "Pick", "slots": [{"name": "Position", "type": "AMAZON.Ordinal"}], "samples": ["the {Position} one"]},
                {"name": "Bare", "slots": [{"name": "Number", "type": "AMAZON.NUMBER"}], "samples": ["{Number}"]},
                {
                    "name": "About",
                    "slots": [{"name": "Title", "type": "TITLE"}],
                    "samples": ["tell me about {Title}", "what's {Title}", "{Title}", "about a {Title}"],
                },
                {"name": "Search", "slots": [{"name": "Words", "type": "AMAZON.SearchQuery"}], "samples": ["search for {Words}"]},
                *(
                    {"name": f"AMAZON.{name}Intent", "samples": []}
                    for name in ("Yes", "No", "Stop", "Help", "Next", "Fallback", "StartOver")
                ),
                {"name": "AMAZON.CancelIntent", "samples": ["leave it"]},
            ],
            "types": [
                {"name": "KIND", "values": [{"id": "Comedy", "name": {"value": "comedy", "synonyms": ["funny film"]}}]},
                {
                    "name": "TITLE",
                    "values": [
                        {"id": "1203", "name": {"value": "12 Angry Men", "synonyms": []}},
                        {"id": "6", "name": {"value": "Heat"}},
                        {"name": {"value": "Amélie", "synonyms": ["Le Fabuleux Destin d'Amélie Poulain"]}},
                    ],
                },
            ],
        },
        "dialog": {"intents": [{"name": "Order"}]},
    }
}


def model() -> InteractionModel:
    return InteractionModel.read(MODEL)


def said(text: str = "Hello. What now?", reprompt: str = "You can say stop. What shall it be?", **response: Any) -> dict[str, Any]:
    """A good answer that leaves the session open, with what is to be different in it."""
    return {
        "version": "1.0",
        "sessionAttributes": {"turn": 1},
        "response": {
            "outputSpeech": {"type": "SSML", "ssml": f"<speak>{text}</speak>"},
            "reprompt": {"outputSpeech": {"type": "SSML", "ssml": f"<speak>{reprompt}</speak>"}},
            "shouldEndSession": False,
            **response,
        },
    }


def farewell() -> dict[str, Any]:
    """A good answer that closes the session."""
    speech = {"type": "PlainText", "text": "Goodbye."}
    return {"version": "1.0", "response": {"outputSpeech": speech, "shouldEndSession": True}}


class Skill:
    """Answers as it is told, and keeps what it was asked."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = [*answers]
        self.asked: list[dict[str, Any]] = []

    def __call__(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(request)
        return self.answers.pop(0) if self.answers else said()


def echo(*answers: dict[str, Any], **settings: Any) -> tuple[Echo, Skill]:
    skill = Skill(*answers)
    return Echo(skill, model(), seed="test", **settings), skill
