"""The OpenAPI document as people read it: routes in groups, with their parameters, answers and ready calls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from recommender.domain import is_own_person
from webapp.api.calls import Call
from webapp.api.contract import SKILL_KEY
from webapp.api.limits import allowed, part_name

Json = dict[str, Any]

METHODS = ("get", "put", "post", "patch", "delete")
PROBLEM = "application/problem+json"
SHORT_LIST = re.compile(r"\[\n\s+([^\[\]{}]*?)\n\s+\]")  # no list or object in it
LINE_BREAK = re.compile(r"\n\s*")
A_TAG = 'W/"0-1-7c0ffee"'  # what an ETag looks like


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a value in a body. allowed: its kind and limits. default, example: empty where there is none."""

    name: str
    where: str
    allowed: str
    required: bool
    meaning: str
    default: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One status. kind: its media type, empty without a body. part: the schema of the body. headers: name and meaning."""

    status: str
    title: str
    meaning: str
    kind: str
    part: str
    example: str
    headers: tuple[tuple[str, str], ...]

    @property
    def is_good(self) -> bool:
        return self.status < "400"

    @property
    def is_problem(self) -> bool:
        """Whether it has the form that all refusals share."""
        return self.kind == PROBLEM


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path. may_need, must_have: whether a token is for some of its answers or for all. by_skill: whether it
    is for the site's own skill alone. address: of its example.
    """

    name: str
    method: str
    path: str
    summary: str
    details: str
    may_need: bool
    must_have: bool
    by_skill: bool
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    body_part: str
    body_example: str
    answers: tuple[Answer, ...]
    call: Call
    address: str

    @property
    def can_be_opened(self) -> bool:
        """Whether a plain link shows its answer."""
        return self.call.method == "GET" and not self.call.with_token and not self.by_skill

    @property
    def has_tag(self) -> bool:
        return any(answer.status == "304" for answer in self.answers)

    @property
    def call_with_tag(self) -> Call:
        """The same call, for somebody who has an answer already."""
        return replace(self.call, headers=(*self.call.headers, ("If-None-Match", A_TAG)))


@dataclass(frozen=True, slots=True)
class Group:
    """Routes that belong together."""

    name: str
    description: str
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A schema that bodies are made of. allowed: for a single value; fields: for an object."""

    name: str
    description: str
    allowed: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of refusal: its status, what it is called and an example of what it says."""

    status: int
    type: str
    title: str
    detail: str


@dataclass(frozen=True, slots=True)
class Handbook:
    """Everything that the document says. base: where the paths begin, without a slash at the end."""

    title: str
    version: str
    openapi: str
    paragraphs: tuple[str, ...]
    base: str
    token: str
    groups: tuple[Group, ...]
    parts: tuple[Part, ...]
    kinds: tuple[Kind, ...]

    @property
    def routes(self) -> Iterator[Route]:
        for group in self.groups:
            yield from group.routes


def handbook(document: Json, host: str, at_hand: Mapping[str, Any]) -> Handbook:
    """Read a document. host: such as http://127.0.0.1:8000/. at_hand: values that examples take, by the name of their parameter.

    If the user_id at hand is a person's own, and not that of a viewer of the data set, examples that read a list carry a token.
    """
    base = host.rstrip("/") + document["servers"][0]["url"].rstrip("/")
    schemas = document["components"]["schemas"]
    routes = [
        (operation["tags"][0], _route(method, path, operation, schemas, base, at_hand))
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]
    info = document["info"]
    return Handbook(
        title=info["title"],
        version=info["version"],
        openapi=document["openapi"],
        paragraphs=tuple(info["description"].split("\n\n")),
        base=base,
        token=document["components"]["securitySchemes"]["bearer"]["description"],
        groups=tuple(
            Group(tag["name"], tag["description"], tuple(route for name, route in routes if name == tag["name"]))
            for tag in document["tags"]
        ),
        parts=tuple(_part(name, schema) for name, schema in schemas.items()),
        kinds=tuple(_kinds(document)),
    )


