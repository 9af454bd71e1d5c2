"""Requests signed by botocore itself are let in, and nothing else: not one character of them may be another."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import random
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

import pytest
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from recommender.access_keys import AccessKeys
from recommender.storage.blobs.folder import FolderBlobs
from webapp.personalize.signature import WINDOW_SECONDS, NotSignedError, Signed, verified

AT = 1_795_990_000.0  # seconds since 1970
HOST = "films.example:8000"
BODY = b'{"campaignArn":"arn:aws:personalize:us-east-1:000000000000:campaign/films","userId":"Zo\xc3\xab"}'
HEADERS = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AmazonPersonalize.DescribeCampaign", "amz-sdk-invocation-id": "7"}


@pytest.fixture
def keys(tmp_path: Path) -> AccessKeys:
    return AccessKeys(FolderBlobs(tmp_path), "the site's secret key", now=lambda: AT)


@pytest.fixture
def key(keys: AccessKeys) -> tuple[str, str]:
    made, secret = keys.add()
    return made.access_key_id, secret


def signed(
    key: tuple[str, str],
    body: bytes = BODY,
    path: str = "/personalize",
    headers: dict[str, str] = HEADERS,
    *,
    region: str = "eu-west-3",
    service: str = "personalize",
    at: float = AT,
    token: str | None = None,
) -> dict[str, Any]:
    """What a WSGI server hands over of a request that botocore has signed."""
    request = AWSRequest("POST", f"https://{HOST}{path}", dict(headers), body)
    moment = datetime.datetime.fromtimestamp(at, datetime.UTC).replace(tzinfo=None)
    with patch.object(auth, "get_current_datetime", lambda *a, **k: moment, create=True):
        auth.SigV4Auth(Credentials(*key, token), service, region).add_auth(request)
    environ = {
        "REQUEST_METHOD": "POST",
        "RAW_URI": path,
        "PATH_INFO": unquote(urlsplit(path).path),
        "HTTP_HOST": HOST,
        "HTTP_USER_AGENT": "x",
    }
    for name, value in request.headers.items():
        upper = name.upper().replace("-", "_")
        environ[upper if upper in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{upper}"] = str(value).encode().decode("latin-1")
    return environ


def asked(environ: dict[str, Any], keys: AccessKeys, body: bytes = BODY, scope: str = "control", now: float = AT) -> Signed:
    return verified(environ, body, scope, keys, now=lambda: now)


def refusal(environ: dict[str, Any], keys: AccessKeys, body: bytes = BODY, scope: str = "control", now: float = AT) -> tuple[str, str]:
    with pytest.raises(NotSignedError) as refused:
        asked(environ, keys, body, scope, now)
    assert refused.value.status == (400 if scope == "control" else 403)
    return refused.value.code, str(refused.value)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/personalize",
        "/personalize/",
        "/personalize/recommendations",
        "/a/./b/../c//d",
        "/a/..",
        "/with%20space/%E1%88%B4/~tilde/-._x",
        "/p?b=2&a=1&a=0&c",
        "/p?x=%2B%20y&%41=1",
        "/p?",
        "/a+b/c:d@e,f;g=h",
    ],
)
def test_what_botocore_signs_is_let_in_whatever_the_path(path: str, keys: AccessKeys, key: tuple[str, str]) -> None:
    assert asked(signed(key, path=path), keys).access_key_id == key[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-Amz-Meta-A", "  two   spaces "), ("Accept", "a,b"), ("X-Amz-Empty", ""), ("X-Name", "Zoë"), ("X-Amz-Cf-Id", "z")],
)
def test_headers_are_folded_as_botocore_folds_them(name: str, value: str, keys: AccessKeys, key: tuple[str, str]) -> None:
    asked(signed(key, headers={**HEADERS, name: value}), keys)


@pytest.mark.parametrize("body", [b"", b"{}", bytes(range(256))])
def test_any_body_is_let_in_as_it_was_signed(body: bytes, keys: AccessKeys, key: tuple[str, str]) -> None:
    asked(signed(key, body), keys, body)
    asked(signed(key, body, headers={**HEADERS, "X-Amz-Content-Sha256": hashlib.sha256(body).hexdigest()}), keys, body)


def test_a_whole_address_in_the_request_line_is_its_path(keys: AccessKeys, key: tuple[str, str]) -> None:
    environ = signed(key, path="/personalize?a=1")
    asked({**environ, "RAW_URI": f"http://{HOST}/personalize?a=1"}, keys)


def test_every_other_character_anywhere_is_refused(keys: AccessKeys, key: tuple[str, str]) -> None:
    path = "/personalize/recommendations?a=1"
    environ = signed(key, path=path)
    rng, n = random.Random(7), 0
    names = [name for name in environ if name not in ("HTTP_USER_AGENT", "PATH_INFO")]
    for name in names:
        for place, was in enumerate(environ[name]):
            for other in {rng.choice("abcXYZ019/=;,. -"), chr(ord(was) ^ 1), chr(ord(was) ^ 32)} - {was}:
                if name == "RAW_URI" and place == 0:
                    continue  # no request line begins so
                changed = {**environ, name: environ[name][:place] + other + environ[name][place + 1 :]}
                refusal(changed, keys)
                n += 1
    for place in range(len(BODY)):
        refusal(environ, keys, BODY[:place] + bytes([BODY[place] ^ 1]) + BODY[place + 1 :])
        n += 1
    assert n > 1000


def test_what_is_added_or_left_out_is_refused(keys: AccessKeys, key: tuple[str, str]) -> None:
    environ = signed(key)
    assert refusal({**environ, "HTTP_X_AMZ_EXTRA": "1"}, keys)[0] == "IncompleteSignatureException"
    for name in ("HTTP_X_AMZ_TARGET", "HTTP_HOST", "CONTENT_TYPE"):
        gone = {other: value for other, value in environ.items() if other != name}
        assert refusal(gone, keys)[0] == "InvalidSignatureException"
    assert refusal(environ, keys, BODY + b" ")[0] == "InvalidSignatureException"
    asked({**environ, "HTTP_X_FORWARDED_FOR": "1.2.3.4", "HTTP_USER_AGENT": "another", "HTTP_X_AMZ_CF_ID": "added on the way"}, keys)


@pytest.mark.parametrize("left_out", ["host", "x-amz-date", "x-amz-target"])
def test_what_decides_anything_must_be_signed(left_out: str, keys: AccessKeys, key: tuple[str, str]) -> None:
    """Signed rightly, but for too little."""
    with (
        patch.object(auth, "SIGNED_HEADERS_BLACKLIST", [left_out]),
        patch.object(auth.SigV4Auth, "signed_headers", lambda self, found: ";".join(sorted({n.lower() for n in found} - {left_out}))),
        patch.object(
            auth.SigV4Auth,
            "canonical_headers",
            lambda self, found: "\n".join(f"{n}:{found[n]}" for n in sorted({n.lower() for n in found} - {left_out})),
        ),
    ):
        environ = signed(key)
    assert left_out not in environ["HTTP_AUTHORIZATION"]
    code, text = refusal(environ, keys)
    assert (code, text.startswith(f"SignedHeaders must name {left_out}")) == ("IncompleteSignatureException", True)


def test_the_clock_may_be_wrong_by_a_quarter_of_an_hour(keys: AccessKeys, key: tuple[str, str]) -> None:
    environ = signed(key)
    assert asked(environ, keys, now=AT + WINDOW_SECONDS).until == asked(environ, keys, now=AT - WINDOW_SECONDS).until == AT + WINDOW_SECONDS
    code, text = refusal(environ, keys, now=AT + WINDOW_SECONDS + 1)
    assert (code, text.startswith("Signature expired: ")) == ("InvalidSignatureException", True)
    code, text = refusal(environ, keys, now=AT - WINDOW_SECONDS - 1)
    assert (code, text.startswith("Signature not yet current: ")) == ("InvalidSignatureException", True)


def test_any_region_will_do_and_no_other_service(keys: AccessKeys, key: tuple[str, str]) -> None:
    asked(signed(key, region="us-gov-west-1"), keys)
    code, text = refusal(signed(key, service="s3"), keys)
    assert (code, "not s3" in text) == ("InvalidSignatureException", True)


def test_a_wrong_secret_and_an_unknown_key_have_amazons_names(keys: AccessKeys, key: tuple[str, str]) -> None:
    assert refusal(signed((key[0], "x" * 40)), keys)[0] == "InvalidSignatureException"
    stranger = "MTNE" + "A" * 16
    assert refusal(signed((stranger, keys.secret_of(stranger))), keys, scope="runtime")[0] == "UnrecognizedClientException"


def test_a_key_opens_what_it_is_for(keys: AccessKeys) -> None:
    made, secret = keys.add(("runtime",))
    environ = signed((made.access_key_id, secret))
    asked(environ, keys, scope="runtime")
    code, text = refusal(environ, keys, scope="events")
    assert (code, "is for runtime, and this takes one for events" in text) == ("AccessDeniedException", True)


def test_a_session_token_is_refused_in_words(keys: AccessKeys, key: tuple[str, str]) -> None:
    code, text = refusal(signed(key, token="a token"), keys)
    assert (code, "without aws_session_token" in text) == ("UnrecognizedClientException", True)


@pytest.mark.parametrize("said", ["UNSIGNED-PAYLOAD", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "0" * 64])
def test_a_body_cannot_be_left_unsigned(said: str, keys: AccessKeys, key: tuple[str, str]) -> None:
    code, text = refusal(signed(key, headers={**HEADERS, "X-Amz-Content-Sha256": said}), keys)
    assert (code, text.startswith("X-Amz-Content-Sha256 must be the SHA-256 of the body")) == ("InvalidSignatureException", True)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (None, "MissingAuthenticationTokenException"),
        ("", "MissingAuthenticationTokenException"),
        ("Bearer abc", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256", "IncompleteSignatureException"),
        ("AWS4-HMAC-SHA256 Credential=A/20261129/eu/personalize/aws4_request, SignedHeaders=host", "IncompleteSignatureException"),
        ("AWS4-ECDSA-P256-SHA256 Credential=A/20261129/personalize/aws4_request", "IncompleteSignatureException"),
        ("AWS3 AWSAccessKeyId=A", "IncompleteSignatureException"),
    ],
)
def test_what_is_no_signature_has_amazons_names(said: str | None, code: str, keys: AccessKeys, key: tuple[str, str]) -> None:
    environ = signed(key)
    del environ["HTTP_AUTHORIZATION"]
    assert refusal(environ if said is None else {**environ, "HTTP_AUTHORIZATION": said}, keys)[0] == code


@pytest.mark.parametrize("date", ["", "20261129", "20261399T000000Z", "2026-11-29T00:00:00Z", "２0261129T000000Z"])
def test_a_time_that_is_none_is_refused(date: str, keys: AccessKeys, key: tuple[str, str]) -> None:
    assert refusal({**signed(key), "HTTP_X_AMZ_DATE": date}, keys)[0] == "IncompleteSignatureException"


def test_names_of_headers_stand_once_and_in_order(keys: AccessKeys, key: tuple[str, str]) -> None:
    environ = signed(key)
    doubled = environ["HTTP_AUTHORIZATION"].replace("SignedHeaders=", "SignedHeaders=host;")
    assert refusal({**environ, "HTTP_AUTHORIZATION": doubled}, keys)[0] == "IncompleteSignatureException"


def test_the_signing_key_is_amazons_own_example() -> None:
    """Source: AWS General Reference, "Examples of how to derive a signing key", 20150830/us-east-1/iam, its documented secret."""
    key = b"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    for part in (b"20150830", b"us-east-1", b"iam", b"aws4_request"):
        key = hmac.new(key, part, hashlib.sha256).digest()
    from webapp.personalize.signature import _signing_key

    assert _signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam") == key
    assert key.hex() == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
