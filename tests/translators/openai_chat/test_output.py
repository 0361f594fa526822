from __future__ import annotations

from typing import Any

import pytest

from tests.support.chat_requests import asked, rules, sent, unknown_target
from translators.errors import BadRequest

SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}, "tags": {"type": "array", "items": {"type": "object"}}}}
WANTED = {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}
INSTRUCTION = "Answer with one JSON value and nothing else"


@pytest.mark.parametrize("fields", [WANTED, {"output_format": {"type": "json_schema", "schema": SCHEMA}}])
def test_a_schema_becomes_a_strict_response_format(fields: dict[str, Any]) -> None:
    body = sent(asked(**fields), unknown_target(json_schema="schema"))
    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {
            "name": "answer",
            "strict": True,
            "schema": {
                "type": "object",
                "properties": {
                    "title": {"type": "string"},
                    "tags": {
                        "type": "array",
                        "items": {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
                    },
                },
                "required": ["title", "tags"],
                "additionalProperties": False,
            },
        },
    }
    assert body["messages"][0]["role"] == "user"


def test_a_target_that_knows_json_alone_gets_an_instruction_too() -> None:
    body = sent(asked(system="You are.", **WANTED), unknown_target(json_schema="object"))
    assert body["response_format"] == {"type": "json_object"}
    assert body["messages"][0]["content"].startswith(f"You are.\n\n{INSTRUCTION}")
    assert '"title"' in body["messages"][0]["content"]


def test_an_unknown_target_gets_the_instruction_alone() -> None:
    body = sent(asked(**WANTED))
    assert "response_format" not in body
    assert body["messages"][0]["role"] == "system"
    assert body["messages"][0]["content"].startswith(INSTRUCTION)
    assert rules(asked(**WANTED)) == ["output.instruction"]


@pytest.mark.parametrize("mode", ["schema", "object"])
def test_a_schema_that_is_no_object_is_an_instruction_everywhere(mode: str) -> None:
    fields = {"output_config": {"format": {"type": "json_schema", "schema": {"type": "array"}}}}
    body = sent(asked(**fields), unknown_target(json_schema=mode))
    assert "response_format" not in body
    assert body["messages"][0]["content"].endswith('{"type":"array"}')


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"output_config": {"format": {"type": "xml"}}}, r"output_config\.format\.type: .*`xml`"),
        ({"output_config": {"format": "json"}}, r"output_config\.format: Input should be an object"),
        ({"output_format": {"type": "json_schema"}}, r"output_format\.schema: Input should be an object"),
    ],
)
def test_a_format_that_makes_no_sense_is_refused(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadRequest, match=complaint):
        sent(asked(**fields))


@pytest.mark.parametrize("config", [None, {}, {"effort": "high"}, "x"])
def test_no_format_is_no_field(config: Any) -> None:
    assert "response_format" not in sent(asked(output_config=config), unknown_target(json_schema="schema"))
