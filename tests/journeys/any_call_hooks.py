"""How schemathesis is helped to reach what is there, loaded by it in its own environment: real numbers in the place of made-up ones.

A number that the document allows is replaced by another that it allows, so a call that was right stays right, and one that was wrong wrong.
"""

from __future__ import annotations

import json
import os
from typing import Any

import schemathesis

PERSON = int(os.environ["PERSON"])  # whose token is sent
NOBODY = PERSON + 77  # a number that was never given
FILMS = [int(film) for film in json.loads(os.environ["FILMS"])]
HIGHEST = 2**53
ONE_IN = 5  # numbers that stay as they were made up: nobody's, sample viewers', films that are not there


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Most calls are about the person and films that there are; years come in order, which a document cannot ask for."""
    path, query = case.path_parameters or {}, case.query or {}
    if number := _number(path.get("user_id")):
        # A sample viewer is read-only whatever is sent, which is 403; the check that a missing token is 401 does not know that.
        path["user_id"] = PERSON if number % ONE_IN else number if case.operation.path.endswith("/recommendations") else NOBODY
    if (number := _number(query.get("viewer"))) and number % ONE_IN:
        query["viewer"] = PERSON
    if (number := _number(path.get("movie_id"))) and number % ONE_IN:
        path["movie_id"] = FILMS[number % len(FILMS)]
    first, last = _number(query.get("from")), _number(query.get("to"))
    if first and last and first > last:
        query["from"], query["to"] = last, first


@schemathesis.hook
def filter_query(context: Any, query: Any) -> bool:
    """A value that is not there once it is written into an address is no wrong value: it was not sent. Empty genres are left out."""
    sent = query or {}
    return not any(value in (None, {}, []) for value in sent.values()) and not any(
        _has_empty(sent.get(name)) for name in ("with", "without")
    )


def _has_empty(genres: Any) -> bool:
    """Whether there is an empty one among what is written with commas between."""
    texts = genres if isinstance(genres, list) else [] if genres is None else [genres]
    return any(not part.strip() for text in texts for part in ("" if text is None else str(text)).split(","))


def _number(value: Any) -> int:
    """The number that the document allows here, in whichever form it stands in an address; 0 for anything else."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and text[:1] != "0" and int(text) <= HIGHEST else 0
