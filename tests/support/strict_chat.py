"""A judge of chat-completions requests, written from the servers' documents and their refusals, not from the translator.

`faults` lists what a strict server would answer 400 to: fields it does not know, and a conversation whose calls and results
do not pair. `typed_faults` asks the types of OpenAI's own SDK.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolUnionParam
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming, CompletionCreateParamsStreaming
from pydantic import TypeAdapter, ValidationError

type JsonObject = dict[str, Any]

# What a server knows that offers chat completions and nothing of its own.
FIELDS = {
    "model",
    "messages",
    "max_tokens",
    "max_completion_tokens",
    "stream",
    "stream_options",
    "temperature",
    "top_p",
    "stop",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
}
_MESSAGE_FIELDS = {
    "system": {"role", "content"},
    "user": {"role", "content"},
    "assistant": {"role", "content", "tool_calls"},
    "tool": {"role", "content", "tool_call_id"},
}
_PART_FIELDS = {
    "text": {"type", "text"},
    "image_url": {"type", "image_url"},
    "file": {"type", "file"},
}
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def faults(body: JsonObject, *, fields: set[str] = FIELDS, call_id: str = r"[a-zA-Z0-9_-]{1,40}") -> list[str]:
    """Everything a strict server would refuse. `call_id` is the pattern ids of calls must match."""
    return [*_body_faults(body, fields), *_tool_faults(body), *_message_faults(body["messages"], re.compile(call_id))]


def typed_faults(body: JsonObject) -> list[str]:
    """What the SDK's types refuse."""
    kind: Any = CompletionCreateParamsStreaming if body.get("stream") else CompletionCreateParamsNonStreaming
    found: list[str] = []
    checks = [(kind, body), *((ChatCompletionMessageParam, one) for one in body["messages"])]
    checks += [(ChatCompletionToolUnionParam, one) for one in body.get("tools", [])]
    for wanted, value in checks:
        try:
            _exhaust(_adapter(wanted).validate_python(value))
        except ValidationError as error:
            found.append(str(error))
    return found


@cache
def _adapter(wanted: Any) -> TypeAdapter[Any]:
    """Kept: a list is checked after the validation, by then the adapter must still be there."""
    return TypeAdapter(wanted)


def _exhaust(value: Any) -> None:
    """The SDK types lists as iterables, which pydantic checks only when they are walked."""
    if isinstance(value, dict):
        for inner in value.values():
            _exhaust(inner)
    elif not isinstance(value, str | bytes) and hasattr(value, "__iter__"):
        for inner in value:
            _exhaust(inner)


def _body_faults(body: JsonObject, fields: set[str]) -> Iterator[str]:
    yield from (f"unknown field {name}" for name in body.keys() - fields)
    if "max_tokens" in body and "max_completion_tokens" in body:
        yield "both max_tokens and max_completion_tokens"
    if "stream_options" in body and body.get("stream") is not True:
        yield "stream_options without stream"
    if len(body.get("stop", [])) > 4:
        yield "more than 4 stop sequences"


def _tool_faults(body: JsonObject) -> Iterator[str]:
    tools = body.get("tools")
    if tools is None:
        yield from (f"{name} without tools" for name in ("tool_choice", "parallel_tool_calls") if name in body)
        return
    if not tools:
        yield "empty tools"
    names = [tool["function"]["name"] for tool in tools]
    if len(set(names)) < len(names):
        yield "tool names not unique"
    for tool in tools:
        function = tool["function"]
        if tool.keys() != {"type", "function"} or not function.keys() <= {"name", "description", "parameters"}:
            yield f"unknown keys in tool {function['name']}"
        if not _NAME.fullmatch(function["name"]):
            yield f"illegal tool name {function['name']}"
        parameters = function["parameters"]
        if parameters.get("type") != "object" or not isinstance(parameters.get("properties"), dict):
            yield f"parameters of {function['name']} are no object schema"
        if parameters.keys() & {"anyOf", "oneOf", "allOf", "enum", "not"}:
            yield f"union at the top of {function['name']}"
    choice = body.get("tool_choice", "auto")
    if isinstance(choice, dict) and choice["function"]["name"] not in names:
        yield "tool_choice names no tool"


def _message_faults(messages: list[JsonObject], call_id: re.Pattern[str]) -> Iterator[str]:
    open_calls: set[str] = set()
    if not messages:
        yield "no messages"
    for index, message in enumerate(messages):
        role = message["role"]
        if unknown := message.keys() - _MESSAGE_FIELDS[role]:
            yield f"messages[{index}]: unknown {unknown}"
        if role == "tool":
            if message["tool_call_id"] not in open_calls:
                yield f"messages[{index}]: tool message without a preceding call"
            open_calls.discard(message["tool_call_id"])
            if not isinstance(message["content"], str):
                yield f"messages[{index}]: tool content is no string"
            continue
        if open_calls:
            yield f"messages[{index}]: calls without results before it"
        yield from (f"messages[{index}]: {fault}" for fault in _content_faults(message))
        calls = message.get("tool_calls")
        open_calls = {one["id"] for one in calls or []}
        if calls is not None:
            yield from (f"messages[{index}]: {fault}" for fault in _call_faults(calls, call_id))
    if open_calls:
        yield "calls without results at the end"


def _content_faults(message: JsonObject) -> Iterator[str]:
    content = message["content"]
    if content is None:
        if not message.get("tool_calls"):
            yield "no content"
    elif isinstance(content, str):
        if not content.strip():
            yield "empty content"
    elif not content:
        yield "no parts"
    else:
        for part in content:
            if part.keys() != _PART_FIELDS.get(part["type"]):
                yield f"bad part {part}"


def _call_faults(calls: list[JsonObject], call_id: re.Pattern[str]) -> Iterator[str]:
    if not calls:
        yield "empty tool_calls"
    ids = [call["id"] for call in calls]
    if len(set(ids)) < len(ids):
        yield "ids not unique"
    for call in calls:
        if not call_id.fullmatch(call["id"]):
            yield f"illegal id {call['id']}"
        if not _NAME.fullmatch(call["function"]["name"]):
            yield f"illegal name {call['function']['name']}"
        if not isinstance(json.loads(call["function"]["arguments"]), dict):
            yield "arguments are no object"
