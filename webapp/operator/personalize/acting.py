"""What the operator does to what there is: asked about first, with what would follow, and done by a form."""

from __future__ import annotations

from flask import Response, abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from recommender.errors import InvalidInputError, PersonalizeError
from recommender.personalize import acts, arns
from recommender.personalize.acts import ACTS, REMOVE, RETRY, STOP, Rehearsal
from recommender.personalize.arns import key_of
from recommender.personalize.refusals import ResourceNotFoundError
from recommender.personalize.resources import ACTIVE, INACTIVE
from webapp.inputs import one
from webapp.operator.pages import page
from webapp.operator.personalize.room import WORDS
from webapp.personalize.control import desk
from webapp.wording import counted, listed

BUTTONS = {STOP: "Stop it", RETRY: "Begin it again", REMOVE: "Delete it"}
WHAT_FOLLOWS = {
    arns.SCHEMA: "Data sets that have it keep their rows; new ones cannot be made with it.",
    arns.GROUP: "Whatever was sent to it is gone with it.",
    arns.DATASET: "Its rows go, and what clients have put into it one by one. Versions that have learned from them stay as they are.",
    arns.SOLUTION: "Its versions go with it, and what they have learned.",
    arns.CAMPAIGN: "Requests that name it are refused from then on. The version it answers by stays.",
    arns.RECOMMENDER: "Requests that name it are refused from then on, and what it has learned goes.",
    arns.FILTER: "Requests that name it are refused from then on.",
    arns.TRACKER: (
        "Events sent under its tracking id are refused from then on. Those that came stay with the group; a new tracker gets another id."
    ),
    arns.ATTRIBUTION: "Nothing is counted for it any more.",
}


def asked() -> Response:
    """The page that asks; 404 for what is not there."""
    act, name = _wanted(request.args)
    return _asking(_rehearsed(act, name), act)


def done() -> AnyResponse:
    """Back to the room once it is done; where it cannot be done any more, the page that says why."""
    act, name = _wanted(request.form)
    try:
        acts.perform(desk(), act, name)
    except PersonalizeError:
        return _asking(_rehearsed(act, name), act, 409)
    return redirect(url_for("personalize_room.look", done=act, of=key_of(name)), 303)


def _wanted(values: MultiDict[str, str]) -> tuple[str, str]:
    """Which act, and on what; InvalidInputError for none of ACTS."""
    act, name = one(values, "act") or "", one(values, "of") or ""
    if act not in ACTS:
        raise InvalidInputError("act", act, "one of " + ", ".join(ACTS))
    return act, name


def _rehearsed(act: str, name: str) -> Rehearsal:
    try:
        return acts.rehearse(desk(), act, name)
    except ResourceNotFoundError:
        abort(404)


def _asking(rehearsal: Rehearsal, act: str, status: int = 200) -> Response:
    along = rehearsal.gone[1:]
    by_kind = [counted(sum(each.kind == kind for each in along), WORDS[kind]) for kind in dict.fromkeys(each.kind for each in along)]
    return page(
        "operator_personalize_act.html",
        status,
        act=act,
        one=rehearsal.resource,
        words=WORDS[rehearsal.resource.kind],
        name=rehearsal.resource.key.partition("/")[2],
        refusal=rehearsal.refusal,
        in_the_way=rehearsal.in_the_way,
        along=along,
        counted_along=listed(by_kind),
        becomes=rehearsal.becomes,
        follows=_follows(rehearsal, act),
        way_back=rehearsal.way_back,
        button=BUTTONS[act],
    )


def _follows(rehearsal: Rehearsal, act: str) -> str:
    resource = rehearsal.resource
    if act == STOP and rehearsal.becomes == INACTIVE:
        return "It keeps what it has learned, and refuses whoever asks, until it is begun again."
    if act == RETRY and rehearsal.becomes == ACTIVE:
        return "It answers by what it had learned before."
    if act == RETRY:
        return "It begins anew from the data as they are now; nothing of the last try is used."
    if act == STOP and resource.kind == arns.VERSION and rehearsal.becomes != ACTIVE:
        return "What it has learned so far is dropped. Campaigns go on with the versions that they have, and it can be begun again."
    if act == STOP:
        return "Nothing half-done is kept: what was there before stays in force. It can be begun again."
    return WHAT_FOLLOWS.get(resource.kind, "")
