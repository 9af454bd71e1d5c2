"""Amazon's schemas of data sets: an Avro record as text to fields in order, or one sentence on what is wrong with it.

The rules are those of Amazon Personalize's guide, "Creating schema JSON files" and the requirements of each data set type and domain.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recommender.personalize.refusals import InvalidInputError

INTERACTIONS, USERS, ITEMS, ACTIONS, ACTION_INTERACTIONS = "INTERACTIONS", "USERS", "ITEMS", "ACTIONS", "ACTION_INTERACTIONS"
DATASET_TYPES = (INTERACTIONS, USERS, ITEMS, ACTIONS, ACTION_INTERACTIONS)
VIDEO, SHOP = "VIDEO_ON_DEMAND", "ECOMMERCE"
TYPES = ("string", "boolean", "int", "long", "float", "double")
WHOLE, NUMBERS = ("int", "long"), ("int", "long", "float", "double")
LONGEST_ID, LONGEST_CATEGORY = 256, 1000  # characters
MOST_METADATA = {INTERACTIONS: 5, USERS: 25, ITEMS: 100, ACTIONS: 10, ACTION_INTERACTIONS: 0}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_NAMESPACE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*", re.ASCII)

_REQUIRED = {
    INTERACTIONS: {"USER_ID": "string", "ITEM_ID": "string", "TIMESTAMP": "long"},
    USERS: {"USER_ID": "string"},
    ITEMS: {"ITEM_ID": "string"},
    ACTIONS: {"ACTION_ID": "string"},
    ACTION_INTERACTIONS: {"USER_ID": "string", "ACTION_ID": "string", "EVENT_TYPE": "string", "TIMESTAMP": "long"},
}
_RESERVED = {
    INTERACTIONS: {
        "EVENT_TYPE": "string",
        "EVENT_VALUE": "float",
        "IMPRESSION": "string",
        "RECOMMENDATION_ID": "string",
        "EVENT_ATTRIBUTION_SOURCE": "string",
    },
    USERS: {},
    ITEMS: {"CREATION_TIMESTAMP": "long"},
    ACTIONS: {
        "VALUE": "long",
        "TYPE": "string",
        "CREATION_TIMESTAMP": "long",
        "EXPIRATION_TIMESTAMP": "long",
        "REPEAT_FREQUENCY": "long",
    },
    ACTION_INTERACTIONS: {"IMPRESSION": "string", "RECOMMENDATION_ID": "string"},
}
_NEEDS_METADATA = (USERS, ITEMS, ACTIONS)
_DOMAINS = {
    VIDEO: {INTERACTIONS: {"EVENT_TYPE": "string"}, ITEMS: {"GENRES": "string", "CREATION_TIMESTAMP": "long"}},
    SHOP: {INTERACTIONS: {"EVENT_TYPE": "string"}, ITEMS: {"PRICE": "float", "CATEGORY_L1": "string"}},
}  # what a domain requires besides


@dataclass(frozen=True, slots=True)
class Field:
    """One column. type: one of TYPES; nullable: whether it may be empty. categorical: values parted by `|`; textual: prose to read."""

    name: str
    type: str
    nullable: bool = False
    categorical: bool = False
    textual: bool = False

    @property
    def is_number(self) -> bool:
        """Whether it is kept as a number; texts and truths are kept as texts."""
        return self.type in NUMBERS


@dataclass(frozen=True, slots=True)
class Schema:
    """What the rows of a data set look like. dataset_type: one of DATASET_TYPES."""

    dataset_type: str
    fields: tuple[Field, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(field.name for field in self.fields)

    @property
    def metadata(self) -> tuple[Field, ...]:
        """The columns that are neither required nor reserved words."""
        known = _REQUIRED[self.dataset_type] | _RESERVED[self.dataset_type]
        return tuple(field for field in self.fields if field.name not in known)

    def field(self, name: str) -> Field | None:
        """The column of this name, or None."""
        return next((field for field in self.fields if field.name == name), None)


def read_schema(text: str, dataset_type: str | None = None, domain: str | None = None) -> Schema:
    """What the text says; InvalidInputError with the first thing that is wrong.

    dataset_type: what it is to be used for, in any case of letters; None for whatever its record's name says. domain: that of the data set
    group, VIDEO_ON_DEMAND or ECOMMERCE, whose schemas must have some fields more; None for a custom group.
    """
    said = _record(text)
    named = _dataset_type(said.get("name"))
    if dataset_type is not None and dataset_type.upper() != named:
        raise InvalidInputError(
            f"The schema's name must be {_avro_name(dataset_type)!r} for a data set of type {dataset_type.upper()}, not {said['name']!r}."
        )
    listed = said.get("fields")
    if not isinstance(listed, list) or not listed:
        raise InvalidInputError("The schema's fields must be a list with an object for each column.")
    schema = Schema(named, tuple(_field(one, place) for place, one in enumerate(listed, 1)))
    _check_names(schema)
    _check_required(schema, _REQUIRED[named] | _DOMAINS.get(domain or "", {}).get(named, {}))
    for name, kind in _RESERVED[named].items():
        _check_type(schema, name, kind)
    _check_metadata(schema)
    return schema


def _record(text: str) -> Mapping[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(f"The schema is no JSON: {error}.") from None
    if not isinstance(said, dict):
        raise InvalidInputError(f"The schema must be an Avro record, a JSON object, not {text[:40]!r}.")
    if said.get("type") != "record":
        raise InvalidInputError(f"The schema's type must be 'record', not {said.get('type')!r}.")
    namespace, version = said.get("namespace"), said.get("version")
    if namespace is not None and not (isinstance(namespace, str) and _NAMESPACE.fullmatch(namespace)):
        raise InvalidInputError(f"The schema's namespace must be like 'com.amazonaws.personalize.schema', not {namespace!r}.")
    if version is not None and not (isinstance(version, str) and version):
        raise InvalidInputError(f"The schema's version must be a text like '1.0', not {version!r}.")
    return said


def _dataset_type(name: object) -> str:
    plain = name.upper().replace("_", "") if isinstance(name, str) else ""
    for one in DATASET_TYPES:
        if one.replace("_", "") == plain:
            return one
    names = ", ".join(repr(_avro_name(one)) for one in DATASET_TYPES)
    raise InvalidInputError(f"The schema's name must be that of its data set's type, one of {names}, not {name!r}.")


def _avro_name(dataset_type: str) -> str:
    return "_".join(part.capitalize() for part in dataset_type.split("_"))


def _field(said: object, place: int) -> Field:
    if not isinstance(said, dict):
        raise InvalidInputError(f"Field {place} of the schema must be an object with a name and a type, not {said!r}.")
    name = said.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InvalidInputError(f"The name of field {place} of the schema must be letters, digits and underscores, not {name!r}.")
    kind = said.get("type")
    kinds: list[Any] = kind if isinstance(kind, list) else [kind]
    known = all(isinstance(one, str) and one in (*TYPES, "null") for one in kinds)
    if not known or len(set(kinds) - {"null"}) != 1 or len(set(kinds)) != len(kinds):
        raise InvalidInputError(
            f"The type of the schema's field {name} must be one of {', '.join(TYPES)}, alone or in a list with 'null', not {kind!r}."
        )
    flags = {flag: said.get(flag, False) for flag in ("categorical", "textual")}
    for flag, value in flags.items():
        if not isinstance(value, bool):
            raise InvalidInputError(f"{flag} of the schema's field {name} must be true or false, not {value!r}.")
    field = Field(name, next(one for one in kinds if one != "null"), "null" in kinds, flags["categorical"], flags["textual"])
    if (field.categorical or field.textual) and field.type != "string":
        flag = "categorical" if field.categorical else "textual"
        raise InvalidInputError(f"The schema's field {name} is {flag} and must be a string, not {field.type!r}.")
    if field.categorical and field.textual:
        raise InvalidInputError(f"The schema's field {name} must be categorical or textual, not both.")
    return field


def _check_names(schema: Schema) -> None:
    """Amazon tells names apart by their letters and digits alone."""
    seen: dict[str, str] = {}
    for name in schema.names:
        plain = name.replace("_", "").upper()
        if plain in seen:
            raise InvalidInputError(
                f"The schema's fields {seen[plain]} and {name} must differ in more than underscores and the case of letters."
                if seen[plain] != name
                else f"The schema has the field {name} twice; each must be there once."
            )
        seen[plain] = name


def _check_required(schema: Schema, required: Mapping[str, str]) -> None:
    missing = [name for name in required if name not in schema.names]
    if missing:
        raise InvalidInputError(
            f"The schema of a data set of type {schema.dataset_type} must have the field {missing[0]} of type {required[missing[0]]!r}; "
            f"it has {', '.join(schema.names)}."
        )
    for name, kind in required.items():
        _check_type(schema, name, kind)
        field = schema.field(name)
        if field is not None and field.nullable and name in _REQUIRED[schema.dataset_type]:
            raise InvalidInputError(f"The schema's field {name} is required and must be {kind!r} alone, without 'null'.")


def _check_type(schema: Schema, name: str, kind: str) -> None:
    field = schema.field(name)
    if field is not None and field.type != kind:
        raise InvalidInputError(f"The schema's field {name} must be of type {kind!r}, not {field.type!r}.")
    if field is not None and field.categorical and name in ("EVENT_TYPE", *_REQUIRED[schema.dataset_type]):
        raise InvalidInputError(f"The schema's field {name} must not be categorical.")


def _check_metadata(schema: Schema) -> None:
    count, most = len(schema.metadata), MOST_METADATA[schema.dataset_type]
    has_known = any(name in _RESERVED[schema.dataset_type] for name in schema.names)
    if schema.dataset_type in _NEEDS_METADATA and not count and not has_known:
        raise InvalidInputError(
            f"The schema of a data set of type {schema.dataset_type} must have a field of metadata besides {schema.names[0]}."
        )
    if count > most:
        raise InvalidInputError(
            f"The schema of a data set of type {schema.dataset_type} must have at most {most} fields of metadata, not {count}."
        )
    textual = [field.name for field in schema.fields if field.textual]
    if textual and schema.dataset_type != ITEMS:
        raise InvalidInputError(
            f"The schema's field {textual[0]} must not be textual: only the schema of a data set of type ITEMS may have such."
        )
