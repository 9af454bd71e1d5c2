"""Amazon's service models: what each operation takes and gives, read from the files that come with botocore.

They are read as plain JSON, once per process and only when the first request comes: importing botocore would cost every web worker
its memory. What is sent is checked member by member; the sentences are those that Amazon's clients know.
"""

from __future__ import annotations

import gzip
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from recommender.errors import MissingExtraError
from recommender.personalize.refusals import InvalidInputError
from webapp.personalize.refusing import UnreadableError

Json = dict[str, Any]

CONTROL, RUNTIME, EVENTS = "personalize", "personalize-runtime", "personalize-events"
LONGEST_SHOWN = 100  # characters of a value that is wrong
HIGHEST = {"integer": 2**31 - 1, "long": 2**63 - 1}
LATEST = 253_402_300_799  # seconds since 1970: the end of the year 9999, behind which clients can read no time
# Java's classes of characters, as Python writes them: letters, spaces and numbers of any script are \w and what stands behind it.
SCRIPTS = r"\w \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
# And what is slow where nothing fits, written so that each character is looked at once: hundreds of them would take seconds.
JAVAS = (
    (r"^[\x20-\x7E]*[\x21-\x7E]+[\x20-\x7E]*$", r"\x20*[\x21-\x7E][\x20-\x7E]*"),
    (r"\p{ASCII}", r"[\x00-\x7F]"),
    (r"\p{L}\p{Z}\p{N}_", SCRIPTS),
)
FILES_TOO = {"S3Location": "(s3|http|https|file)://.+"}  # here data may lie in a folder as well


@dataclass(frozen=True)
class Service:
    """One of the three services. statuses: the HTTP status of each error that it can answer with."""

    name: str
    shapes: Mapping[str, Json]
    operations: Mapping[str, Json]
    statuses: Mapping[str, int] = field(default_factory=dict)

    def checked(self, operation: str, sent: Any) -> Json:
        """What was sent, without nulls and without members that the operation does not know.

        UnreadableError where a value is of another type, else InvalidInputError that names everything wrong, in Amazon's manner.
        """
        wrong: list[str] = []
        shape = self.operations[operation].get("input")
        found: Json = self._checked(shape["shape"], sent, "", wrong) if shape else {}
        if wrong:
            detected = "1 validation error" if len(wrong) == 1 else f"{len(wrong)} validation errors"
            raise InvalidInputError(f"{detected} detected: {'; '.join(wrong)}")
        return found

    def output(self, operation: str) -> str | None:
        """The name of the shape that it answers with; None where it answers with nothing."""
        shape = self.operations[operation].get("output")
        return shape["shape"] if shape else None

    def members(self, shape: str) -> Mapping[str, str]:
        """The members of a structure, each with the name of its shape."""
        return {name: member["shape"] for name, member in self.shapes[shape]["members"].items()}

    def error_names(self, operation: str) -> list[str]:
        """The errors that the model says it can answer with."""
        return [error["shape"] for error in self.operations[operation].get("errors", ())]

    def _checked(self, name: str, value: Any, path: str, wrong: list[str]) -> Any:
        shape = self.shapes[name]
        return _BY_TYPE[shape["type"]](self, name, shape, value, path, wrong)

    def _structure(self, name: str, shape: Json, value: Any, path: str, wrong: list[str]) -> Json:
        if not isinstance(value, dict):
            raise _other_type(value, path, "an object")
        found, members = {}, shape["members"]
        for member, sent in value.items():
            if sent is not None and member in members:
                found[member] = self._checked(members[member]["shape"], sent, f"{path}.{member}" if path else member, wrong)
        for member in shape.get("required", ()):
            if member not in found:
                wrong.append(f"Value null at '{path}.{member}' failed to satisfy constraint: Member must not be null".replace("'.", "'"))
        return found

    def _list(self, name: str, shape: Json, value: Any, path: str, wrong: list[str]) -> list[Any]:
        if not isinstance(value, list):
            raise _other_type(value, path, "a list")
        _check_size(shape, value, path, wrong)
        member, found = shape["member"]["shape"], []
        for place, sent in enumerate(value, 1):
            where = f"{path}.{place}.member"
            if sent is None:
                wrong.append(f"Value null at '{where}' failed to satisfy constraint: Member must not be null")
            else:
                found.append(self._checked(member, sent, where, wrong))
        return found

    def _map(self, name: str, shape: Json, value: Any, path: str, wrong: list[str]) -> Json:
        if not isinstance(value, dict):
            raise _other_type(value, path, "an object")
        _check_size(shape, value, path, wrong)
        found = {}
        for key, sent in value.items():
            self._checked(shape["key"]["shape"], key, f"{path}.key", wrong)
            if sent is not None:
                found[key] = self._checked(shape["value"]["shape"], sent, f"{path}.{_shown(key)}.member", wrong)
        return found

    def _string(self, name: str, shape: Json, value: Any, path: str, wrong: list[str]) -> str:
        if not isinstance(value, str):
            raise _other_type(value, path, "a string")
        if _check_size(shape, value, path, wrong):
            pattern, words = FILES_TOO.get(name) or shape.get("pattern"), shape.get("enum")
            if pattern and not _pattern(pattern).fullmatch(value):
                _add(wrong, shape, value, path, f"Member must satisfy regular expression pattern: {shape['pattern']}")
            if words and value not in words:
                _add(wrong, shape, value, path, f"Member must satisfy enum value set: [{', '.join(words)}]")
        return value

    def _whole_number(self, name: str, shape: Json, value: Any, path: str, wrong: list[str]) -> int:
        highest = HIGHEST[shape["type"]]
        if isinstance(value, bool) or not isinstance(value, int) or not -highest - 1 <= value <= highest:
            raise _other_type(value, path, f"a whole number of {highest.bit_length() + 1} bits")
        _check_range(shape, value, path, wrong)
        return value

    def _number(self, name: str, shape: Json, value: Any, path: str, wrong: list[str]) -> float:
        found = _finite(value, path)
        _check_range(shape, found, path, wrong)
        return found

    def _moment(self, name: str, shape: Json, value: Any, path: str, wrong: list[str]) -> float:
        found = _finite(value, path)
        if not 0 <= found <= LATEST:
            raise _other_type(value, path, "seconds since 1970")
        return found

    def _truth(self, name: str, shape: Json, value: Any, path: str, wrong: list[str]) -> bool:
        if not isinstance(value, bool):
            raise _other_type(value, path, "true or false")
        return value


