"""Whether a request was signed by Alexa, for our skill, just now.

Amazon asks every skill that is served over HTTPS to check this by itself: the request names the certificate chain that it was signed with,
and where that chain lies.
"""

from __future__ import annotations

import base64
import json
import logging
import posixpath
import re
import time
import warnings
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Event, Lock
from typing import Any

import certifi
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from webapp.alexa.certificates import fetch

log = logging.getLogger(__name__)

Json = dict[str, Any]

CHAIN_ADDRESS = "SignatureCertChainUrl"
SIGNATURE = "Signature-256"
SIGNER = "echo-api.amazon.com"  # in whose name the certificate must be
ADDRESS = re.compile(
    r"(?i:https://s3\.amazonaws\.com(?::443)?)(/[A-Za-z0-9/._-]+)"
)  # nothing else fits: no user, query, fragment or escape
FOLDER = "/echo.api/"
LONGEST_ADDRESS = 300  # characters
LONGEST_SIGNATURE = 1400  # characters of base64: of a key of 8192 bits
SHORTEST_KEY = 2048  # bits
MOST_CERTIFICATES = 8  # in a chain; Amazon's has four
MOST_CHAINS = 16  # kept; Amazon changes its chain some times a year
TOLERANCE = 150  # seconds between Amazon's clock and ours, both ways
OF_AN_EVENT = 3600  # seconds; that somebody enabled or disabled the skill may be told late
EVENT = "AlexaSkillEvent."
A_CERTIFICATE = re.compile(b"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
# What the library says of certificates that are none, or none that it can read.
UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


class UnverifiedError(Exception):
    """A request that nobody needs to answer. Its text is a sentence for whoever sent it.

    what: what was wrong, in a word for counting: headers, address, time, skill, body, chain or signature.
    """

    def __init__(self, what: str, text: str) -> None:
        super().__init__(text)
        self.what = what


class _Fetch:
    """Of a chain, by the thread that needed it first."""

    def __init__(self, address: str) -> None:
        self.address, self.is_over = address, Event()


class Verifier:
    """Checks requests for one skill, and keeps the chains that were good. One per process, shared by its threads.

    roots: the authorities that are believed; None for those that come with certifi. fetch: gives what lies at an address, or OSError.
    """

    def __init__(
        self,
        skill_id: str,
        *,
        roots: Sequence[x509.Certificate] | None = None,
        fetch: Callable[[str], bytes] = fetch,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._skill_id, self._roots, self._fetch, self._now = skill_id, roots, fetch, now
        self._keys: OrderedDict[str, tuple[RSAPublicKey, float]] = OrderedDict()  # by address, with the second until which they hold
        self._keeping = Lock()
        self._under_way: _Fetch | None = None

    def verified(self, headers: Mapping[str, str], body: bytes) -> Json:
        """What the body says; UnverifiedError unless Alexa has just signed it for this skill.

        First what costs nothing, so that only a request which looks right makes anybody ask for a certificate; and nothing that the body
        says is believed, beyond refusing it, before the signature.
        """
        address = canonical(headers.get(CHAIN_ADDRESS))
        signature = _decoded(headers.get(SIGNATURE))
        said = _read(body)
        self._check_skill(said)
        self._check_time(said)
        self._check_signature(self._key(address), signature, body)
        return said

    def _check_skill(self, said: Json) -> None:
        places = (_inside(said, "context", "System"), said.get("session"))
        named = [skill_id for place in places if (skill_id := _inside(place, "application", "applicationId")) is not None]
        if not named or any(skill_id != self._skill_id for skill_id in named):
            raise UnverifiedError("skill", "This request is for another skill than the one that is served here.")

    def _check_time(self, said: Json) -> None:
        kind, text = _inside(said, "request", "type"), _inside(said, "request", "timestamp")
        tolerance = OF_AN_EVENT if isinstance(kind, str) and kind.startswith(EVENT) else TOLERANCE
        try:
            sent_at = datetime.fromisoformat(text).timestamp() if isinstance(text, str) and "T" in text and _has_zone(text) else None
        except (ValueError, OverflowError):
            sent_at = None
        if sent_at is None:
            raise UnverifiedError("time", "The request does not say when it was sent, as 2026-11-24T12:30:45Z.")
        if abs(self._now() - sent_at) > tolerance:
            raise UnverifiedError("time", f"The request was not sent within {tolerance} seconds of now.")

    def _check_signature(self, key: RSAPublicKey, signature: bytes, body: bytes) -> None:
        try:
            key.verify(signature, body, PKCS1v15(), SHA256())
        except InvalidSignature:
            raise UnverifiedError("signature", "The signature is not that of this body by Alexa's certificate.") from None

    def _key(self, address: str) -> RSAPublicKey:
        """The key of a chain that is good now, from what is kept or from where it lies."""
        if (kept := self._kept(address)) is not None:
            return kept
        # One at a time, and none waits but for the chain that it needs itself, and for that but once: whoever makes up addresses, or names
        # one over and over, cannot hold up the site.
        mine = _Fetch(address)
        with self._keeping:
            under_way, self._under_way = self._under_way, self._under_way or mine
        if under_way is not None:
            if under_way.address != address:
                raise UnverifiedError("chain", "Another certificate is being fetched just now; send the request again.")
            under_way.is_over.wait()
            if (kept := self._kept(address)) is not None:
                return kept
            raise UnverifiedError("chain", "The certificate chain was not to be had just now; send the request again.")
        try:
            if (kept := self._kept(address)) is not None:
                return kept
            key, until = self._judged(self._fetched(address))
            with self._keeping:
                self._keys[address] = key, until
                while len(self._keys) > MOST_CHAINS:
                    self._keys.popitem(last=False)
            return key
        finally:
            with self._keeping:
                self._under_way = None
            mine.is_over.set()

    def _kept(self, address: str) -> RSAPublicKey | None:
        with self._keeping:
            key, until = self._keys.get(address, (None, 0.0))
            if key is not None and until < self._now():
                del self._keys[address]
                key = None
            elif key is not None:
                self._keys.move_to_end(address)
        return key

    def _fetched(self, address: str) -> bytes:
        try:
            return self._fetch(address)
        except OSError as error:
            log.warning("no certificate chain from Amazon reason=%r", error)
            raise UnverifiedError("chain", "The certificate chain cannot be fetched from where the request says it lies.") from None

    def _judged(self, pem: bytes) -> tuple[RSAPublicKey, float]:
        """The key of the chain's first certificate and the second until which the whole chain holds."""
        moment = datetime.fromtimestamp(self._now(), UTC)
        store = Store(list(_trusted() if self._roots is None else self._roots))
        try:
            leaf, *others = x509.load_pem_x509_certificates(pem)
            if len(others) >= MOST_CERTIFICATES:
                raise UnverifiedError("chain", f"The certificate chain has more than {MOST_CERTIFICATES} certificates.")
            names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)
            if SIGNER not in names:  # the verifier below would take a wildcard, too
                raise UnverifiedError("chain", f"The certificate is not that of {SIGNER}.")
            chain = PolicyBuilder().store(store).time(moment).build_server_verifier(x509.DNSName(SIGNER)).verify(leaf, others)
            key = leaf.public_key()
            until = min(certificate.not_valid_after_utc for certificate in chain).timestamp()
        except (VerificationError, *UNREADABLE) as error:
            log.warning("certificate chain refused reason=%s", error)
            raise UnverifiedError("chain", f"The certificate chain is not a valid one of {SIGNER}.") from None
        if not isinstance(key, RSAPublicKey) or key.key_size < SHORTEST_KEY:
            raise UnverifiedError("chain", f"The certificate holds no RSA key of at least {SHORTEST_KEY} bits.")
        return key, until


def canonical(address: str | None) -> str:
    """The one way to write an address at which Amazon's chains may lie."""
    if not address:
        raise UnverifiedError("headers", f"There is no {CHAIN_ADDRESS} header; requests to a skill are signed by Alexa.")
    fits = ADDRESS.fullmatch(address) if len(address) <= LONGEST_ADDRESS else None
    path = posixpath.normpath(fits[1]) if fits else ""
    if not path.startswith(FOLDER):
        raise UnverifiedError("address", f"{CHAIN_ADDRESS} is no address at which Amazon keeps its certificates.")
    return f"https://s3.amazonaws.com{path}"


def _decoded(signature: str | None) -> bytes:
    if not signature:
        raise UnverifiedError("headers", f"There is no {SIGNATURE} header; requests to a skill are signed by Alexa.")
    try:
        return base64.b64decode(signature, validate=True) if len(signature) <= LONGEST_SIGNATURE else b""
    except ValueError:
        raise UnverifiedError("headers", f"{SIGNATURE} is not written in base64.") from None


def _read(body: bytes) -> Json:
    try:
        said = json.loads(body.decode())
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise UnverifiedError("body", "The body is no JSON object.")
    return said


def _inside(value: object, *names: str) -> object:
    """What stands there; None where the way does not lead to anything."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _has_zone(text: str) -> bool:
    return text.endswith("Z") or re.search(r"[+-]\d\d:\d\d$", text) is not None


@cache
def _trusted() -> list[x509.Certificate]:
    """The authorities that certifi names, but for those whose certificates the library reads under protest or not at all."""
    believed = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", CryptographyDeprecationWarning)
        for block in A_CERTIFICATE.findall(Path(certifi.where()).read_bytes()):
            with suppress(CryptographyDeprecationWarning, *UNREADABLE):
                believed.append(x509.load_pem_x509_certificate(block))
    return believed
