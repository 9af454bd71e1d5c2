"""Who is the operator: whoever has the key, or came in with it some hours ago.

The session is a signed cookie and nothing else, so it holds over all workers and needs no store. Its signature takes in the digest of the
key: a new key ends every session.
"""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import urlsplit

from flask import Response, abort, current_app, request
from itsdangerous import BadSignature, TimestampSigner

from recommender import operator_key
from recommender.errors import SettingError
from webapp.engine import engine
from webapp.sessions import of_this_site

log = logging.getLogger(__name__)

COOKIE = "matinee_operator"
PLACE = "/operator/"  # the only addresses that the cookie is sent to
SECONDS = 8 * 3600  # a working day
NO_KEY = (
    "There is no operator's key yet, so nobody can come in. On the machine that serves this site, and as the user it runs as, "
    "`matinee operator key` makes one and prints it once."
)
SPOILT_KEY = "The operator's key cannot be used as it is kept, so nobody can come in. The site's log says what to do."


def key_fits(key: str) -> bool:
    """Whether this is the operator's key. Without a key nobody is the operator."""
    kept = _kept_digest()
    return kept is not None and operator_key.fits(key, kept)


def what_is_missing() -> str | None:
    """Why no key can fit, in a sentence for anybody; None while one can."""
    try:
        return None if operator_key.digest(_file()) else NO_KEY
    except SettingError:
        return SPOILT_KEY


def is_operator() -> bool:
    """Whether the request comes from a session that the key of today opened, not too long ago."""
    sent, kept = request.cookies.get(_cookie()), _kept_digest()
    if sent is None or kept is None:
        return False
    try:
        _signer(kept).unsign(sent, max_age=SECONDS)
    except BadSignature:
        return False
    return True


def let_in(response: Response) -> Response:
    """The same answer, which begins a session.

    SameSite=Strict: nobody needs to come here by a link on another site, and no other site may ask anything in the operator's name.
    """
    kept = _kept_digest()
    if kept is not None:
        signed = _signer(kept).sign("operator").decode()
        response.set_cookie(_cookie(), signed, SECONDS, path=PLACE, secure=request.is_secure, httponly=True, samesite="Strict")
    return response


def let_out(response: Response) -> Response:
    """The same answer, which ends the session of this browser."""
    response.delete_cookie(_cookie(), path=PLACE, secure=request.is_secure, httponly=True, samesite="Strict")
    return response


def refuse_other_sites() -> None:
    """403 for a form that another site sent; browsers say where it comes from."""
    from_site, origin = request.headers.get("Sec-Fetch-Site", "same-origin"), request.headers.get("Origin")
    if from_site not in ("same-origin", "none") or (origin is not None and urlsplit(origin).netloc != request.host):
        abort(403, "This form was sent from another site; open the operator's page itself.")


def _kept_digest() -> str | None:
    """What is kept of the key; None while there is no key that can be used, and the log says why."""
    try:
        return operator_key.digest(_file())
    except SettingError as error:
        log.warning("the operator's key cannot be used reason=%s", error)
        return None


def _file() -> Path:
    return Path(engine().settings.operator_file)


def _signer(kept: str) -> TimestampSigner:
    return TimestampSigner(str(current_app.secret_key), salt=f"operator {kept}")


def _cookie() -> str:
    return of_this_site(COOKIE, engine().settings)
