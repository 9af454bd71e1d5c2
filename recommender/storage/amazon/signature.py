"""AWS's signature of a request, version 4, by the standard library alone.

Source: AWS, "Create a signed AWS API request" (IAM User Guide).
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Keys:
    """token: of keys that are lent for some hours, as a role's are; empty for others."""

    key_id: str
    secret: str
    token: str = ""


def signed(headers: Mapping[str, str], body: bytes, keys: Keys, *, service: str, region: str, now: float) -> dict[str, str]:
    """The headers of a POST to the path / with its signature.

    headers: in small letters, "host" among them. now: seconds since 1970, UTC.
    """
    at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    scope = f"{at[:8]}/{region}/{service}/aws4_request"
    every = {**headers, "x-amz-date": at, **({"x-amz-security-token": keys.token} if keys.token else {})}
    names = ";".join(sorted(every))
    lines = "".join(f"{name}:{every[name]}\n" for name in sorted(every))
    request = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    to_sign = f"{ALGORITHM}\n{at}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = _digest(_signing_key(keys.secret, scope), to_sign).hex()
    return {**every, "authorization": f"{ALGORITHM} Credential={keys.key_id}/{scope}, SignedHeaders={names}, Signature={signature}"}


@lru_cache(maxsize=4)
def _signing_key(secret: str, scope: str) -> bytes:
    """The same for a day, and as secret as what it is made of."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = _digest(key, part)
    return key


def _digest(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
