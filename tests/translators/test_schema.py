from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.support.chat_requests import CAPTURES, capture
from translators.errors import BadRequest
from translators.schema import MAX_DEPTH, function_schema, strict_schema

EMPTY = {"type": "object", "properties": {}}


def full(schema: Any) -> Any:
    return function_schema(schema, "full", "tools.0.input_schema")


def reduced(schema: Any) -> Any:
    return function_schema(schema, "reduced", "tools.0.input_schema")


def within(schema: Any) -> Any:
    """A schema as it is reduced where it is not the top one."""
    return reduced({"type": "object", "properties": {"x": schema}})["properties"]["x"]


@pytest.mark.parametrize("form", ["full", "reduced"])
@pytest.mark.parametrize("schema", [None, {}, {"type": "object"}, {"type": "string"}, {"type": ["object", "null"]}])
def test_what_is_no_object_schema_becomes_an_empty_one(schema: Any, form: str) -> None:
    assert function_schema(schema, form, "x") == EMPTY


def test_a_typeless_schema_keeps_its_properties() -> None:
    assert full({"properties": {"a": {}}}) == {"type": "object", "properties": {"a": {}}}


def test_the_full_form_keeps_every_keyword() -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "a": {"anyOf": [{"type": "string", "format": "uri"}, {"$ref": "#/$defs/B"}]},
            "n": {"items": {"const": 1}},
        },
        "required": ["a"],
        "additionalProperties": False,
        "$defs": {"B": {"type": "string", "pattern": "x"}},
    }
    assert full(schema) == schema


def test_nested_object_schemas_get_properties_wherever_they_stand() -> None:
    bare = {"type": "object", "additionalProperties": {"type": "object"}}
    filled = {"type": "object", "additionalProperties": EMPTY, "properties": {}}
    assert full(
        {"type": "object", "properties": {"a": bare, "b": {"type": "array", "items": bare}, "c": {"anyOf": [bare, True]}}}
    ) == {
        "type": "object",
        "properties": {"a": filled, "b": {"type": "array", "items": filled}, "c": {"anyOf": [filled, True]}},
    }


def test_unions_at_the_top_are_taken_together() -> None:
    schema = {
        "anyOf": [
            {"properties": {"a": {"type": "string"}}, "required": ["a"]},
            {"properties": {"b": {"type": "number"}}, "required": ["b"]},
        ],
        "allOf": [{"properties": {"c": {"type": "string"}}, "required": ["c"]}],
        "properties": {"a": {"type": "integer"}},
    }
    got = full(schema)
    assert got["properties"] == {"a": {"type": "integer"}, "b": {"type": "number"}, "c": {"type": "string"}}
    assert got["required"] == ["c"]
    assert not {"anyOf", "allOf"} & got.keys()


def test_a_reference_at_the_top_is_followed() -> None:
    schema = {"$ref": "#/$defs/A", "$defs": {"A": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}}}
    assert reduced(schema) == {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    assert full(schema)["required"] == ["a"]
    assert full({"$ref": ["no"]}) == EMPTY


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string", "format": "uri", "pattern": "x", "default": "y"}, {"type": "string"}),
        (
            {"type": "string", "title": "T", "description": "D", "minLength": 1},
            {"type": "string", "title": "T", "description": "D", "minLength": 1},
        ),
        ({"type": ["string", "null"]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        ({"type": ["string"], "description": "D"}, {"type": "string", "description": "D"}),
        ({"type": []}, {}),
        ({"type": "array"}, {"type": "array", "items": {}}),
        ({"type": "array", "items": {"type": "string", "$comment": "c"}}, {"type": "array", "items": {"type": "string"}}),
        ({"enum": ["a", "b"]}, {"type": "string", "enum": ["a", "b"]}),
        ({"const": "a"}, {"type": "string", "enum": ["a"]}),
        ({"type": "integer", "enum": [1, 2]}, {"type": "integer", "description": "One of: 1, 2"}),
        ({"description": "D.", "const": True}, {"description": "D. One of: true"}),
        ({"enum": []}, {}),
        ({"type": "object", "propertyNames": {"type": "string"}, "additionalProperties": {}}, EMPTY),
        ({"properties": {"a": True}}, {"type": "object", "properties": {"a": {}}}),
        (
            {"type": "object", "properties": {"a": {}}, "required": ["a", "b", 5, "a"]},
            {"type": "object", "properties": {"a": {}}, "required": ["a"]},
        ),
        (
            {"type": "string", "anyOf": [{"minLength": 1}, {"maxLength": 5}]},
            {"anyOf": [{"type": "string", "minLength": 1}, {"type": "string", "maxLength": 5}]},
        ),
        ({"oneOf": [{"type": "string"}, {"type": "string"}], "description": "D"}, {"description": "D", "type": "string"}),
        ({"allOf": [{"type": "string"}, {"minLength": 2}]}, {"type": "string", "minLength": 2}),
        (
            {"allOf": [{"properties": {"a": {}}, "required": ["a"]}, {"properties": {"b": {}}}]},
            {"type": "object", "properties": {"a": {}, "b": {}}, "required": ["a"]},
        ),
        ({"$ref": "#/$defs/Nowhere"}, EMPTY),
        ({"anyOf": "x", "required": "y", "properties": 3}, EMPTY),
    ],
)
def test_the_reduced_form_has_core_keywords_alone(schema: Any, expected: Any) -> None:
    assert within(schema) == expected


def test_references_are_inlined_and_what_stands_beside_them_wins() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/definitions/A", "description": "mine"}},
        "definitions": {"A": {"type": "string", "description": "theirs"}, "B": True},
    }
    assert reduced(schema)["properties"]["a"] == {"type": "string", "description": "mine"}


