"""The key by which the site knows its own skill: who sends the right one is counted, who sends a wrong one is told so."""

from __future__ import annotations

import hmac

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from webapp.api.contract import SKILL_KEY, WRONG_SKILL_KEY
from webapp.engine import engine
from webapp.metrics import tally


def check_skill_key() -> None:
    """Before every view of the API, on a site that has such a key. Without the header nothing changes."""
    if "HTTP_MATINEE_SKILL_KEY" not in request.environ:
        return
    ours = engine().settings.skill_key
    if not hmac.compare_digest(request.headers[SKILL_KEY].encode(errors="replace"), ours.encode(errors="replace")):
        raise Unauthorized(WRONG_SKILL_KEY, www_authenticate=WWWAuthenticate(SKILL_KEY.lower(), {"realm": "Matinee"}))
    tally().asked_by_skill(str(request.url_rule))