def _route(method: str, path: str, operation: Json, schemas: Json, base: str, at_hand: Mapping[str, Any]) -> Route:
    security = operation.get("security", [])
    by_skill = any("skill" in way for way in security)
    must_have = bool(security) and {} not in security and not by_skill
    may_need = {} in security
    with_token = must_have or (may_need and is_own_person(at_hand.get("user_id", 0)))
    described = operation.get("parameters", [])
    if must_have:  # here the document's example is the number of a token's owner, which that at hand need not be
        at_hand = {name: value for name, value in at_hand.items() if name != "user_id"}
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    address = _address(path, described, at_hand)
    return Route(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        details=operation.get("description", ""),
        may_need=may_need,
        must_have=must_have,
        by_skill=by_skill,
        parameters=tuple(_parameter(each, at_hand) for each in described),
        body=_fields(schemas[part_name(body["schema"])]) if body else (),
        body_part=part_name(body["schema"]) if body else "",
        body_example=written(body["example"]) if body else "",
        answers=tuple(_answer(status, answer) for status, answer in sorted(operation["responses"].items())),
        call=Call(method.upper(), base + address, body["example"] if body else None, _headers(described, by_skill), with_token),
        address=address,
    )


def _headers(described: list[Json], by_skill: bool) -> tuple[tuple[str, str], ...]:
    """Those that a call of the skill carries; others need none."""
    return ((SKILL_KEY, "the-key"), *((each["name"], each["example"]) for each in described if each["in"] == "header")) if by_skill else ()


def _address(path: str, described: list[Json], at_hand: Mapping[str, Any]) -> str:
    """The path with an example for all that must be given, and for what is at hand."""
    query: dict[str, object] = {}
    for parameter in described:
        name = parameter["name"]
        value = at_hand.get(name, parameter.get("example"))
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", quote(str(value), safe=""))
        elif parameter["in"] == "query" and (parameter["required"] or name in at_hand):
            query[name] = value
    return path + (f"?{urlencode(query, errors='replace')}" if query else "")


def _parameter(parameter: Json, at_hand: Mapping[str, Any]) -> Field:
    schema, example = parameter["schema"], at_hand.get(parameter["name"], parameter.get("example", ""))
    return Field(
        name=parameter["name"],
        where=parameter["in"],
        allowed=allowed(schema),
        required=parameter["required"],
        meaning=parameter["description"],
        default=str(schema.get("default", "")),
        example=",".join(example) if isinstance(example, list) else str(example),
    )


def _fields(schema: Json) -> tuple[Field, ...]:
    return tuple(
        Field(name, "body", allowed(value), name in schema.get("required", ()), value.get("description", ""))
        for name, value in schema.get("properties", {}).items()
    )


def _part(name: str, schema: Json) -> Part:
    return Part(name, schema.get("description", ""), "" if "properties" in schema else allowed(schema), _fields(schema))


def _answer(status: str, answer: Json) -> Answer:
    contents: dict[str, Json] = answer.get("content", {})
    kind, content = next(iter(contents.items()), ("", {}))
    example: Json = content.get("example", {})
    return Answer(
        status=status,
        title=example["title"] if kind == PROBLEM else HTTPStatus(int(status)).phrase,
        meaning=answer["description"],
        kind=kind,
        part=part_name(content["schema"]) if "$ref" in content.get("schema", {}) else "",
        example=written(example) if example else "",
        headers=tuple((name, header["description"]) for name, header in answer.get("headers", {}).items()),
    )


def _kinds(document: Json) -> Iterator[Kind]:
    """Every kind of refusal once, by status, with the first example of it in the document."""
    found: dict[tuple[int, str], Kind] = {}
    for item in document["paths"].values():
        for method, operation in item.items():
            for answer in operation["responses"].values() if method in METHODS else ():
                said = answer.get("content", {}).get(PROBLEM, {}).get("example")
                if said:
                    kind = Kind(said["status"], said["type"], said["title"], said["detail"])
                    found.setdefault((kind.status, kind.type), kind)
    return (found[key] for key in sorted(found))


def written(value: object) -> str:
    """JSON as people write it: a line for each field, short lists on one line."""
    return SHORT_LIST.sub(lambda found: f"[{LINE_BREAK.sub(' ', found[1])}]", json.dumps(value, ensure_ascii=False, indent=2))
