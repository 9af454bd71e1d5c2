"""Certificates in Amazon's shape, by authorities of our own: root, intermediate, and a leaf in Alexa's name."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 11, 24, 12, 30, 45, tzinfo=UTC)
YEAR = timedelta(days=365)
ECHO = "echo-api.amazon.com"
USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


@cache
def key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """The same key for the same name."""
    return rsa.generate_private_key(65537, bits)


@cache
def curve_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Issue:
    """A certificate to be made; the defaults are those of Alexa's leaf. signer: whose key signs, by name."""

    name: str = ECHO
    key: Any = field(default_factory=lambda: key("leaf"))
    issuer: str = "Matinee Test RSA 2048 M01"
    signer: Any = field(default_factory=lambda: key("intermediate"))
    sans: Sequence[str] | None = (ECHO,)
    addresses: Sequence[str] = ()
    begins: datetime = NOW - YEAR / 2
    ends: datetime = NOW + YEAR / 2
    authority: bool = False
    depth: int | None = None
    digest: Any = field(default_factory=hashes.SHA256)
    usages: Sequence[str] = ("digital_signature", "key_encipherment")
    purposes: Sequence[Any] = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
    more: Sequence[tuple[x509.ExtensionType, bool]] = ()

    def made(self) -> x509.Certificate:
        built = (
            x509.CertificateBuilder()
            .subject_name(_name(self.name))
            .issuer_name(_name(self.issuer))
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.begins)
            .not_valid_after(self.ends)
            .add_extension(x509.BasicConstraints(self.authority, self.depth), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
        )
        if self.issuer != self.name:
            built = built.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.signer.public_key()), critical=False)
        if self.usages:
            built = built.add_extension(x509.KeyUsage(**{usage: usage in self.usages for usage in USAGES}), critical=True)
        if self.purposes:
            built = built.add_extension(x509.ExtendedKeyUsage(self.purposes), critical=False)
        if self.sans is not None:
            names: list[x509.GeneralName] = [x509.DNSName(name) for name in self.sans]
            names += [x509.IPAddress(ip_address(address)) for address in self.addresses]
            built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
        for extension, critical in self.more:
            built = built.add_extension(extension, critical=critical)
        return built.sign(self.signer, self.digest)


ROOT = "Matinee Test Root CA 1"
MIDDLE = "Matinee Test RSA 2048 M01"
SIGNS = ("digital_signature", "key_cert_sign", "crl_sign")


def root_issue(**changes: Any) -> Issue:
    default = Issue(
        name=ROOT,
        key=key("root"),
        issuer=ROOT,
        signer=key("root"),
        sans=None,
        begins=NOW - 10 * YEAR,
        ends=NOW + 10 * YEAR,
        authority=True,
        usages=SIGNS,
        purposes=(),
    )
    return replace(default, **changes)


def middle_issue(**changes: Any) -> Issue:
    default = Issue(
        name=MIDDLE,
        key=key("intermediate"),
        issuer=ROOT,
        signer=key("root"),
        sans=None,
        begins=NOW - 5 * YEAR,
        ends=NOW + 5 * YEAR,
        authority=True,
        depth=0,
        usages=SIGNS,
    )
    return replace(default, **changes)


@cache
def root() -> x509.Certificate:
    return root_issue().made()


@cache
def middle() -> x509.Certificate:
    return middle_issue().made()


@cache
def leaf() -> x509.Certificate:
    return Issue().made()


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def good_chain() -> bytes:
    """Leaf, intermediate and root, as Amazon sends them."""
    return pem(leaf(), middle(), root())


def signature(body: bytes, by: rsa.RSAPrivateKey | None = None, digest: hashes.HashAlgorithm | None = None) -> str:
    """As in Signature-256."""
    return base64.b64encode((by or key("leaf")).sign(body, padding.PKCS1v15(), digest or hashes.SHA256())).decode()


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "US"), x509.NameAttribute(NameOID.COMMON_NAME, common)])
