"""Signature version 4, as Amazon's clients sign what they ask, checked against access keys.

What is signed is what came: path and query as they stand in the request line, the headers that the signature names, and the body. It must
name the host, the time and every other x-amz- header, the operation among them, so that nothing that decides anything can be changed.

Source: AWS General Reference, "Signature Version 4 signing process", and botocore's auth.py, whose canonical path is quoted once more.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import quote

from recommender.access_keys import CONTROL, AccessKey
from recommender.errors import PersonalizeError

log = logging.getLogger(__name__)

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "personalize"  # the signing name of all three services
WINDOW_SECONDS = 15 * 60  # to either side of this machine's clock
NOT_OURS = frozenset({"x-amz-cf-id"})  # x-amz- headers that a content network adds on the way
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=([A-Za-z0-9]{1,128})/(\d{8})/([a-z0-9-]{1,64})/([a-z0-9-]{1,64})/aws4_request, *"
    r"SignedHeaders=([a-z0-9_;-]{1,2000}), *Signature=([0-9a-f]{64})",
    re.ASCII,
)
_DATE = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_EMPTY_PATH = "/"

Environ = Mapping[str, Any]


class Keys(Protocol):
    """Where keys are found: `recommender.access_keys.AccessKeys`."""

    def find(self, access_key_id: str) -> AccessKey | None: ...
    def known_secret_of(self, key: AccessKey) -> str: ...


class NotSignedError(PersonalizeError):
    """A request that is not shown to be of somebody who may ask it. code: Amazon's name for what is wrong with it."""

    def __init__(self, code: str, text: str, status: int) -> None:
        super().__init__(text)
        self.code, self.status = code, status


@dataclass(frozen=True, slots=True)
class Signed:
    """A request that its key's holder has signed. until: seconds since 1970, UTC, from when on it is refused as too old."""

    access_key_id: str
    signature: str
    until: float


def verified(environ: Environ, body: bytes, scope: str, keys: Keys, *, now: Callable[[], float] = time.time) -> Signed:
    """Who signed it, with a key that has the scope; NotSignedError, with Amazon's names, for whatever is not so.

    environ: as WSGI has it, with RAW_URI. The control plane refuses with 400, the other two with 403, as Amazon does.
    """
    try:
        return _verified(environ, body, scope, keys, now())
    except _Refused as refused:
        code, text = refused.args
        log.warning("not signed code=%s scope=%s", code, scope)
        raise NotSignedError(code, text, 400 if scope == CONTROL else 403) from None


class _Refused(Exception):  # noqa: N818  it is no error yet: the status is still missing
    """args: Amazon's name and the sentence."""


def _verified(environ: Environ, body: bytes, scope: str, keys: Keys, now: float) -> Signed:
    said = environ.get("HTTP_AUTHORIZATION", "")
    if not said:
        raise _Refused("MissingAuthenticationTokenException", _missing(environ))
    if "HTTP_X_AMZ_SECURITY_TOKEN" in environ:
        raise _Refused(
            "UnrecognizedClientException",
            "Session tokens are not taken here: sign with a key that `matinee keys add` printed, without aws_session_token.",
        )
    found = _AUTHORIZATION.fullmatch(said)
    if found is None:
        raise _Refused("IncompleteSignatureException", _incomplete(said))
    key_id, day, region, service, signed_names, signature = found.groups()
    date = environ.get("HTTP_X_AMZ_DATE", "")
    names = signed_names.split(";")
    _check_names(names, environ)
    at = _moment(date)
    if at is None or not date.startswith(day):
        raise _Refused(
            "IncompleteSignatureException", f"X-Amz-Date must be a time such as {day}T120000Z, on the day of the credential's scope."
        )
    if service != SERVICE:
        raise _Refused("InvalidSignatureException", f"Credential should be scoped to the service {SERVICE}, not {service}.")
    _check_window(at, date, now)
    key = keys.find(key_id)
    if key is None:
        raise _Refused(
            "UnrecognizedClientException", f"The access key {key_id} is not known here; `matinee keys list` shows those that are."
        )
    canonical = "\n".join(
        (
            environ["REQUEST_METHOD"],
            *_canonical_target(str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or "")),
            *[f"{name}:{_folded(_header(environ, name))}" for name in names],
            "",
            signed_names,
            _payload(environ, body),
        )
    )
    digest = hashlib.sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()
    to_sign = f"{ALGORITHM}\n{date}\n{day}/{region}/{service}/aws4_request\n{digest}"
    secret = keys.known_secret_of(key)
    right = hmac.new(_signing_key(secret, day, region, service), to_sign.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right, signature):
        raise _Refused(
            "InvalidSignatureException",
            "The signature is not the one that the secret of this access key makes of this request; check the secret, and that nothing "
            "between the client and here changes the path, the query, the Host header or the body.",
        )
    if scope not in key.scopes:
        raise _Refused("AccessDeniedException", f"The access key {key_id} is for {', '.join(key.scopes)}, and this takes one for {scope}.")
    return Signed(key_id, signature, at + WINDOW_SECONDS)