def test_a_reference_into_itself_ends_as_a_free_object() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}, "name": {"type": "string"}}}
    got = reduced({"type": "object", "properties": {"root": {"$ref": "#/$defs/Node"}}, "$defs": {"Node": node}})
    assert got["properties"]["root"]["properties"] == {"next": EMPTY, "name": {"type": "string"}}
    assert reduced({"type": "object", "properties": {"x": {"$ref": "#/$defs/L"}}, "$defs": {"L": {"$ref": "#/$defs/L"}}}) == {
        "type": "object",
        "properties": {"x": EMPTY},
    }


def test_references_that_multiply_are_refused() -> None:
    definitions: dict[str, Any] = {
        f"D{level}": {"type": "object", "properties": {key: {"$ref": f"#/$defs/D{level + 1}"} for key in "ab"}}
        for level in range(40)
    }
    with pytest.raises(BadRequest, match=r"tools\.0\.input_schema: the schema has more than 10000 parts"):
        reduced({"type": "object", "properties": {"x": {"$ref": "#/$defs/D0"}}, "$defs": definitions})


@pytest.mark.parametrize("form", ["full", "reduced"])
@pytest.mark.parametrize("keyword", ["items", "properties", "anyOf", "allOf"])
def test_a_schema_nested_without_end_is_refused(form: str, keyword: str) -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {}}
    for _ in range(5_000):
        wrapped: Any = {"items": schema, "properties": {"x": schema}, "anyOf": [schema, {}], "allOf": [schema]}[keyword]
        schema = {keyword: wrapped}
    with pytest.raises(BadRequest, match=f"nested more than {MAX_DEPTH} levels"):
        function_schema({"type": "object", "properties": {"x": schema}}, form, "tools.0.input_schema")


def test_what_is_no_schema_is_refused() -> None:
    with pytest.raises(BadRequest, match=r"tools\.0\.input_schema: Input should be an object"):
        full("x")


def test_the_strict_form_demands_every_property_and_allows_no_other() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "string", "pattern": "x"},
            "b": {"anyOf": [{"type": "object", "properties": {"c": {}}}, {"type": "null"}]},
        },
        "required": ["a"],
    }
    closed = {"additionalProperties": False}
    assert strict_schema(schema, "x") == {
        "type": "object",
        "properties": {
            "a": {"type": "string"},
            "b": {"anyOf": [{"type": "object", "properties": {"c": {}}, "required": ["c"], **closed}, {"type": "null"}]},
        },
        "required": ["a", "b"],
        **closed,
    }


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_the_clients_schemas_are_never_changed(path: Any) -> None:
    tools = [tool for tool in capture(path.stem).get("tools", []) if "input_schema" in tool]
    before = copy.deepcopy(tools)
    for tool in tools:
        full(tool["input_schema"])
        reduced(tool["input_schema"])
    assert tools == before


def test_no_reduced_schema_of_the_clients_tools_has_a_keyword_gemini_refuses() -> None:
    refused = {
        "$schema",
        "additionalProperties",
        "propertyNames",
        "exclusiveMinimum",
        "const",
        "format",
        "$ref",
        "oneOf",
        "pattern",
    }
    for tool in capture("compact")["tools"]:
        keys = json.dumps(list(_keywords(reduced(tool["input_schema"]))))
        assert not refused & set(json.loads(keys)), tool["name"]


def _keywords(schema: Any) -> Any:
    """The keywords of a schema, not the names of its properties."""
    yield from schema
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]
    for one in inner:
        yield from _keywords(one)
