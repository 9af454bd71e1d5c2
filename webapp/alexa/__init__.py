"""POST /alexa: the skill over HTTPS, for whoever runs it here rather than on Lambda."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, cast

from flask import Blueprint, Response, current_app, request

from recommender.settings import variable
from webapp.accounts.door import way_to_door
from webapp.api.bodies import finished
from webapp.engine import engine
from webapp.error_handlers import Problem, show
from webapp.metrics import tally

if TYPE_CHECKING:
    from webapp.alexa.skill import ServedSkill

log = logging.getLogger(__name__)

CLOSED, ANSWERED = "closed", "answered"  # outcomes for counting, beside the words of UnverifiedError
NO_SKILL = (
    f"No skill is served here. Set {variable('skill_id')} to the id of the skill in the Alexa developer console, amzn1.ask.skill.…, "
    "and start the site again."
)

alexa = Blueprint("alexa", __name__)
_making = Lock()


@alexa.post("/alexa")
def answer() -> Response:
    """What the Echo says to a request that Alexa signed; what anybody else sends is refused in a sentence."""
    if not engine().settings.skill_id:
        tally().alexa(CLOSED)
        return show(Problem(HTTPStatus.NOT_FOUND, "about:blank", NO_SKILL))
    from webapp.alexa.verification import CHAIN_ADDRESS, SIGNATURE, UnverifiedError

    served = _served()
    try:
        said = served.verifier.verified({name: request.headers.get(name, "") for name in (CHAIN_ADDRESS, SIGNATURE)}, request.get_data())
    except UnverifiedError as error:
        tally().alexa(error.what)
        log.warning("request to the skill refused what=%s", error.what)
        return show(Problem(HTTPStatus.BAD_REQUEST, "urn:matinee:unverified", str(error)))
    made = served.answer(said)
    tally().alexa(ANSWERED)
    return finished(json.dumps(made).encode(), "no-store")  # as Amazon's SDK writes it, whatever stands in it


def _served() -> ServedSkill:
    with _making:
        if "alexa" not in current_app.extensions:
            from webapp.alexa.skill import ServedSkill

            current_app.extensions["alexa"] = ServedSkill(engine(), way_to_door(), tally=tally())
        return cast("ServedSkill", current_app.extensions["alexa"])
