"""What counts as a request of Alexa's, and all that does not."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.webapp.alexa.authorities import (
    ECHO,
    NOW,
    Issue,
    curve_key,
    good_chain,
    key,
    leaf,
    middle,
    middle_issue,
    pem,
    root,
    root_issue,
    signature,
)
from tests.webapp.alexa.requests import ADDRESS, SKILL_ID, body, envelope, signed, submit
from webapp.alexa.verification import CHAIN_ADDRESS, MOST_CHAINS, SIGNATURE, UnverifiedError, Verifier, _trusted, canonical


class Amazon:
    """Where chains lie; counts what is fetched. chain: what lies at every address, or what is raised."""

    def __init__(self, chain: bytes | Exception | None = None) -> None:
        self.chain: bytes | Exception = good_chain() if chain is None else chain
        self.asked: list[str] = []

    def __call__(self, address: str) -> bytes:
        self.asked.append(address)
        if isinstance(self.chain, Exception):
            raise self.chain
        return self.chain


class Clock:
    def __init__(self) -> None:
        self.at = NOW.timestamp()

    def __call__(self) -> float:
        return self.at


def verifier(amazon: Amazon | None = None, clock: Callable[[], float] | None = None) -> Verifier:
    return Verifier(SKILL_ID, roots=[root()], fetch=amazon or Amazon(), now=clock or Clock())


def why_not(headers: dict[str, str], sent: bytes, amazon: Amazon | None = None) -> str:
    """The word for what is wrong."""
    with pytest.raises(UnverifiedError) as refused:
        verifier(amazon).verified(headers, sent)
    assert str(refused.value).endswith(".")
    return refused.value.what


# ---- good ones

GOOD_ADDRESSES = {
    "as Amazon writes it": ADDRESS,
    "port 443": "https://s3.amazonaws.com:443/echo.api/echo-api-cert.pem",
    "upper-case scheme": "HTTPS://s3.amazonaws.com/echo.api/echo-api-cert.pem",
    "upper-case host": "https://S3.AMAZONAWS.COM/echo.api/echo-api-cert.pem",
    "dots that lead back": "https://s3.amazonaws.com/echo.api/../echo.api/echo-api-cert.pem",
    "a dot that leads nowhere": "https://s3.amazonaws.com/./echo.api/./echo-api-cert.pem",
    "a folder below": "https://s3.amazonaws.com/echo.api/2026/echo-api-cert.pem",
}
GOOD_BODIES = {
    "launch": envelope(),
    "intent": submit("7", "3"),
    "no session": {name: value for name, value in envelope().items() if name != "session"},
    "no context": {name: value for name, value in envelope().items() if name != "context"},
    "what Amazon may add": envelope(new_property={"a": [1, None]}) | {"new": {"thing": True}},
    "149 s old": envelope(at=NOW - timedelta(seconds=149)),
    "149 s early": envelope(at=NOW + timedelta(seconds=149)),
    "an event 59 minutes old": envelope("AlexaSkillEvent.SkillDisabled", at=NOW - timedelta(minutes=59)),
    "another zone": envelope(timestamp="2026-11-24T13:30:45+01:00"),
    "milliseconds": envelope(timestamp="2026-11-24T12:30:45.123Z"),
}
GOOD_CHAINS = {
    "leaf, intermediate and root": lambda: good_chain(),
    "without the root": lambda: pem(leaf(), middle()),
    "others in any order": lambda: pem(leaf(), root(), middle()),
    "other names beside": lambda: pem(Issue(sans=("other.amazon.com", ECHO)).made(), middle()),
    "words between": lambda: b"Alexa's chain\n" + pem(leaf()) + b"\nand\n" + pem(middle()),
    "a cross-signed root": lambda: pem(leaf(), middle(), cross_signed(), root()),
}


def cross_signed() -> x509.Certificate:
    """Our root, signed by an older one that is not believed here: Amazon's chain has such a certificate."""
    return root_issue(issuer="An Older Root", signer=key("older")).made()


