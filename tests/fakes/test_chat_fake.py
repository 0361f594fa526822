"""The fake is believed because the official SDK reads it in every style, and because it refuses what strict servers refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import openai
import pytest

from tests.fakes.chat_fake import KEY, ChatFake
from tests.fakes.chat_stream import Style
from tests.fakes.fake import Fault
from tests.fakes.script import prompt

TURN: list[dict[str, Any]] = [
    {"thinking": "Hm, 世界."},
    {"text": "Grüße an alle."},
    {"tool": "Read", "input": {"file_path": "/ä/b"}},
    {"tool": "Bash", "input": {"command": "ls -la"}},
]
TOOLS: Any = [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}
    for name in ("Read", "Bash")
]


@pytest.fixture
def fake() -> Iterator[ChatFake]:
    with ChatFake(chunk=4, secrets=["sk-client"], sdk_headers=True) as fake:
        yield fake


@pytest.fixture
def sdk(fake: ChatFake) -> openai.OpenAI:
    return openai.OpenAI(base_url=fake.base_url, api_key=KEY, max_retries=0)


def ask(**changes: Any) -> Any:
    return {"model": "fake-model", "messages": [{"role": "user", "content": prompt([TURN])}], "tools": TOOLS} | changes


def stream_of(sdk: openai.OpenAI, **changes: Any) -> Any:
    with sdk.chat.completions.stream(**ask(stream_options={"include_usage": True}, **changes)) as stream:
        return stream.get_final_completion()


def calls_of(answer: Any) -> list[tuple[str, str, Any]]:
    calls = answer.choices[0].message.tool_calls or []
    return [(call.id, call.function.name, json.loads(call.function.arguments)) for call in calls]


def test_the_sdk_reads_the_whole_answer(sdk: openai.OpenAI) -> None:
    answer = sdk.chat.completions.create(**ask())
    assert answer.choices[0].message.content == "Grüße an alle."
    assert [arguments for _, _, arguments in calls_of(answer)] == [{"file_path": "/ä/b"}, {"command": "ls -la"}]
    assert answer.choices[0].finish_reason == "tool_calls"
    assert answer.usage


READABLE = {
    "plain": Style(),
    "opening arguments": Style(arguments="opening"),
    "all arguments at once": Style(arguments="whole"),
    "interleaved": Style(interleaved=True),
    "usage with the finish": Style(usage="finish"),
    "other lines": Style(newline="\r\n", space="", comments=True),
    "no done": Style(done=False),
    "nulls": Style(nulls=True),
    "one chunk": Style(together=True, arguments="whole"),
}


@pytest.mark.parametrize("style", READABLE.values(), ids=READABLE.keys())
def test_the_sdk_reads_the_same_from_the_stream_as_from_the_whole(fake: ChatFake, sdk: openai.OpenAI, style: Style) -> None:
    fake.style = style
    streamed, whole = stream_of(sdk), sdk.chat.completions.create(**ask())
    assert streamed.choices[0].message.content == whole.choices[0].message.content
    assert calls_of(streamed) == calls_of(whole)
    assert streamed.choices[0].finish_reason == whole.choices[0].finish_reason
    assert streamed.usage.completion_tokens == whole.usage.completion_tokens


def chunks_of(fake: ChatFake, sdk: openai.OpenAI, style: Style) -> list[Any]:
    fake.style = style
    return [chunk.to_dict() for chunk in sdk.chat.completions.create(**ask(stream=True, stream_options={"include_usage": True}))]


def call_parts(chunks: list[Any]) -> list[Any]:
    return [part for chunk in chunks for choice in chunk["choices"] for part in choice["delta"].get("tool_calls") or []]


def test_usage_comes_where_the_style_says(fake: ChatFake, sdk: openai.OpenAI) -> None:
    places = {}
    for kind in ("after", "finish", "every", "never"):
        chunks = chunks_of(fake, sdk, Style(usage=kind))
        places[kind] = [len(chunk["choices"]) for chunk in chunks if chunk.get("usage")]
    assert (places["after"], places["finish"], places["never"]) == ([0], [1], [])
    assert len(places["every"]) > 5


def test_arguments_may_be_snapshots_of_all_so_far(fake: ChatFake, sdk: openai.OpenAI) -> None:
    parts = [
        part["function"]["arguments"] for part in call_parts(chunks_of(fake, sdk, Style(cumulative=True))) if part["index"] == 0
    ]
    assert all(later.startswith(earlier) for earlier, later in pairwise(parts))
    assert json.loads(parts[-1]) == {"file_path": "/ä/b"}


def test_a_name_may_come_late_and_an_id_never(fake: ChatFake, sdk: openai.OpenAI) -> None:
    parts = call_parts(chunks_of(fake, sdk, Style(name="late", identity="missing")))
    assert "name" not in parts[0]["function"]
    assert parts[1]["function"]["name"] == "Read"
    assert not any("id" in part for part in parts)


@pytest.mark.parametrize(("index", "seen"), [("one", {1, 2}), ("same", {0}), ("none", {None})])
def test_indexes_may_be_off(fake: ChatFake, sdk: openai.OpenAI, index: Any, seen: set[int | None]) -> None:
    assert {part.get("index") for part in call_parts(chunks_of(fake, sdk, Style(index=index)))} == seen


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_thoughts_come_in_the_field_of_the_style(fake: ChatFake, sdk: openai.OpenAI, field: Any) -> None:
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks_of(fake, sdk, Style(reasoning=field)) if chunk["choices"]]
    assert "".join(delta.get(field, "") for delta in deltas) == "Hm, 世界."
    assert sdk.chat.completions.create(**ask()).choices[0].message.to_dict()[field] == "Hm, 世界."


def test_thoughts_may_stand_in_the_content(fake: ChatFake, sdk: openai.OpenAI) -> None:
    fake.style = Style(reasoning="think")
    assert stream_of(sdk).choices[0].message.content == "<think>Hm, 世界.</think>Grüße an alle."
    assert sdk.chat.completions.create(**ask()).choices[0].message.content == "<think>Hm, 世界.</think>Grüße an alle."


def test_a_finish_may_contradict_the_calls(fake: ChatFake, sdk: openai.OpenAI) -> None:
    fake.style = Style(finish="stop")
    assert stream_of(sdk).choices[0].finish_reason == "stop"


@pytest.mark.parametrize("kind", ["json_schema", "json_object"])
def test_a_demanded_format_is_kept(sdk: openai.OpenAI, kind: str) -> None:
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"], "additionalProperties": False}
    form = {"type": kind} | (
        {"json_schema": {"name": "title", "schema": schema, "strict": True}} if kind == "json_schema" else {}
    )
    messages = [{"role": "user", "content": "A title as JSON, please."}]
    answer = sdk.chat.completions.create(**ask(messages=messages, response_format=form))
    assert json.loads(answer.choices[0].message.content or "") == {"title": "A fitting word"}


def test_models_are_listed(sdk: openai.OpenAI) -> None:
    assert [model.id for model in sdk.models.list()] == ["fake-model"]


def test_a_wrong_key_is_refused(fake: ChatFake) -> None:
    with pytest.raises(openai.AuthenticationError):
        openai.OpenAI(base_url=fake.base_url, api_key="sk-wrong", max_retries=0).models.list()


def test_a_fault_strikes_only_the_model_it_is_meant_for(fake: ChatFake, sdk: openai.OpenAI) -> None:
    fake.fail(Fault("status", 429, b'{"error": {"message": "slow down"}}', {"retry-after": "1"}), model="other")
    assert sdk.chat.completions.create(**ask())
    with pytest.raises(openai.RateLimitError, match="slow down"):
        sdk.chat.completions.create(**ask(model="other"))
    assert sdk.chat.completions.create(**ask(model="other"))


def test_a_hanging_stream_ends_when_the_client_goes(fake: ChatFake, sdk: openai.OpenAI) -> None:
    fake.fail(Fault("hang", after=3))
    with pytest.raises(openai.APITimeoutError):
        list(sdk.with_options(timeout=0.3).chat.completions.create(**ask(stream=True)))
    fake.wait_until(lambda: fake.seen[0].ended == "client gone")


def test_an_error_may_come_in_the_midst_of_a_stream(fake: ChatFake, sdk: openai.OpenAI) -> None:
    fake.fail(Fault("error", body=b'data: {"error": {"message": "broke down", "code": 500}}\n\n', after=3))
    with pytest.raises(openai.APIError, match="broke down"):
        list(sdk.chat.completions.create(**ask(stream=True)))
