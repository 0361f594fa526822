"""Recorded requests and answers as plain data, for what needs no mitmproxy."""

from __future__ import annotations

import json
from typing import Any

from addon.recordings.exchange import Answer, Exchange, ToolCall

TOOLS: dict[str, dict[str, Any]] = {
    "Bash": {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]},
    "Read": {"type": "object", "properties": {"file_path": {"type": "string"}}, "required": ["file_path"]},
    "web_search": {},
}


def call(name: str, **given: Any) -> ToolCall:
    return ToolCall(name, json.dumps(given), given)


def answer(*calls: ToolCall, choice: str = "old,one", **more: Any) -> Answer:
    fields = {"text": "" if calls else "Fine.", "stop_reason": "tool_use" if calls else "end_turn", **more}
    return Answer(choice, tool_calls=calls, **fields)


def exchange(name: str = "e1", recorded: Answer | None = None, **more: Any) -> Exchange:
    fields: dict[str, Any] = {
        "kind": "main",
        "session": "s1",
        "agent": "",
        "turn": "1.1",
        "at": 0.0,
        "tokens": 1000,
        "request": {"max_tokens": 100, "messages": []},
        "headers": {},
        "path": "/v1/messages",
        "tools": TOOLS,
        **more,
    }
    return Exchange(id=name, recorded=recorded or answer(), **fields)