@pytest.mark.parametrize("address", GOOD_ADDRESSES.values(), ids=GOOD_ADDRESSES)
def test_a_signed_request_is_read_wherever_amazon_keeps_its_chain(address: str) -> None:
    amazon, sent = Amazon(), body(envelope())

    assert verifier(amazon).verified(signed(sent, SignatureCertChainUrl=address), sent) == envelope()
    assert amazon.asked == [canonical(address)]


@pytest.mark.parametrize("request_", GOOD_BODIES.values(), ids=GOOD_BODIES)
def test_what_alexa_sends_is_read(request_: dict[str, object]) -> None:
    sent = body(request_)

    assert verifier().verified(signed(sent), sent) == request_


@pytest.mark.parametrize("chain", GOOD_CHAINS.values(), ids=GOOD_CHAINS)
def test_a_chain_that_leads_to_a_believed_root_is_good(chain: Callable[[], bytes]) -> None:
    sent = body(envelope())

    assert verifier(Amazon(chain())).verified(signed(sent), sent)


def test_the_signature_is_over_the_bytes_and_not_over_what_they_mean() -> None:
    spaced = json.dumps(envelope(), indent=4, ensure_ascii=False).encode()

    assert verifier().verified(signed(spaced), spaced) == envelope()
    assert why_not(signed(spaced), body(envelope())) == "signature"


def test_the_old_signature_is_not_looked_at() -> None:
    sent = body(envelope())

    assert verifier().verified({**signed(sent), "Signature": "of SHA-1"}, sent)


# ---- bad ones

BAD_ADDRESSES = [
    "",
    "http://s3.amazonaws.com/echo.api/echo-api-cert.pem",
    "ftp://s3.amazonaws.com/echo.api/echo-api-cert.pem",
    "//s3.amazonaws.com/echo.api/echo-api-cert.pem",
    "https:/s3.amazonaws.com/echo.api/echo-api-cert.pem",
    "https://notamazon.com/echo.api/echo-api-cert.pem",
    "https://s3.amazonaws.com.evil.example/echo.api/echo-api-cert.pem",
    "https://evil.s3.amazonaws.com/echo.api/echo-api-cert.pem",
    "https://s3.amazonaws.com./echo.api/echo-api-cert.pem",
    "https://s3.amazonaws.com@evil.example/echo.api/echo-api-cert.pem",
    "https://user@s3.amazonaws.com/echo.api/echo-api-cert.pem",
    "https://user:word@s3.amazonaws.com:443/echo.api/echo-api-cert.pem",
    "https://s3.amazonaws.com:563/echo.api/echo-api-cert.pem",
    "https://s3.amazonaws.com:80/echo.api/echo-api-cert.pem",
    "https://s3.amazonaws.com:/echo.api/echo-api-cert.pem",
    "https://s3.amazonaws.com:443443/echo.api/echo-api-cert.pem",
    "https://s3.amazonaws.com/EcHo.aPi/echo-api-cert.pem",
    "https://s3.amazonaws.com/invalid.path/echo-api-cert.pem",
    "https://s3.amazonaws.com/echo.api",
    "https://s3.amazonaws.com/echo.api/",
    "https://s3.amazonaws.com/echo.api/../invalid.path/echo-api-cert.pem",
    "https://s3.amazonaws.com/echo.api/./../invalid.path/echo-api-cert.pem",
    "https://s3.amazonaws.com/echo.api/..",
    "https://s3.amazonaws.com//echo.api/echo-api-cert.pem",
    "https://s3.amazonaws.com/echo.api/%2e%2e/invalid.path/echo-api-cert.pem",
    "https://s3.amazonaws.com/echo.api/..%2finvalid.path/echo-api-cert.pem",
    "https://s3.amazonaws.com/echo.api/..\\invalid.path\\echo-api-cert.pem",
    "https://s3.amazonaws.com\\@evil.example/echo.api/echo-api-cert.pem",
    "https://s3.amazonaws.com/echo.api/echo-api-cert.pem?versionId=1",
    "https://s3.amazonaws.com/echo.api/echo-api-cert.pem#@evil.example",
    "https://evil.example#s3.amazonaws.com/echo.api/echo-api-cert.pem",
    "https://s3.amazonaws.com/echo.api/echo-api-cert.pem\n",
    "https://s3.amazonaws.com/echo.api/echo api-cert.pem",
    " https://s3.amazonaws.com/echo.api/echo-api-cert.pem",
    "https://s3.amazonaws.com/echo.api/schlüssel.pem",
    "https://ѕ3.amazonaws.com/echo.api/echo-api-cert.pem",  # a Cyrillic letter
    "https://s3.amazonaws.com/echo.api/" + "x" * 300,
    f"{ADDRESS},{ADDRESS}",
    "https://169.254.169.254/echo.api/latest/meta-data",
    "file:///echo.api/echo-api-cert.pem",
]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_no_other_address_is_ever_asked(address: str) -> None:
    amazon, sent = Amazon(), body(envelope())

    assert why_not(signed(sent, SignatureCertChainUrl=address), sent, amazon) in ("address", "headers")
    assert amazon.asked == []


