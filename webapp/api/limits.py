"""What a JSON schema allows, in words: "whole number, 1 to 100"."""

from __future__ import annotations

from typing import Any

from webapp.inputs import HIGHEST_ID

Json = dict[str, Any]

KINDS = {"integer": "whole number", "number": "number", "string": "text", "boolean": "true or false", "object": "object", "null": "null"}
FORMATS = {"date-time": "date and time, as 2026-11-21T12:30:45Z", "uri": "URI"}


def allowed(schema: Json) -> str:
    """The kind of value and its limits; names of schemas and words to be sent stand in backticks."""
    if "$ref" in schema:
        return f"`{part_name(schema)}`"
    if "oneOf" in schema:
        return " or ".join(map(allowed, schema["oneOf"]))
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " or ".join(_one_kind(kind, schema) for kind in kinds)


def part_name(schema: Json) -> str:
    """The name of the schema that is referred to."""
    return str(schema["$ref"]).rpartition("/")[2]


def _one_kind(kind: str, schema: Json) -> str:
    if kind == "array":
        return _list(schema)
    if "enum" in schema:
        return ("one of " if len(schema["enum"]) > 1 else "") + ", ".join(f"`{word}`" for word in schema["enum"])
    if kind == "string":
        words = [FORMATS.get(schema.get("format", ""), KINDS[kind]), _range(schema, "minLength", "maxLength", " characters")]
    elif kind in ("integer", "number"):
        steps = f"in steps of {schema['multipleOf']}" if "multipleOf" in schema else ""
        words = [KINDS[kind], _range(schema, "minimum", "maximum"), steps]
    else:
        words = [KINDS[kind]]
    return ", ".join(filter(None, words))


def _list(schema: Json) -> str:
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    count = f" of {most}" if most == least else f" of at most {most}" if most else ""
    return f"list{count}, each {allowed(schema['items'])}"


def _range(schema: Json, least: str, most: str, unit: str = "") -> str:
    low, high = schema.get(least), schema.get(most)
    if low is not None and high is not None:
        return f"{_number(low)} to {_number(high)}{unit}"
    if high is not None:
        return f"at most {_number(high)}{unit}"
    return f"{_number(low)}{unit} or more" if low is not None else ""


def _number(number: float) -> str:
    return "2⁵³" if number == HIGHEST_ID else f"{number:,}"
