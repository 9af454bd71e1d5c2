"""Schemas: what the documents write is read, and what Amazon refuses is refused in one sentence."""

import json
from typing import Any

import pytest

from recommender.personalize.refusals import InvalidInputError
from recommender.personalize.schemas import Field, read_schema

USER, ITEM, TIME = ({"name": name, "type": kind} for name, kind in (("USER_ID", "string"), ("ITEM_ID", "string"), ("TIMESTAMP", "long")))
GENRES = {"name": "GENRES", "type": ["null", "string"], "categorical": True}
FULLSTACK = """{
    "type": "record",
    "name": "Interactions",
    "namespace": "com.amazonaws.personalize.schema",
    "fields": [
        {"name": "USER_ID", "type": "string"},
        {"name": "ITEM_ID", "type": "string"},
        {"name": "EVENT_TYPE", "type": "string"},
        {"name": "TIMESTAMP", "type": "long"}
    ],
    "version": "1.0"
}"""  # of the document 002


def record(name: str, *fields: dict[str, Any], **more: Any) -> str:
    """A schema as text."""
    said = {"type": "record", "name": name, "namespace": "com.amazonaws.personalize.schema", "fields": list(fields), "version": "1.0"}
    return json.dumps(said | more)


def test_the_documents_schema_is_read_in_its_order() -> None:
    schema = read_schema(FULLSTACK, "Interactions")
    assert schema.dataset_type == "INTERACTIONS"
    assert schema.names == ("USER_ID", "ITEM_ID", "EVENT_TYPE", "TIMESTAMP")
    assert schema.field("TIMESTAMP") == Field("TIMESTAMP", "long")
    assert schema.metadata == ()


def test_the_names_of_a_type_stand_for_it_in_any_case() -> None:
    assert read_schema(record("interactions", USER, ITEM, TIME)).dataset_type == "INTERACTIONS"
    action = {"name": "ACTION_ID", "type": "string"}, {"name": "EVENT_TYPE", "type": "string"}
    assert read_schema(record("ActionInteractions", USER, *action, TIME)).dataset_type == "ACTION_INTERACTIONS"


def test_null_categorical_and_textual_are_told() -> None:
    plot = {"name": "PLOT", "type": ["string", "null"], "textual": True}
    schema = read_schema(record("Items", ITEM, GENRES, plot, {"name": "CREATION_TIMESTAMP", "type": "long"}))
    assert [(one.name, one.nullable, one.categorical, one.textual) for one in schema.metadata] == [
        ("GENRES", True, True, False),
        ("PLOT", True, False, True),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "must be an Avro record"),
        (record("Interactions", USER, ITEM, TIME, type="array"), "type must be 'record', not 'array'"),
        (record("Films", USER, ITEM, TIME), "name must be .* 'Interactions', .* not 'Films'"),
        (record("Interactions"), "fields must be a list"),
        (record("Interactions", USER, ITEM, TIME, namespace="my shop"), "namespace .* not 'my shop'"),
        (record("Interactions", USER, ITEM, TIME, version=1), "version must be a text like '1.0', not 1"),
        (record("Interactions", USER, ITEM), "must have the field TIMESTAMP of type 'long'; it has USER_ID, ITEM_ID"),
        (record("Interactions", USER, ITEM, {"name": "TIMESTAMP", "type": "string"}), "TIMESTAMP must be of type 'long', not 'string'"),
        (record("Interactions", USER, {"name": "ITEM_ID", "type": ["string", "null"]}, TIME), "ITEM_ID is required .* without 'null'"),
        (record("Interactions", USER, ITEM, TIME, {"name": "EVENT_VALUE", "type": "string"}), "EVENT_VALUE must be of type 'float'"),
        (record("Interactions", USER, ITEM, TIME, {"name": "EVENT_TYPE", "type": "string", "categorical": True}), "not be categorical"),
        (record("Interactions", USER, ITEM, TIME, USER), "has the field USER_ID twice"),
        (record("Items", ITEM, {"name": "G_1", "type": "int"}, {"name": "G1", "type": "int"}), "G_1 and G1 must differ"),
        (record("Users", USER), "must have a field of metadata besides USER_ID"),
        (record("Users", USER, {"name": "BIO", "type": "string", "textual": True}), "BIO must not be textual"),
        (record("Users", USER, *({"name": f"A{n}", "type": "int"} for n in range(26))), "at most 25 fields of metadata, not 26"),
        (record("Items", ITEM, {"name": "YEAR", "type": "date"}), "type of the schema's field YEAR must be one of .* not 'date'"),
        (record("Items", ITEM, {"name": "YEAR", "type": ["null"]}), "not \\['null'\\]"),
        (record("Items", ITEM, {"name": "YEAR", "type": ["int", "long"]}), "YEAR must be one of"),
        (record("Items", ITEM, {"name": "YEAR", "type": [{}]}), "YEAR must be one of"),
        (record("Items", ITEM, {"name": "YEAR", "type": "int", "categorical": True}), "YEAR is categorical and must be a string"),
        (record("Items", ITEM, {"name": "G", "type": "string", "categorical": "yes"}), "must be true or false, not 'yes'"),
        (record("Items", ITEM, {"name": "G", "type": "string", "categorical": True, "textual": True}), "not both"),
        (record("Items", ITEM, {"name": "a b", "type": "int"}), "name of field 2 .* not 'a b'"),
        (record("Items", ITEM, "GENRES"), "Field 2 of the schema must be an object"),  # type: ignore[arg-type]
    ],
)
def test_what_amazon_refuses_is_refused_in_one_sentence(text: str, says: str) -> None:
    with pytest.raises(InvalidInputError, match=says) as refused:
        read_schema(text)
    assert "\n" not in str(refused.value)


def test_a_schema_for_another_type_of_data_set_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="name must be 'Users' for a data set of type USERS, not 'Interactions'"):
        read_schema(FULLSTACK, "Users")


def test_a_domain_requires_more() -> None:
    assert read_schema(record("Interactions", USER, ITEM, TIME)).names
    with pytest.raises(InvalidInputError, match="must have the field EVENT_TYPE"):
        read_schema(record("Interactions", USER, ITEM, TIME), domain="VIDEO_ON_DEMAND")
    with pytest.raises(InvalidInputError, match="must have the field PRICE"):
        read_schema(record("Items", ITEM, GENRES), domain="ECOMMERCE")
