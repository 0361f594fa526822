"""What the Messages API refuses in a request, as far as a client or a router could get it wrong.

Sources: the Messages API reference, the "Extended thinking" and "Tool use" pages of
docs.anthropic.com, and the real client's requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.fakes.anthropic_messages import signature

FIELDS = frozenset(
    [
        "model",
        "messages",
        "max_tokens",
        "system",
        "tools",
        "tool_choice",
        "metadata",
        "stop_sequences",
        "stream",
        "temperature",
        "top_k",
        "top_p",
        "thinking",
        "output_config",
        "output_format",
        "context_management",
        "service_tier",
        "container",
        "mcp_servers",
        "inference_geo",
        "speed",
        "cache_control",
    ]
)
NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
IDENTITY = re.compile(r"[a-zA-Z0-9_-]+")


def complaints(headers: Mapping[str, str], body: Any) -> Iterator[str]:
    """One line for each fault; empty for a request the API takes."""
    if not isinstance(body, dict):
        yield "the body is not a JSON object"
        return
    yield from _headers(headers)
    yield from (f"{field}: Extra inputs are not permitted" for field in sorted(body.keys() - FIELDS))
    yield from (f"{field}: Field required" for field in ("model", "messages") if not body.get(field))
    yield from _tools(body.get("tools") or [])
    messages = body.get("messages") or []
    yield from _roles(messages, headers.get("anthropic-beta", ""))
    yield from _blocks(messages)
    yield from _pairs(messages)
    yield from _thinking(body.get("thinking") or {}, messages)


def _headers(headers: Mapping[str, str]) -> Iterator[str]:
    if "anthropic-version" not in headers:
        yield "anthropic-version: header is required"
    if not headers.get("content-type", "").startswith("application/json"):
        yield "content-type: must be application/json"


def _tools(tools: list[dict[str, Any]]) -> Iterator[str]:
    names = [tool.get("name", "") for tool in tools]
    yield from (f"tools: `{name}` is no legal name" for name in names if not NAME.fullmatch(name))
    if len(set(names)) < len(names):
        yield "tools: Tool names must be unique"
    for tool in tools:
        if tool.get("type", "custom") == "custom" and tool.get("input_schema", {}).get("type") != "object":
            yield f"tools.{tool.get('name')}.input_schema.type: Field required"


def _roles(messages: list[dict[str, Any]], betas: str) -> Iterator[str]:
    for place, message in enumerate(messages):
        role = message.get("role")
        allowed = role in ("user", "assistant") or (role == "system" and "mid-conversation-system" in betas)
        if not allowed:
            yield f"messages.{place}.role: unexpected `{role}`"


def blocks_of(message: dict[str, Any], kind: str = "") -> list[dict[str, Any]]:
    content = message.get("content")
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    return [block for block in blocks if kind in ("", block.get("type"))]


def _blocks(messages: list[dict[str, Any]]) -> Iterator[str]:
    for place, message in enumerate(messages):
        blocks = blocks_of(message)
        if not blocks:
            yield f"messages.{place}: all messages must have non-empty content"
        for block in blocks:
            if block.get("type") == "text" and not block.get("text"):
                yield f"messages.{place}: text content blocks must be non-empty"
            if block.get("type") == "tool_use" and not IDENTITY.fullmatch(block.get("id", "")):
                yield f"messages.{place}: tool_use.id does not match its pattern"
            if block.get("type") == "thinking" and block.get("signature") != signature(block.get("thinking", "")):
                yield f"messages.{place}: Invalid `signature` in `thinking` block"


def _pairs(messages: list[dict[str, Any]]) -> Iterator[str]:
    talk = [message for message in messages if message.get("role") != "system"]
    for before, message in zip([{}, *talk], [*talk, {}], strict=True):
        called = {str(block.get("id")) for block in blocks_of(before, "tool_use")}
        answered = {str(block.get("tool_use_id")) for block in blocks_of(message, "tool_result")}
        yield from (
            f"`tool_use` ids without `tool_result` blocks immediately after: {name}" for name in sorted(called - answered)
        )
        yield from (f"unexpected `tool_use_id` found in `tool_result` blocks: {name}" for name in sorted(answered - called))


def _thinking(thinking: dict[str, Any], messages: list[dict[str, Any]]) -> Iterator[str]:
    """With a fixed budget the turn being continued must begin with its thinking; adaptive thinking asks for none."""
    said = [message for message in messages if message.get("role") == "assistant"]
    if thinking.get("type") == "enabled" and said and blocks_of(said[-1], "tool_use"):
        first = blocks_of(said[-1])[0].get("type")
        if first not in ("thinking", "redacted_thinking"):
            yield f"Expected `thinking` or `redacted_thinking`, but found `{first}`"
