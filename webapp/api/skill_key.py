"""The key by which the site knows its own skill: who sends the right one is counted and believed, who sends a wrong one is told so."""

from __future__ import annotations

import hmac

from flask import request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from recommender.domain import STRANGER, Asker
from webapp.accounts.door import door
from webapp.api.contract import ECHO, ECHO_PERSON, FOR_THE_SKILL_ALONE, SKILL_KEY, WRONG_SKILL_KEY
from webapp.engine import engine
from webapp.metrics import tally

LONGEST_ID = 1000  # characters of an id of Amazon's


def check_skill_key() -> None:
    """Before every view of the API, on a site that has such a key. Without the header nothing changes."""
    if "HTTP_MATINEE_SKILL_KEY" not in request.environ:
        return
    if not _is_ours(request.headers[SKILL_KEY]):
        raise _refused(WRONG_SKILL_KEY)
    tally().asked_by_skill(str(request.url_rule))


def skill_alone() -> None:
    """401 for everybody but the site's own skill, also where the site has no key."""
    if not _is_ours(request.headers.get(SKILL_KEY, "")):
        raise _refused(FOR_THE_SKILL_ALONE)


def echoes() -> tuple[str, ...]:
    """Who speaks to the skill: the voice that was recognised before the Echo's account. Ids of Amazon's, to be logged nowhere."""
    sent = (request.headers.get(name, "") for name in (ECHO_PERSON, ECHO))
    return tuple(each for each in sent if 0 < len(each) <= LONGEST_ID)


def asker_by_echo() -> Asker | None:
    """Whoever the Echo speaks for that the skill asks for; None where none is named. 401 where somebody else names one."""
    if "HTTP_MATINEE_ECHO" not in request.environ and "HTTP_MATINEE_ECHO_PERSON" not in request.environ:
        return None
    skill_alone()
    member = door().speaks_for(*echoes())
    return Asker(member=member.user_id) if member else STRANGER


def _is_ours(sent: str) -> bool:
    ours = engine().settings.skill_key
    return bool(ours) and hmac.compare_digest(sent.encode(errors="replace"), ours.encode(errors="replace"))


def _refused(sentence: str) -> Unauthorized:
    return Unauthorized(sentence, www_authenticate=WWWAuthenticate(SKILL_KEY.lower(), {"realm": "Matinee"}))