@pytest.mark.parametrize("missing", [CHAIN_ADDRESS, SIGNATURE])
def test_a_request_without_its_headers_is_refused(missing: str) -> None:
    amazon, sent = Amazon(), body(envelope())
    headers = {name: value for name, value in signed(sent).items() if name != missing}

    assert why_not(headers, sent, amazon) == "headers"
    assert amazon.asked == []


BAD_SIGNATURES: dict[str, tuple[str, Callable[[bytes], str]]] = {
    "not base64": ("headers", lambda sent: "!" * 40),
    "half base64": ("headers", lambda sent: signature(sent)[:-1]),
    "two of them": ("headers", lambda sent: f"{signature(sent)},{signature(sent)}"),
    "a foreign letter": ("headers", lambda sent: "ü" + signature(sent)),
    "very long": ("signature", lambda sent: "A" * 4000),
    "nothing decoded": ("signature", lambda sent: "AAAA"),
    "of another body": ("signature", lambda sent: signature(sent + b" ")),
    "by another key": ("signature", lambda sent: signature(sent, by=key("root"))),
    "of SHA-1": ("signature", lambda sent: signature(sent, digest=hashes.SHA1())),
    "of SHA-512": ("signature", lambda sent: signature(sent, digest=hashes.SHA512())),
    "one bit wrong": ("signature", lambda sent: ("B" if signature(sent)[0] == "A" else "A") + signature(sent)[1:]),
}


@pytest.mark.parametrize(("what", "sign"), BAD_SIGNATURES.values(), ids=BAD_SIGNATURES)
def test_another_signature_is_refused(what: str, sign: Callable[[bytes], str]) -> None:
    sent = body(envelope())

    assert why_not({**signed(sent), SIGNATURE: sign(sent)}, sent) == what


def _two_applications() -> dict[str, object]:
    both = envelope()
    both["session"]["application"]["applicationId"] = "amzn1.ask.skill.another"
    return both


BAD_BODIES: dict[str, tuple[str, bytes]] = {
    "nothing": ("body", b""),
    "no JSON": ("body", b"user=7"),
    "half of it": ("body", body(envelope())[:-1]),
    "a list": ("body", b"[]"),
    "a number": ("body", b"5"),
    "null": ("body", b"null"),
    "not UTF-8": ("body", b'{"version": "\xff"}'),
    "very deep": ("body", b"[" * 30_000),
    "a very long number": ("body", b'{"a": ' + b"9" * 10_000 + b"}"),
    "an empty object": ("skill", b"{}"),
    "another skill": ("skill", body(envelope(skill_id="amzn1.ask.skill.another"))),
    "no skill": ("skill", body(envelope(skill_id=""))),
    "two skills": ("skill", body(_two_applications())),
    "the skill as a list": ("skill", body(envelope() | {"context": {"System": {"application": [SKILL_ID]}}, "session": None})),
    "an unhashable skill": ("skill", body(envelope() | {"context": {"System": {"application": {"applicationId": [SKILL_ID]}}}})),
    "system is a text": ("skill", body(envelope() | {"context": {"System": "x"}, "session": "x"})),
}


