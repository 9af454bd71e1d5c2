"""A handler at the other end of an address: requests go there as JSON, and its answers come back."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

from alexa_skill.simulator.requests import Json
from recommender.errors import RecommenderError

WAITS = 8.0  # seconds; Alexa waits no longer
LONGEST_ANSWER = 1_000_000  # bytes that are read


class NoAnswerError(RecommenderError):
    """The handler at an address gave no answer that can be used."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"The handler at {url} gave no answer: {why}.")


def answer_at(url: str) -> Callable[[Json], Json]:
    """What asks the handler at the address; NoAnswerError where it cannot be reached, refuses, or answers with something else than JSON."""
    if not url.startswith(("http://", "https://")):
        raise NoAnswerError(url, "an address begins with http:// or https://")
    try:
        (urlsplit(url).hostname or "").encode("idna")
    except ValueError as error:
        raise NoAnswerError(url, f"that is no address, {error}") from error

    def answer(request: Json) -> Json:
        body = json.dumps(request).encode()
        asked = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310  # its scheme was looked at above
        try:
            with urllib.request.urlopen(asked, timeout=WAITS) as response:  # noqa: S310
                answered: Json = json.loads(response.read(LONGEST_ANSWER + 1))
        except urllib.error.HTTPError as error:
            error.close()
            raise NoAnswerError(url, f"it says {error.code} {error.reason}") from error
        except OSError as error:
            raise NoAnswerError(url, str(getattr(error, "reason", error)) or "it hangs") from error
        except http.client.HTTPException as error:
            raise NoAnswerError(url, f"it speaks no HTTP, {error!r}") from error
        except (ValueError, RecursionError) as error:
            raise NoAnswerError(url, "what it says is no JSON") from error
        return answered

    return answer
