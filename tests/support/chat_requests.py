"""Short ways to a chat-completions request in tests."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from translators.contract import Request, Target, WireRequest
from translators.openai_chat.request import encode
from translators.quirks import Quirks, quirks_for

type JsonObject = dict[str, Any]

CAPTURES = sorted(path for path in (Path(__file__).parents[1] / "captures").glob("*.json") if path.stem != "TOKENS")


def capture(name: str) -> JsonObject:
    """The body of one recorded request of the client's."""
    path = next(path for path in CAPTURES if path.stem == name)
    body: JsonObject = json.loads(path.read_text())["body"]
    return body


def unknown_target(**quirks: Any) -> Target:
    """A server nobody knows, with some quirks set."""
    return Target("corp", "some-model", "https://llm.corp.example/v1", replace(Quirks(), **quirks))


def known_target(provider: str, model: str, base_url: str = "", **settings: Any) -> Target:
    """A known provider's model, with the quirks the tables give it."""
    return Target(provider, model, base_url or "https://x.example/v1", quirks_for(provider, base_url, model), **settings)


def wire(body: JsonObject, target: Target | None = None, headers: dict[str, str] | None = None) -> WireRequest:
    return encode(Request(json.dumps(body).encode(), body, headers or {}), target or unknown_target())


def sent(body: JsonObject, target: Target | None = None, headers: dict[str, str] | None = None) -> JsonObject:
    """The body that leaves."""
    fields: JsonObject = json.loads(wire(body, target, headers).body)
    return fields


def messages(items: list[JsonObject], target: Target | None = None, **fields: Any) -> list[JsonObject]:
    """The messages that leave for a conversation."""
    out: list[JsonObject] = sent({"model": "m", "max_tokens": 10, "messages": items, **fields}, target)["messages"]
    return out


def asked(**fields: Any) -> JsonObject:
    """A request that asks one thing."""
    return {"model": "m", "max_tokens": 10, "messages": [user("hi")], **fields}


# What is noted of every request, or of every one with tools, a system prompt or a stream.
ROUTINE = (
    "model.route",
    "protocol",
    "protocol.tools",
    "protocol.tool_choice",
    "stream.usage",
    "stream.off",
    "tools.schema",
    "tools.none",
    "settings.max_tokens_field",
    "settings.stop_field",
    "thinking.switch",
)


def rules(body: JsonObject, target: Target | None = None) -> list[str]:
    """The rules of the notes that a translation makes, but for the routine ones."""
    return [note.rule for note in wire(body, target).notes if note.rule not in ROUTINE]


def user(content: Any) -> JsonObject:
    return {"role": "user", "content": content}


def assistant(*blocks: JsonObject) -> JsonObject:
    return {"role": "assistant", "content": list(blocks)}


def text(value: str, **fields: Any) -> JsonObject:
    return {"type": "text", "text": value, **fields}


def call(call_id: str, name: str = "Read", arguments: JsonObject | None = None) -> JsonObject:
    return {"type": "tool_use", "id": call_id, "name": name, "input": arguments or {}}


def result(call_id: str, content: Any = "ok", **fields: Any) -> JsonObject:
    return {"type": "tool_result", "tool_use_id": call_id, "content": content, **fields}


def thinking(thought: str, signature: str = "sig") -> JsonObject:
    return {"type": "thinking", "thinking": thought, "signature": signature}


def image(data: str = "iVBORw0KGgo=") -> JsonObject:
    return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}


def pdf(data: str = "JVBERi0=", **fields: Any) -> JsonObject:
    return {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": data}, **fields}


def tool(name: str = "Read", schema: Any = None, **fields: Any) -> JsonObject:
    return {"name": name, "description": f"does {name}", "input_schema": schema or {"type": "object", "properties": {}}, **fields}