@pytest.mark.parametrize(("what", "sent"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_is_no_request_for_this_skill_is_refused_though_it_is_signed(what: str, sent: bytes) -> None:
    amazon = Amazon()

    assert why_not(signed(sent), sent, amazon) == what
    assert amazon.asked == []


BAD_TIMES: dict[str, object] = {
    "151 s old": envelope(at=NOW - timedelta(seconds=151)),
    "151 s early": envelope(at=NOW + timedelta(seconds=151)),
    "yesterday": envelope(at=NOW - timedelta(days=1)),
    "an event 61 minutes old": envelope("AlexaSkillEvent.SkillDisabled", at=NOW - timedelta(minutes=61)),
    "an event's name, but not at the beginning": envelope("X.AlexaSkillEvent.", at=NOW - timedelta(minutes=30)),
    "a type that is none": envelope(type=["AlexaSkillEvent."], at=NOW - timedelta(minutes=30)),
    "without a zone": envelope(timestamp="2026-11-24T12:30:45"),
    "the day alone": envelope(timestamp="2026-11-24"),
    "the day with a zone": envelope(timestamp="2026-11-24Z"),
    "seconds since 1970": envelope(timestamp=int(NOW.timestamp())),
    "milliseconds since 1970": envelope(timestamp=str(int(NOW.timestamp() * 1000))),
    "null": envelope(timestamp=None),
    "a list": envelope(timestamp=[]),
    "words": envelope(timestamp="just now T Z"),
    "the first year": envelope(timestamp="0001-01-01T00:00:00+23:59"),
    "the last year": envelope(timestamp="9999-12-31T23:59:59-23:59"),
    "a zone beyond a day": envelope(timestamp="2026-11-24T12:30:45+99:99"),
    "no request": envelope() | {"request": None},
}


@pytest.mark.parametrize("request_", BAD_TIMES.values(), ids=BAD_TIMES)
def test_a_request_of_another_time_is_refused_though_it_is_signed(request_: object) -> None:
    amazon, sent = Amazon(), body(request_)

    assert why_not(signed(sent), sent, amazon) == "time"
    assert amazon.asked == []


BAD_CHAINS: dict[str, Callable[[], bytes | Exception]] = {
    "nothing": lambda: b"",
    "no certificate": lambda: b"<html>NoSuchKey</html>",
    "broken base64": lambda: b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
    "broken inside": lambda: b"-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----\n",
    "cut off": lambda: good_chain()[:600],
    "a key instead": lambda: b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    "not there": lambda: OSError("it answers 403"),
    "not in time": lambda: TimeoutError("it took longer than 2 seconds"),
    "no intermediate": lambda: pem(leaf()),
    "no leaf": lambda: pem(middle(), root()),
    "the root alone": lambda: pem(root()),
    "leaf last": lambda: pem(middle(), leaf()),
    "a root that nobody believes": lambda: pem(
        Issue(issuer="Evil M01", signer=key("evil middle")).made(),
        middle_issue(name="Evil M01", key=key("evil middle"), issuer="Evil Root", signer=key("older")).made(),
        root_issue(name="Evil Root", issuer="Evil Root", key=key("older"), signer=key("older")).made(),
    ),
    "a root with the name of ours": lambda: pem(
        Issue(signer=key("evil middle")).made(),
        middle_issue(key=key("evil middle"), signer=key("older")).made(),
        root_issue(key=key("older"), signer=key("older")).made(),
    ),
    "signed by itself": lambda: pem(Issue(issuer=ECHO, signer=key("leaf")).made()),
    "signed by nobody here": lambda: pem(Issue(signer=key("older")).made(), middle()),
    "another name": lambda: pem(Issue(sans=("www.amazon.com",)).made(), middle()),
    "a name that ends like it": lambda: pem(Issue(sans=(f"evil-{ECHO}",)).made(), middle()),
    "a name that begins like it": lambda: pem(Issue(sans=(f"{ECHO}.evil.example",)).made(), middle()),
    "a wildcard": lambda: pem(Issue(sans=("*.amazon.com",)).made(), middle()),
    "the name as an address alone": lambda: pem(Issue(sans=(), addresses=("192.0.2.1",)).made(), middle()),
    "the common name alone": lambda: pem(Issue(sans=None).made(), middle()),
    "expired": lambda: pem(Issue(ends=NOW - timedelta(seconds=1)).made(), middle()),
    "not yet valid": lambda: pem(Issue(begins=NOW + timedelta(hours=1)).made(), middle()),
    "an expired intermediate": lambda: pem(leaf(), middle_issue(ends=NOW - timedelta(seconds=1)).made()),
    "a leaf as an authority": lambda: pem(
        Issue(issuer="www.example.com", signer=key("evil middle")).made(),
        Issue(name="www.example.com", key=key("evil middle"), sans=("www.example.com",)).made(),
        middle(),
    ),
    "an authority as a leaf": lambda: pem(Issue(authority=True).made(), middle()),
    "one authority too many": lambda: pem(
        Issue(issuer="Deeper", signer=key("evil middle")).made(),
        middle_issue(name="Deeper", key=key("evil middle"), issuer="Matinee Test RSA 2048 M01", signer=key("intermediate")).made(),
        middle(),
    ),
    "an intermediate that may not sign": lambda: pem(leaf(), middle_issue(usages=("digital_signature",)).made()),
    "a leaf for clients": lambda: pem(Issue(purposes=(ExtendedKeyUsageOID.CLIENT_AUTH,)).made(), middle()),
    "a leaf for code": lambda: pem(Issue(purposes=(ExtendedKeyUsageOID.CODE_SIGNING,)).made(), middle()),
    "signed with SHA-1": lambda: pem(_sha1_leaf(), middle()),
    "a short key": lambda: pem(Issue(key=key("short", 1024)).made(), middle()),
    "a key of a curve": lambda: pem(Issue(key=curve_key(), usages=("digital_signature",)).made(), middle()),
    "something critical that nobody knows": lambda: pem(
        Issue(more=((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"), True),)).made(), middle()
    ),
    "more than Amazon ever sends": lambda: pem(leaf(), *[middle()] * 9),
}


def _sha1_leaf() -> x509.Certificate:
    """OpenSSL of today signs no certificate with SHA-1, so the algorithm's name is changed in one that is signed with SHA-256."""
    from cryptography.hazmat.primitives.serialization import Encoding

    sha256, sha1 = bytes.fromhex("06092a864886f70d01010b"), bytes.fromhex("06092a864886f70d010105")
    return x509.load_der_x509_certificate(leaf().public_bytes(Encoding.DER).replace(sha256, sha1))


@pytest.mark.parametrize("chain", BAD_CHAINS.values(), ids=BAD_CHAINS)
def test_another_chain_is_refused(chain: Callable[[], bytes | Exception]) -> None:
    sent = body(envelope())

    assert why_not(signed(sent), sent, Amazon(chain())) == "chain"


@pytest.mark.parametrize("chain", [chain for name, chain in BAD_CHAINS.items() if name not in ("not there", "not in time")])
def test_a_bad_chain_is_not_kept(chain: Callable[[], bytes]) -> None:
    amazon, sent = Amazon(chain()), body(envelope())
    checker = verifier(amazon)
    with pytest.raises(UnverifiedError):
        checker.verified(signed(sent), sent)

    amazon.chain = good_chain()

    assert checker.verified(signed(sent), sent)


def test_the_tables_above_can_fail() -> None:
    """Without each of its checks, the verifier lets pass what the tables refuse."""

    class Careless(Verifier):
        def _check_time(self, said: object) -> None: ...
        def _check_skill(self, said: object) -> None: ...
        def _check_signature(self, key: object, signature: bytes, body: bytes) -> None: ...

    careless = Careless(SKILL_ID, roots=[root()], fetch=Amazon(), now=Clock())
    for request_ in (*BAD_TIMES.values(), envelope(skill_id="amzn1.ask.skill.another")):
        assert careless.verified({**signed(b""), SIGNATURE: "AAAA"}, body(request_)) == request_


# ---- what is kept


def test_a_chain_is_fetched_once_for_all_ways_to_write_its_address() -> None:
    amazon, sent = Amazon(), body(envelope())
    checker = verifier(amazon)

    for address in (ADDRESS, ADDRESS.replace(".com/", ".com:443/"), ADDRESS.replace("/echo.api/", "/echo.api/x/../")):
        checker.verified(signed(sent, SignatureCertChainUrl=address), sent)

    assert amazon.asked == [ADDRESS]


def test_a_chain_is_fetched_again_when_its_first_certificate_ends() -> None:
    clock, ends = Clock(), NOW + timedelta(hours=1)
    amazon = Amazon(pem(leaf(), middle_issue(ends=ends).made()))
    checker = verifier(amazon, clock)

    for at in (NOW, NOW + timedelta(minutes=59), NOW + timedelta(minutes=61)):
        clock.at = at.timestamp()
        if at > ends:
            amazon.chain = good_chain()
        sent = body(envelope(at=at))
        assert checker.verified(signed(sent), sent)

    assert len(amazon.asked) == 2


def test_not_more_than_sixteen_chains_are_kept_and_those_in_use_stay() -> None:
    amazon, sent = Amazon(), body(envelope())
    checker = verifier(amazon)
    checker.verified(signed(sent), sent)

    for number in range(3 * MOST_CHAINS):
        checker.verified(signed(sent, SignatureCertChainUrl=f"https://s3.amazonaws.com/echo.api/{number}.pem"), sent)
        checker.verified(signed(sent), sent)

    assert len(checker._keys) == MOST_CHAINS
    assert amazon.asked.count(ADDRESS) == 1


def test_many_at_once_fetch_a_chain_once() -> None:
    amazon, sent = Amazon(), body(envelope())
    started, goes_on, answers = threading.Event(), threading.Event(), []

    def slowly(address: str) -> bytes:
        started.set()
        assert goes_on.wait(10)
        return amazon(address)

    checker = Verifier(SKILL_ID, roots=[root()], fetch=slowly, now=Clock())
    threads = [threading.Thread(target=lambda: answers.append(checker.verified(signed(sent), sent))) for _ in range(6)]
    threads[0].start()
    assert started.wait(10)
    for thread in threads[1:]:
        thread.start()
    with pytest.raises(UnverifiedError, match="Another certificate is being fetched"):  # at once, whatever it takes to get the first
        checker.verified(signed(sent, SignatureCertChainUrl="https://s3.amazonaws.com/echo.api/other.pem"), sent)
    goes_on.set()
    for thread in threads:
        thread.join(10)

    assert len(answers) == 6
    assert amazon.asked == [ADDRESS]


def test_many_at_once_wait_together_for_a_chain_that_is_not_there() -> None:
    """Else each would wait for all before it, and the site for them."""
    sent = body(envelope())
    started, goes_on, refused = threading.Event(), threading.Event(), []
    amazon = Amazon(OSError("it answers 404"))

    def slowly(address: str) -> bytes:
        started.set()
        assert goes_on.wait(10)
        return amazon(address)

    checker = Verifier(SKILL_ID, roots=[root()], fetch=slowly, now=Clock())

    def ask() -> None:
        with pytest.raises(UnverifiedError) as error:
            checker.verified(signed(sent), sent)
        refused.append(error.value.what)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    threads[0].start()
    assert started.wait(10)
    for thread in threads[1:]:
        thread.start()
    time.sleep(0.2)  # they wait by now
    goes_on.set()
    for thread in threads:
        thread.join(10)

    assert refused == ["chain"] * 6
    assert len(amazon.asked) == 1
    amazon.chain = good_chain()
    assert checker.verified(signed(sent), sent), "and whoever comes later finds it, if it is there by then"


def test_a_request_is_verified_within_a_millisecond_once_its_chain_is_known() -> None:
    sent = body(submit("7", "3"))
    checker, headers = verifier(), signed(sent)
    checker.verified(headers, sent)

    took = []
    for _ in range(200):
        began = time.thread_time()
        checker.verified(headers, sent)
        took.append((time.thread_time() - began) * 1000)

    print(f"warm: median {median(took):.3f} ms, 99 of 100 below {sorted(took)[-2]:.3f} ms of CPU")
    assert median(took) <= 1.0


def test_the_authorities_of_certifi_are_believed_and_those_of_amazon_are_among_them() -> None:
    names = {root.subject.rfc4514_string() for root in _trusted()}

    assert len(names) > 100
    assert "CN=Amazon Root CA 1,O=Amazon,C=US" in names
    with pytest.raises(UnverifiedError):
        Verifier(SKILL_ID, fetch=Amazon(), now=Clock()).verified(signed(body(envelope())), body(envelope()))
