"""Lists and events: Amazon Personalize's runtime and events services, each operation at an address of its own.

What comes is looked at twice: at first by hand, since most of it is right; and where that finds anything, member by member against
Amazon's model, which has the sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

import orjson
from flask import Blueprint, Request, Response, current_app, request

from recommender.access_keys import EVENTS as EVENTS_SCOPE
from recommender.access_keys import RUNTIME as RUNTIME_SCOPE
from recommender.errors import PersonalizeError
from webapp.engine import engine
from webapp.error_handlers import request_id
from webapp.metrics import tally
from webapp.personalize.bodies import check_kind, parsed, read_body
from webapp.personalize.door import door
from webapp.personalize.refusing import JSON, OtherMethodError, failure, refusal
from webapp.personalize.shapes import EVENTS, RUNTIME, service

if TYPE_CHECKING:
    from recommender.personalize.answers.asking import Answers

Json = dict[str, Any]

LARGEST_BODY = 1 << 20  # bytes: ten items of 32,000 characters each, however they are written
ANY_METHOD = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")
NO_ACTIONS = "Matinee recommends items, no actions: there are neither actions, nor data sets of them, nor campaigns that answer with them."
ARN_START, LONGEST_ARN, LONGEST_ID, LONGEST_LIST = "arn:aws:personalize:", 256, 256, 500

runtime = Blueprint("personalize_runtime", __name__, url_prefix="/personalize")
events = Blueprint("personalize_events", __name__, url_prefix="/personalize")
_opening = Lock()


class NoActionsError(PersonalizeError):
    """What is about actions."""


@runtime.route("/recommendations", methods=ANY_METHOD, provide_automatic_options=False)
def recommendations() -> Response:
    """GetRecommendations."""
    sent = _sent("GetRecommendations", RUNTIME, RUNTIME_SCOPE, _is_plain_request)
    given = answers().recommendations(sent)
    tally().asked()
    return _answer(given)


@runtime.route("/personalize-ranking", methods=ANY_METHOD, provide_automatic_options=False)
def ranking() -> Response:
    """GetPersonalizedRanking."""
    given = answers().ranking(_sent("GetPersonalizedRanking", RUNTIME, RUNTIME_SCOPE))
    tally().asked()
    return _answer(given)


@runtime.route("/action-recommendations", methods=ANY_METHOD, provide_automatic_options=False)
def action_recommendations() -> Response:
    """GetActionRecommendations, which is refused in words."""
    _sent("GetActionRecommendations", RUNTIME, RUNTIME_SCOPE)
    raise NoActionsError(NO_ACTIONS)


@events.route("/events", methods=ANY_METHOD, provide_automatic_options=False)
def put_events() -> Response:
    """PutEvents: answered once it is durable."""
    from recommender.personalize.answers.putting import put_events as put

    sent = _sent("PutEvents", EVENTS, EVENTS_SCOPE)
    put(answers(), sent)
    tally().said(len(sent["eventList"]))
    return _answer(b"")


@events.route("/users", methods=ANY_METHOD, provide_automatic_options=False)
def put_users() -> Response:
    """PutUsers, likewise."""
    from recommender.personalize.answers.putting import put_users as put

    put(answers(), _sent("PutUsers", EVENTS, EVENTS_SCOPE))
    return _answer(b"")


@events.route("/items", methods=ANY_METHOD, provide_automatic_options=False)
def put_items() -> Response:
    """PutItems, likewise."""
    from recommender.personalize.answers.putting import put_items as put

    put(answers(), _sent("PutItems", EVENTS, EVENTS_SCOPE))
    return _answer(b"")


@events.route("/actions", methods=ANY_METHOD, provide_automatic_options=False)
def put_actions() -> Response:
    """PutActions, which is refused in words."""
    _sent("PutActions", EVENTS, EVENTS_SCOPE)
    raise NoActionsError(NO_ACTIONS)


@events.route("/action-interactions", methods=ANY_METHOD, provide_automatic_options=False)
def put_action_interactions() -> Response:
    """PutActionInteractions, likewise."""
    _sent("PutActionInteractions", EVENTS, EVENTS_SCOPE)
    raise NoActionsError(NO_ACTIONS)


def answers() -> Answers:
    """Over the blobs of the site that answers the request, opened when first asked for."""
    found = current_app.extensions.get("personalize_answers")
    if found is None:
        with _opening:
            found = current_app.extensions.get("personalize_answers")
            if found is None:
                from recommender.personalize.answers.asking import open_answers

                found = current_app.extensions["personalize_answers"] = open_answers(engine().settings)
    return cast("Answers", found)


def _sent(operation: str, of: str, scope: str, is_plain: Callable[[Json], bool] = lambda sent: False) -> Json:
    """What a client who may ask has sent, checked; PersonalizeError for all else, who asks before what is asked."""
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]  # each look through the proxy costs as much as a look
    asked.max_content_length = LARGEST_BODY
    body = read_body(asked)
    door().let_in(asked.environ, body, scope)
    if asked.method != "POST":
        raise OtherMethodError(f"Every operation is a POST, and this was a {asked.method}.")
    check_kind(asked)
    try:
        sent = orjson.loads(body)
        if is_plain(sent):
            return cast(Json, sent)
    except ValueError:
        pass  # the strict reader has the sentence
    return service(of).checked(operation, parsed(body))


def _is_plain_request(sent: Any) -> bool:
    """Whether it is a campaign or recommender by a short ARN, a user or an item, and perhaps a number, all of them as they may be."""
    if type(sent) is not dict:
        return False
    for name, value in sent.items():
        if name in ("campaignArn", "recommenderArn"):
            if type(value) is not str or not value.startswith(ARN_START) or len(value) > LONGEST_ARN or value.count(":") != 5:
                return False
            if "\n" in value or value[-1] == ":":
                return False
        elif name in ("userId", "itemId"):
            if type(value) is not str or len(value) > LONGEST_ID:
                return False
        elif name == "numResults":
            if type(value) is not int or not 0 <= value <= LONGEST_LIST:
                return False
        else:
            return False
    return True


def _answer(body: bytes) -> Response:
    return Response(body, headers=[("Content-Type", JSON), ("x-amzn-RequestId", request_id()), ("Cache-Control", "no-store")])


@runtime.errorhandler(PersonalizeError)
def refuse_list(error: PersonalizeError) -> Response:
    """In Amazon's form."""
    return refusal(error, service(RUNTIME).statuses, JSON)


@events.errorhandler(PersonalizeError)
def refuse_event(error: PersonalizeError) -> Response:
    """Likewise."""
    return refusal(error, service(EVENTS).statuses, JSON)


@runtime.errorhandler(Exception)
@events.errorhandler(Exception)
def fail(error: Any) -> Response:
    """Likewise."""
    return failure(error, JSON)