def _missing(environ: Environ) -> str:
    if "X-Amz-Signature=" in str(environ.get("QUERY_STRING", "")):
        return "A signature in the query is not taken here: send it in the Authorization header."
    return "Missing Authentication Token: sign the request (version 4) with an access key that `matinee keys add` printed."


def _incomplete(said: str) -> str:
    if not said.startswith("AWS4-"):
        return f"Authorization must begin with {ALGORITHM}, not with {said.split(' ')[0][:40]!r}."
    return (
        f"Authorization must be {ALGORITHM} Credential=ID/YYYYMMDD/REGION/{SERVICE}/aws4_request, SignedHeaders=NAME;NAME, "
        "Signature=64 lower-case hexadecimal digits."
    )


def _check_names(names: list[str], environ: Environ) -> None:
    if names != sorted(set(names)) or "" in names:
        raise _Refused("IncompleteSignatureException", "SignedHeaders must name each header once, in ascending order.")
    came = {name[5:].lower().replace("_", "-") for name in environ if name.startswith("HTTP_X_AMZ_")}
    missing = sorted(({"host", "x-amz-date"} | came) - NOT_OURS - set(names))
    if missing:
        raise _Refused("IncompleteSignatureException", f"SignedHeaders must name {missing[0]}, as it must {', '.join(missing)}.")


@lru_cache(maxsize=64)
def _moment(date: str) -> float | None:
    """Seconds since 1970; None for what is no time."""
    if not _DATE.fullmatch(date):
        return None
    try:
        return datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def _check_window(at: float, date: str, now: float) -> None:
    if abs(at - now) <= WINDOW_SECONDS:
        return
    here = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    minutes = WINDOW_SECONDS // 60
    if at < now:
        raise _Refused(
            "InvalidSignatureException",
            f"Signature expired: {date} is more than {minutes} minutes before {here}, the time of this machine.",
        )
    raise _Refused(
        "InvalidSignatureException",
        f"Signature not yet current: {date} is more than {minutes} minutes after {here}, the time of this machine.",
    )


@lru_cache(maxsize=256)
def _canonical_target(raw: str) -> tuple[str, str]:
    """Path and query of the request line in their canonical forms."""
    target = raw
    if not target.startswith("/"):  # the whole address, as to a proxy
        target = "/" + target.partition("://")[2].partition("/")[2]
    path, _, query = target.partition("?")
    pairs = sorted(tuple(part.partition("=")[::2]) for part in query.split("&")) if query else []
    return quote(_without_dots(path), safe="/~"), "&".join(f"{name}={value}" for name, value in pairs)


def _without_dots(path: str) -> str:
    """RFC 3986, section 5.2.4, and no two slashes beside each other."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in ("", "."):
            kept.append(part)
    if not kept:
        return _EMPTY_PATH
    return f"/{'/'.join(kept)}" + ("/" if path.endswith("/") else "")


def _header(environ: Environ, name: str) -> str:
    key = name.upper().replace("-", "_")
    value = environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}")
    if value is None:
        raise _Refused("InvalidSignatureException", f"SignedHeaders names {name}, and there is no such header.")
    # WSGI hands bytes over as if they were Latin-1.
    return str(value).encode("latin-1", "replace").decode("utf-8", "surrogateescape")


def _folded(value: str) -> str:
    return " ".join(value.split())


def _payload(environ: Environ, body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest()
    said = environ.get("HTTP_X_AMZ_CONTENT_SHA256")
    if said is not None and said != digest:
        why = "and cannot be left unsigned" if not _HASH.fullmatch(said) else "and is of another body"
        raise _Refused("InvalidSignatureException", f"X-Amz-Content-Sha256 must be the SHA-256 of the body, {why}: {said[:70]!r}.")
    return digest


@lru_cache(maxsize=256)
def _signing_key(secret: str, day: str, region: str, service: str) -> bytes:
    """The same for a whole day."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
