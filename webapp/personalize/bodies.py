"""The body of a request to Amazon: one JSON object, of which every reader makes the same."""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from webapp.personalize.refusing import OtherContentError, TooLargeError, UnreadableError

Json = dict[str, Any]

# None at all is taken as well: what little a client sends without saying what it is can only be this.
SPOKEN = ("", "application/x-amz-json-1.1", "application/x-amz-json-1.0", "application/json", "binary/octet-stream")
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_body(request: Request) -> bytes:
    """What was sent, as it came; TooLargeError, UnreadableError. It may be called again."""
    try:
        return request.get_data()
    except RequestEntityTooLarge:
        raise TooLargeError(f"The body must be at most {request.max_content_length} bytes.") from None
    except HTTPException as error:
        raise UnreadableError(f"The body cannot be read: {error.description}") from None


def check_kind(request: Request) -> None:
    """OtherContentError for a body that is said to be something else than JSON."""
    if request.mimetype not in SPOKEN:
        raise OtherContentError(f"The body must be JSON, sent as application/x-amz-json-1.1, not as {request.mimetype[:60]}.")


def parsed(data: bytes) -> Json:
    """A body as it came. No key stands twice in it, no number is endless, and every text can be written down again."""
    if not data:
        return {}
    try:
        found = json.loads(data.decode(), object_pairs_hook=_object, parse_constant=_no_number)
        if SURROGATE.search(data):
            json.dumps(found, ensure_ascii=False).encode()
    except RecursionError:
        raise UnreadableError("The body must be JSON that is not nested as deeply as this.") from None
    except ValueError as error:  # of JSON, of UTF-8, and of numbers with thousands of digits
        raise UnreadableError(f"The body must be a JSON object in UTF-8: {str(error)[:200]}") from None
    if not isinstance(found, dict):
        raise UnreadableError(f"The body must be a JSON object, not {data[:20].decode(errors='replace')!r}.")
    return found


def _object(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(f"a key stands twice in {str(list(found))[:60]}")
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")
