"""The same answer by the usual means: ask-sdk-core's handlers, and boto3's resource for the table, as Amazon's samples have them."""

from __future__ import annotations

import os
from typing import Any

import boto3
from ask_sdk_core.dispatch_components import AbstractRequestHandler
from ask_sdk_core.skill_builder import SkillBuilder
from ask_sdk_core.utils import is_intent_name, is_request_type

ORDER = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


class LaunchRequestHandler(AbstractRequestHandler):
    def can_handle(self, handler_input: Any) -> bool:
        return bool(is_request_type("LaunchRequest")(handler_input))

    def handle(self, handler_input: Any) -> Any:
        speech = "Welcome to the movie recommendation system. what can I do for you?"
        return handler_input.response_builder.speak(speech).ask(speech).response


class SubmitIntentHandler(AbstractRequestHandler):
    def can_handle(self, handler_input: Any) -> bool:
        return bool(is_intent_name("getID")(handler_input))

    def handle(self, handler_input: Any) -> Any:
        slots = handler_input.request_envelope.request.intent.slots
        table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
        item = table.get_item(Key={"userID": int(slots["ID"].value)}, ConsistentRead=True)["Item"]
        titles = [line["title"] for line in item["movies"][: int(slots["Amount"].value)]]
        named = ", ".join(f"the {place} one is {title}" for place, title in zip(ORDER, titles, strict=False))
        return handler_input.response_builder.speak(f"I would like to recommend you the following movies. {named}").response


builder = SkillBuilder()
builder.add_request_handler(LaunchRequestHandler())
builder.add_request_handler(SubmitIntentHandler())
lambda_handler = builder.lambda_handler()
