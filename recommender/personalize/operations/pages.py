"""Lists in pages. A token says where the next page begins, of which list, and cannot be made up."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recommender.personalize.refusals import InvalidNextTokenError

LONGEST_PAGE = 100  # Amazon's own, and its default


@dataclass(frozen=True, slots=True)
class Line:
    """What stands in a list. key: unlike all others of it; since: never lower than that of the one before."""

    key: str
    since: float
    said: Any


def page(name: str, lines: Sequence[Line], sent: Mapping[str, Any]) -> dict[str, Any]:
    """The lines that were asked for under the name, and nextToken where there are more. sent: the request.

    What was deleted since the last page leaves no gap, and what was made since stands on the last one.
    """
    narrowed = {key: value for key, value in sent.items() if key not in ("nextToken", "maxResults")}
    of_list = f"{name} {json.dumps(narrowed, sort_keys=True)}"
    begins = _behind(lines, *_opened(sent["nextToken"], of_list)) if sent.get("nextToken") else 0
    ends = begins + sent.get("maxResults", LONGEST_PAGE)
    found: dict[str, Any] = {name: [line.said for line in lines[begins:ends]]}
    if ends < len(lines):
        found["nextToken"] = _token(lines[ends - 1], of_list)
    return found


def _behind(lines: Sequence[Line], key: str, since: float) -> int:
    for place, line in enumerate(lines):
        if line.key == key:
            return place + 1
    return next((place for place, line in enumerate(lines) if line.since > since), len(lines))


def _token(last: Line, of_list: str) -> str:
    said = [last.key, last.since, _sum(last.key, last.since, of_list)]
    return urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode()


def _opened(token: str, of_list: str) -> tuple[str, float]:
    try:
        key, since, digest = json.loads(urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError, RecursionError):
        raise InvalidNextTokenError from None
    if not isinstance(key, str) or not isinstance(since, float) or digest != _sum(key, since, of_list):
        raise InvalidNextTokenError
    return key, since


def _sum(key: str, since: float, of_list: str) -> str:
    return hashlib.sha256(repr((key, since, of_list)).encode("utf-8", "replace")).hexdigest()[:16]
