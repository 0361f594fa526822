"""What counts as a success by default, and why not."""

from __future__ import annotations

from typing import Any

import pytest

from addon.lab.schemas import violation
from addon.lab.success import by_default, valid_calls
from addon.recordings.exchange import Answer, ToolCall
from tests.support.exchanges import answer, call, exchange

GOOD = call("Bash", command="ls")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (answer(), "ok"),
        (answer(GOOD), "ok"),
        (answer(GOOD, GOOD), "ok"),
        (answer(stop_reason="stop_sequence"), "ok"),
        (answer(error="overloaded_error", message="busy", stop_reason=""), "error"),
        (answer(stop_reason=""), "no_end"),
        (answer(stop_reason="max_tokens"), "max_tokens"),
        (answer(stop_reason="refusal"), "refusal"),
        (answer(stop_reason="pause_turn"), "pause_turn"),
        (answer(stop_reason="model_context_window_exceeded"), "model_context_window_exceeded"),
        (answer(text=" \n"), "empty"),
        (answer(text="", thinking="hm"), "empty"),
        (answer(stop_reason="tool_use"), "no_call"),
        (answer(call("Delete", path="/")), "unknown_tool"),
        (answer(ToolCall("Bash", '{"command": ', None)), "not_json"),
        (answer(ToolCall("Bash", "[1]", [1])), "not_json"),
        (answer(call("Bash", kommando="ls")), "invalid_arguments"),
        (answer(GOOD, call("Read", file_path=7)), "invalid_arguments"),
    ],
)
def test_an_answer_is_a_success_or_it_is_said_why_not(given: Answer, reason: str) -> None:
    verdict = by_default(exchange(), given)
    assert (verdict.success, verdict.reason, verdict.by) == (reason == "ok", reason, "default")
    assert bool(verdict.detail) == (reason != "ok")


def test_a_probe_is_complete_with_its_one_token() -> None:
    probe = exchange(request={"max_tokens": 1, "messages": []})
    assert by_default(probe, answer(stop_reason="max_tokens", text="")).success


def test_a_call_that_the_request_demands_must_be_made() -> None:
    tools = [{"name": "Bash", "input_schema": {}}, {"name": "web_search", "type": "web_search_20250305"}]
    demanded = exchange(request={"tools": tools, "tool_choice": {"type": "tool", "name": "Bash"}})
    of_the_server = exchange(request={"tools": tools, "tool_choice": {"type": "tool", "name": "web_search"}})
    assert by_default(demanded, answer()).reason == "no_call"
    assert by_default(of_the_server, answer()).success


def test_the_detail_names_the_tool_and_the_place() -> None:
    detail = by_default(exchange(), answer(call("Read", file_path=7))).detail
    assert detail == "`Read`: $.file_path: 7 is not of type 'string'"


def test_valid_calls_are_counted_one_by_one() -> None:
    assert valid_calls(exchange(), answer(GOOD, call("Bash"), call("Nope"), GOOD)) == 2


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"properties": {"a": {"$ref": "http://127.0.0.1:9/never-fetched.json"}}},
        {"properties": {"a": {"$ref": "#/$defs/missing"}}},
        {"properties": {"a": {"type": "string", "pattern": "(?<name>x)"}}},
        {"$ref": "#"},
    ],
)
def test_arguments_cannot_be_judged_by_a_schema_that_cannot_be_used(schema: dict[str, Any]) -> None:
    assert violation(schema, {"a": "b"}) == ""


def test_a_schema_that_says_which_draft_it_follows_is_read_by_that() -> None:
    old = {"$schema": "http://json-schema.org/draft-04/schema#", "properties": {"n": {"maximum": 3, "exclusiveMaximum": True}}}
    assert violation(old, {"n": 3})
    assert not violation(old, {"n": 2})
