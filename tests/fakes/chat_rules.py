"""What a strict chat-completions server refuses in a request: every field it does not know and every broken pairing.

Sources: OpenAI's API reference, "Create chat completion", and its "Function calling" guide (platform.openai.com/docs); the fields
only some servers know are left out on purpose, `Strictness` lets single ones in or out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.fakes.chat_messages_rules import message_complaints
from tests.fakes.chat_values import NAME, is_count, is_text, unknown

FIELDS = frozenset(
    [
        "model",
        "messages",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "max_tokens",
        "max_completion_tokens",
        "temperature",
        "top_p",
        "n",
        "stop",
        "stream",
        "stream_options",
        "response_format",
        "user",
        "seed",
        "presence_penalty",
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "top_logprobs",
    ]
)
LEAKING_HEADERS = re.compile(r"anthropic-.*|x-stainless-.*|x-app|x-claude-code-.*|cookie|x-api-key")
LEAKING_TEXT = re.compile(r'x-anthropic-billing-header|"cache_control"\s*:')


@dataclass(frozen=True, slots=True)
class Strictness:
    """`knows` are top-level or message fields beyond the common ones, `refuses` common ones this server does not take."""

    knows: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()

    @property
    def fields(self) -> frozenset[str]:
        return (FIELDS | self.knows) - self.refuses


def complaints(body: Any, strict: Strictness) -> Iterator[str]:
    """One line for each fault; empty for a request that every server takes."""
    if not isinstance(body, dict):
        yield "the body is not a JSON object"
        return
    yield from unknown("", body, strict.fields)
    if not is_text(body.get("model")):
        yield "model: must be a string that is not empty"
    yield from _settings(body)
    yield from _streaming(body)
    yield from _tools(body)
    yield from _response_format(body)
    if not isinstance(body.get("messages"), list) or not body["messages"]:
        yield "messages: must be a list that is not empty"
        return
    yield from message_complaints(body["messages"], strict.knows)


def leaks(request_headers: Sequence[tuple[str, str]], target: str, body: bytes, secrets: tuple[str, ...]) -> Iterator[str]:
    """What tells the provider of the client, or holds one of the client's secrets."""
    for name, value in request_headers:
        if LEAKING_HEADERS.fullmatch(name):
            yield f"header `{name}` of the client"
        if name == "user-agent" and "claude" in value.lower():
            yield f"user-agent `{value}` of the client"
    if "beta=true" in target:
        yield f"query of the client: {target}"
    everything = repr(request_headers) + target + body.decode(errors="replace")
    yield from (f"a secret of the client: {secret[:6]}…" for secret in secrets if secret in everything)
    yield from (f"`{found}` in the body" for found in sorted(set(LEAKING_TEXT.findall(everything))))


def _settings(body: dict[str, Any]) -> Iterator[str]:
    if "max_tokens" in body and "max_completion_tokens" in body:
        yield "max_tokens and max_completion_tokens exclude each other"
    for field in ("max_tokens", "max_completion_tokens"):
        if field in body and not is_count(body[field]):
            yield f"{field}: must be a whole number from 1"
    for field, highest in (("temperature", 2), ("top_p", 1)):
        value = body.get(field, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= highest:
            yield f"{field}: must be a number from 0 to {highest}"
    if "user" in body and not is_text(body["user"]):
        yield "user: must be a string"
    stops = [body["stop"]] if isinstance(body.get("stop"), str) else body.get("stop", ["-"])
    if not isinstance(stops, list) or not 1 <= len(stops) <= 4 or not all(is_text(stop) for stop in stops):
        yield "stop: must be a string or one to four strings"


def _streaming(body: dict[str, Any]) -> Iterator[str]:
    if not isinstance(body.get("stream", False), bool):
        yield "stream: must be true or false"
    if "stream_options" not in body:
        return
    if body.get("stream") is not True:
        yield "stream_options: only allowed when stream is true"
    options = body["stream_options"]
    if not isinstance(options, dict) or not isinstance(options.get("include_usage"), bool) or len(options) > 1:
        yield "stream_options: must be {include_usage: true or false}"


def _tools(body: dict[str, Any]) -> Iterator[str]:
    tools = body.get("tools")
    if "tools" not in body:
        yield from (f"{field}: only allowed with tools" for field in ("tool_choice", "parallel_tool_calls") if field in body)
        return
    if not isinstance(tools, list) or not 1 <= len(tools) <= 128:
        yield "tools: must be one to 128 tools"
        return
    for place, tool in enumerate(tools):
        yield from (f"tools[{place}]{fault}" for fault in _tool(tool))
    names = [tool.get("function", {}).get("name") for tool in tools]
    if len(set(names)) < len(names):
        yield "tools: names must be unique"
    if not isinstance(body.get("parallel_tool_calls", True), bool):
        yield "parallel_tool_calls: must be true or false"
    yield from _tool_choice(body.get("tool_choice", "auto"), names)


def _tool(tool: dict[str, Any]) -> Iterator[str]:
    function = tool.get("function")
    yield from unknown("", tool, {"type", "function"})
    if tool.get("type") != "function" or not isinstance(function, dict):
        yield ": must be {type: function, function: {…}}"
        return
    yield from unknown(".function", function, {"name", "description", "parameters", "strict"})
    if not isinstance(function.get("name"), str) or not NAME.fullmatch(function["name"]):
        yield f".function.name: `{function.get('name')}` is no legal name"
    if not isinstance(function.get("description", ""), str):
        yield ".function.description: must be a string"
    parameters = function.get("parameters", {"type": "object", "properties": {}})
    legal = isinstance(parameters, dict) and parameters.get("type") == "object" and isinstance(parameters.get("properties"), dict)
    if not legal:
        yield ".function.parameters: must be an object schema with properties"


def _tool_choice(choice: Any, names: list[str]) -> Iterator[str]:
    match choice:
        case "auto" | "none" | "required":
            return
        case {"type": "function", "function": {"name": name}} if (
            name in names and len(choice) == 2 and len(choice["function"]) == 1
        ):
            return
        case _:
            yield f"tool_choice: `{choice}` is none of the choices"


def _response_format(body: dict[str, Any]) -> Iterator[str]:
    match body.get("response_format", {"type": "text"}):
        case {"type": "text", **rest} if not rest:
            return
        case {"type": "json_object", **rest} if not rest:
            if "json" not in str(body.get("messages")).lower():
                yield "response_format: the messages must mention JSON for json_object"
        case {"type": "json_schema", "json_schema": {"name": str(name), "schema": dict(schema)} as form, **rest} if not rest:
            yield from unknown("response_format.json_schema", form, {"name", "schema", "strict", "description"})
            if not NAME.fullmatch(name):
                yield f"response_format.json_schema.name: `{name}` is no legal name"
            if form.get("strict"):
                yield from _strict_schema("response_format.json_schema.schema", schema)
        case other:
            yield f"response_format: `{str(other)[:80]}` is none of the formats"


def _strict_schema(where: str, schema: Any) -> Iterator[str]:
    """Structured outputs ask for closed objects with every property required."""
    if not isinstance(schema, dict):
        return
    properties = schema.get("properties", {})
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            yield f"{where}: additionalProperties must be false"
        if set(schema.get("required", [])) != set(properties):
            yield f"{where}: every property must be required"
    for name, part in properties.items():
        yield from _strict_schema(f"{where}.{name}", part)
    yield from _strict_schema(f"{where}[]", schema.get("items"))
