"""The fake is believed because the official SDK reads it, and because it refuses what the API refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import anthropic
import pytest

from tests.fakes.anthropic_fake import AnthropicFake
from tests.fakes.anthropic_messages import signature
from tests.fakes.fake import Fault
from tests.fakes.script import SEARCH, prompt

TURN: list[dict[str, Any]] = [
    {"thinking": "Hm, 世界."},
    {"text": "Grüße."},
    {"tool": "Read", "input": {"file_path": "ä"}},
    {"tool": "List", "input": {}},
]
TOOLS: Any = [{"name": name, "input_schema": {"type": "object", "properties": {}}} for name in ("Read", "List")]


@pytest.fixture
def fake() -> Iterator[AnthropicFake]:
    with AnthropicFake(key="sk-a", chunk=3) as fake:
        yield fake


@pytest.fixture
def sdk(fake: AnthropicFake) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=fake.url, api_key="sk-a", max_retries=0)


def ask(**changes: Any) -> Any:
    messages = [{"role": "user", "content": prompt([TURN])}]
    return {"model": "claude-opus-4-8", "max_tokens": 1000, "messages": messages, "tools": TOOLS} | changes


def test_the_sdk_reads_the_whole_message(sdk: anthropic.Anthropic) -> None:
    message = sdk.messages.create(**ask())
    assert [block.type for block in message.content] == ["thinking", "text", "tool_use", "tool_use"]
    assert message.stop_reason == "tool_use"
    assert message.usage.input_tokens > 0


def test_the_sdk_reads_the_same_from_the_stream_as_from_the_whole(sdk: anthropic.Anthropic) -> None:
    whole = sdk.messages.create(**ask())
    with sdk.messages.stream(**ask()) as stream:
        streamed = stream.get_final_message()
    assert [block.to_dict() for block in streamed.content] == [block.to_dict() for block in whole.content]
    assert (streamed.stop_reason, streamed.usage.input_tokens) == (whole.stop_reason, whole.usage.input_tokens)


def test_every_event_of_a_stream_carries_its_name(sdk: anthropic.Anthropic) -> None:
    raw = sdk.messages.with_raw_response.create(**ask(stream=True)).http_response.read().decode()
    frames = [frame.split("\n") for frame in raw.strip().split("\n\n")]
    names = [frame[0].removeprefix("event: ") for frame in frames]
    assert names == [json.loads(frame[1].removeprefix("data: "))["type"] for frame in frames]
    assert (names[0], names[-2:]) == ("message_start", ["message_delta", "message_stop"])


def test_tokens_are_counted_and_models_are_listed(sdk: anthropic.Anthropic) -> None:
    count = sdk.messages.count_tokens(model="claude-opus-4-8", messages=[{"role": "user", "content": "hi"}])
    assert count.input_tokens > 0
    assert "claude-opus-4-8" in [model.id for model in sdk.models.list()]
    assert sdk.models.retrieve("claude-opus-4-8").id == "claude-opus-4-8"
    with pytest.raises(anthropic.NotFoundError):
        sdk.models.retrieve("claude-none")


def test_a_demanded_format_is_kept(sdk: anthropic.Anthropic) -> None:
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"], "additionalProperties": False}
    message = sdk.messages.create(**ask(output_config={"format": {"type": "json_schema", "schema": schema}}, tools=[]))
    assert message.content[0].type == "text"
    assert json.loads(message.content[0].text) == {"title": "A fitting word"}


@pytest.mark.parametrize("streamed", [True, False])
def test_a_web_search_is_answered_as_the_server_tool_does(sdk: anthropic.Anthropic, streamed: bool) -> None:
    search = ask(
        messages=[{"role": "user", "content": f"{SEARCH} ducks"}],
        tools=[{"type": "web_search_20250305", "name": "web_search", "max_uses": 8}],
    )
    with sdk.messages.stream(**search) as stream:
        message = stream.get_final_message() if streamed else sdk.messages.create(**search)
    assert [block.type for block in message.content] == ["server_tool_use", "web_search_tool_result", "text"]
    assert message.stop_reason == "end_turn"


def test_a_wrong_key_is_refused(fake: AnthropicFake) -> None:
    with pytest.raises(anthropic.AuthenticationError):
        anthropic.Anthropic(base_url=fake.url, api_key="sk-b", max_retries=0).messages.create(**ask())
    assert anthropic.Anthropic(base_url=fake.url, auth_token="sk-a", max_retries=0).models.list().data


CALL = {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "x"}
REFUSED: dict[str, dict[str, Any]] = {
    "Extra inputs": {"extra_body": {"reasoning_effort": "low"}},
    "non-empty content": {"messages": [{"role": "user", "content": []}]},
    "must be unique": {"tools": TOOLS + TOOLS},
    "without `tool_result`": {"messages": [{"role": "assistant", "content": [CALL]}, {"role": "user", "content": "x"}]},
    "unexpected `tool_use_id`": {"messages": [{"role": "user", "content": [RESULT]}]},
    "unexpected `system`": {"messages": [{"role": "system", "content": "x"}]},
    "Invalid `signature`": {
        "messages": [{"role": "assistant", "content": [{"type": "thinking", "thinking": "x", "signature": "forged"}]}]
    },
    "but found `tool_use`": {
        "messages": [{"role": "assistant", "content": [CALL]}, {"role": "user", "content": [RESULT]}],
        "thinking": {"type": "enabled", "budget_tokens": 1024},
    },
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_the_api_refuses_is_refused(fake: AnthropicFake, sdk: anthropic.Anthropic, why: str) -> None:
    with pytest.raises(anthropic.BadRequestError, match=why):
        sdk.messages.create(**ask(**REFUSED[why]))
    assert fake.complaints


def test_a_thinking_block_of_its_own_is_taken_back(sdk: anthropic.Anthropic) -> None:
    own = {"type": "thinking", "thinking": "Hm.", "signature": signature("Hm.")}
    history = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": [own, CALL]},
        {"role": "user", "content": [RESULT]},
    ]
    assert sdk.messages.create(**ask(messages=history, thinking={"type": "enabled", "budget_tokens": 1024}))


def test_faults_are_used_up_one_by_one(fake: AnthropicFake, sdk: anthropic.Anthropic) -> None:
    fake.fail(Fault("status", 529, b'{"type":"error","error":{"type":"overloaded_error","message":"busy"}}'))
    with pytest.raises(anthropic.InternalServerError, match="busy"):
        sdk.messages.create(**ask())
    assert sdk.messages.create(**ask()).stop_reason == "tool_use"


def test_a_cut_stream_has_no_end(fake: AnthropicFake, sdk: anthropic.Anthropic) -> None:
    fake.fail(Fault("cut", after=4))
    with pytest.raises(Exception, match=r"incomplete|peer closed"), sdk.messages.stream(**ask()) as stream:
        stream.get_final_message()
    fake.wait_until(lambda: fake.seen[0].ended == "cut")
