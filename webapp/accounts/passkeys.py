"""Passkeys as browsers know them: what one is asked to make or to sign, and whether it did.

What is asked stands in the page and is kept nowhere: by its challenge the site knows it again, once. What verifies signatures takes a tenth
of a second to load and 6 MB of each worker, so the first passkey that comes loads it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app, request

from recommender.domain import Passkey
from recommender.errors import WrongPasskeyError
from recommender.sign_in import credential_text
from webapp.accounts.door import door
from webapp.accounts.visitors import Visitor
from webapp.engine import engine

SIGN_UP, SIGN_IN = "passkey to sign up with", "passkey to sign in with"  # purposes of challenges
ES256, EDDSA, RS256 = -7, -8, -257  # COSE's numbers: what authenticators of today sign by
WAITS = 5 * 60 * 1000  # milliseconds that a browser lets somebody look for their key


def to_add(visitor: Visitor) -> str:
    """The purpose of a challenge for one more passkey of a household."""
    return f"passkey of {visitor.household.owner}"


def place() -> str | None:
    """The name that passkeys are bound to: the site's, or that of the host that was asked. None where browsers would make none."""
    host = (urlsplit(f"//{request.host}").hostname or "").lower()
    site = (urlsplit(engine().settings.site_url).hostname or "").lower()
    if site and host.endswith(f".{site}"):
        return site
    try:
        ip_address(host)
    except ValueError:
        return host if request.is_secure or host == "localhost" else None
    return None


def to_make(purpose: str, name: str, there_are: Iterable[Passkey] = ()) -> str:
    """What `navigator.credentials.create` is asked for, in JSON; empty where there can be no passkeys.

    name: shown by the device; empty where the form's field says it.
    """
    if (bound_to := place()) is None:
        return ""
    return json.dumps(
        {
            "rp": {"id": bound_to, "name": "Matinee"},
            "user": {"id": _handle(purpose), "name": name, "displayName": name},
            "challenge": credential_text(door().new_challenge(purpose)),
            "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in (ES256, EDDSA, RS256)],
            "timeout": WAITS,
            "excludeCredentials": [{"type": "public-key", "id": one.credential_id} for one in there_are],
            "authenticatorSelection": {"residentKey": "required", "requireResidentKey": True, "userVerification": "required"},
            "attestation": "none",
        }
    )


def to_sign() -> str:
    """What `navigator.credentials.get` is asked for, in JSON: any passkey of this site; empty where there can be none."""
    if (bound_to := place()) is None:
        return ""
    challenge = credential_text(door().new_challenge(SIGN_IN))
    return json.dumps({"rpId": bound_to, "challenge": challenge, "timeout": WAITS, "userVerification": "required"})


def made(text: str, purpose: str, name: str) -> Passkey:
    """The passkey that a browser made, in the JSON that it sent. WrongPasskeyError."""
    from webauthn import verify_registration_response
    from webauthn.helpers.cose import COSEAlgorithmIdentifier

    sent = _read(text)
    door().check_challenge(sent.challenge, purpose)
    with _as_wrong():
        verified = verify_registration_response(
            credential=sent.credential,
            expected_challenge=sent.challenge,
            expected_rp_id=place() or "",
            expected_origin=_origin(),
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(algorithm) for algorithm in (ES256, EDDSA, RS256)],
        )
    door().use_challenge(sent.challenge, purpose)
    public_key = credential_text(verified.credential_public_key)
    return Passkey(credential_text(verified.credential_id), public_key, verified.sign_count, name, int(time.time()))


def signed(text: str) -> tuple[str, int]:
    """Which passkey signed, and how often it says that it was used. WrongPasskeyError."""
    from webauthn import verify_authentication_response

    sent = _read(text)
    door().check_challenge(sent.challenge, SIGN_IN)
    kept = door().passkey(str(sent.credential.get("id")))
    if kept is None:
        raise WrongPasskeyError
    with _as_wrong():
        verified = verify_authentication_response(
            credential=sent.credential,
            expected_challenge=sent.challenge,
            expected_rp_id=place() or "",
            expected_origin=_origin(),
            credential_public_key=_bytes_of(kept.public_key),
            credential_current_sign_count=kept.sign_count,
            require_user_verification=True,
        )
    door().use_challenge(sent.challenge, SIGN_IN)
    return kept.credential_id, verified.new_sign_count


@dataclass(frozen=True, slots=True)
class _Sent:
    credential: dict[str, object]
    challenge: bytes


def _read(text: str) -> _Sent:
    """What a browser sent, and the challenge that it says it answers: whether that is one of ours is asked next."""
    with _as_wrong():
        credential = json.loads(text)
        told = json.loads(_bytes_of(credential["response"]["clientDataJSON"]))
        return _Sent(credential, _bytes_of(told["challenge"]))


@contextmanager
def _as_wrong() -> Iterator[None]:
    """Whatever is wrong with what a browser sent is told in one way; it is all chosen by its sender, so it may be wrong in any."""
    from cbor2 import CBORError
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from webauthn.helpers.exceptions import WebAuthnException

    wrong = (WebAuthnException, InvalidSignature, UnsupportedAlgorithm, CBORError)
    try:
        yield
    except (*wrong, ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise WrongPasskeyError from error


def _handle(purpose: str) -> str:
    """By which a device tells accounts apart: the same for a household's next passkey, and never a number that means something."""
    if purpose == SIGN_UP:
        return credential_text(secrets.token_bytes(32))
    return credential_text(hmac.new(str(current_app.secret_key).encode(), f"handle\n{purpose}".encode(), hashlib.sha256).digest())


def _origin() -> str:
    return request.host_url.rstrip("/")


def _bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
