"""A passkey's device in software: keeps keys, and signs what a browser would have it sign. What it does can be made wrong in one point."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, NEW_KEY = 0x01, 0x04, 0x40  # flags of what it says


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """verifies: whether it asks its owner for a finger or a PIN. counts: whether it counts its uses."""

    verifies: bool = True
    counts: bool = True
    count: int = 0
    keys: dict[str, EllipticCurvePrivateKey] = field(default_factory=dict)

    def make(self, options: str, *, origin: str = "http://localhost", challenge: str = "") -> str:
        """What a browser sends for the options of `create`, in JSON."""
        asked = json.loads(options)
        raw_id, key = secrets.token_bytes(16), generate_private_key(SECP256R1())
        public = key.public_key().public_numbers()
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32, "big"), -3: public.y.to_bytes(32, "big")})
        said = self._says(asked["rp"]["id"], NEW_KEY) + bytes(16) + len(raw_id).to_bytes(2, "big") + raw_id + cose
        self.keys[text_of(raw_id)] = key
        response = {
            "clientDataJSON": text_of(_client_data("webauthn.create", challenge or asked["challenge"], origin)),
            "attestationObject": text_of(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": said})),
        }
        return _sent(text_of(raw_id), response)

    def sign(self, options: str, *, origin: str = "http://localhost", challenge: str = "", place: str = "", spoilt: bool = False) -> str:
        """What a browser sends for the options of `get`, in JSON, by the only key."""
        asked = json.loads(options)
        ((credential_id, key),) = self.keys.items()
        self.count += self.counts
        said = self._says(place or asked["rpId"], 0)
        client_data = _client_data("webauthn.get", challenge or asked["challenge"], origin)
        signature = key.sign(said + sha256(client_data).digest() + (b"!" if spoilt else b""), ECDSA(SHA256()))
        parts = {"clientDataJSON": client_data, "authenticatorData": said, "signature": signature}
        return _sent(credential_id, {name: text_of(raw) for name, raw in parts.items()})

    def _says(self, place: str, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return sha256(place.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")


def _client_data(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()


def _sent(credential_id: str, response: dict[str, Any]) -> str:
    return json.dumps(
        {"id": credential_id, "rawId": credential_id, "type": "public-key", "response": response, "clientExtensionResults": {}}
    )