_BY_TYPE: dict[str, Callable[..., Any]] = {
    "structure": Service._structure,
    "list": Service._list,
    "map": Service._map,
    "string": Service._string,
    "integer": Service._whole_number,
    "long": Service._whole_number,
    "float": Service._number,
    "double": Service._number,
    "timestamp": Service._moment,
    "boolean": Service._truth,
}


@lru_cache(maxsize=3)
def service(name: str) -> Service:
    """One of CONTROL, RUNTIME and EVENTS; MissingExtraError where botocore is not installed."""
    spec = find_spec("botocore")  # finds it without importing it
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError("Amazon Personalize's interface", "its service models come with botocore", "install botocore")
    versions = sorted((Path(spec.submodule_search_locations[0]) / "data" / name).glob("*/service-2.json*"))
    if not versions:
        raise MissingExtraError("Amazon Personalize's interface", f"this botocore has no model of {name}", "install a newer botocore")
    data = versions[-1].read_bytes()
    model = json.loads(gzip.decompress(data) if versions[-1].suffix == ".gz" else data)
    errors = {name: shape for name, shape in model["shapes"].items() if shape.get("exception")}
    statuses = {name: shape.get("error", {}).get("httpStatusCode", 400) for name, shape in errors.items()}
    return Service(name, model["shapes"], model["operations"], statuses)


@lru_cache(maxsize=256)
def _pattern(javas: str) -> re.Pattern[str]:
    ours = javas
    for java, python in JAVAS:
        ours = ours.replace(java, python)
    return re.compile(ours, 0 if SCRIPTS in ours else re.ASCII)


def _check_size(shape: Json, value: Any, path: str, wrong: list[str]) -> bool:
    """Whether it is as long as it may be."""
    least, most = shape.get("min", 0), shape.get("max", math.inf)
    if least <= len(value) <= most:
        return True
    limit = f"less than or equal to {most}" if len(value) > most else f"greater than or equal to {least}"
    _add(wrong, shape, value, path, f"Member must have length {limit}")
    return False


def _check_range(shape: Json, value: float, path: str, wrong: list[str]) -> None:
    least, most = shape.get("min", -math.inf), shape.get("max", math.inf)
    if not least <= value <= most:
        limit = f"less than or equal to {most}" if value > most else f"greater than or equal to {least}"
        _add(wrong, shape, value, path, f"Member must have value {limit}")


def _add(wrong: list[str], shape: Json, value: Any, path: str, constraint: str) -> None:
    shown = "" if shape.get("sensitive") else f" '{_shown(value)}'"
    wrong.append(f"Value{shown} at '{path}' failed to satisfy constraint: {constraint}")


def _finite(value: Any, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _other_type(value, path, "a number")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise _other_type(value, path, "a number of 64 bits")
    return found


def _other_type(value: Any, path: str, wanted: str) -> UnreadableError:
    kind = {dict: "an object", list: "a list", str: "a string", bool: "a truth value", int: "a number", float: "a number"}
    return UnreadableError(f"{path or 'The body'} must be {wanted}, not {kind.get(type(value), 'null')} ({_shown(value)}).")


def _shown(value: Any) -> str:
    if isinstance(value, int) and value.bit_length() > 300:
        return "a number of many digits"
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."
