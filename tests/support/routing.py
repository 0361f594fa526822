"""Requests and routes for routing tests: captured ones and hand-made ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic_core import from_json, to_json

from addon.routing.choice import Choice
from addon.routing.decide import decide
from translators.contract import Request

ULTRATHINK = 'The user included the keyword "ultrathink", requesting deeper reasoning on this turn. Reason as thoroughly as …'
PLAN = "Plan mode is active. The user indicated that they do not want you to execute yet …"
STILL_PLAN = "Plan mode still active (see full instructions earlier in conversation). Read-only except plan file."
EXITED = "## Exited Plan Mode\n\nYou have exited plan mode. You can now make edits, run tools, and take actions."
HAIKU = "claude-haiku-4-5-20251001"

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
ROUTE_NAMES = ("default", "background", "think", "longContext", "webSearch", "image")


@dataclass(frozen=True, slots=True)
class Table:
    """Routes as a test wants them: by default every route is configured, each with a model called like the route."""

    routes: Mapping[str, Choice] = field(default_factory=lambda: {name: Choice("mockprov", name) for name in ROUTE_NAMES})
    models: Mapping[str, Sequence[str]] = field(
        default_factory=lambda: {"mockprov": [*ROUTE_NAMES, "mock-large"], "OpenRouter": ["openai/gpt-5", "z-ai/glm-4.6:free"]}
    )
    long_context_threshold: int = 60_000
    lists: Mapping[str, Sequence[Choice]] = field(default_factory=dict)

    def route(self, name: str) -> Choice | None:
        return self.routes.get(name)

    def fallbacks(self, name: str) -> Sequence[Choice]:
        return self.lists.get(name, self.lists.get("*", ()))


def only(*names: str) -> Table:
    """Routes of which only these are configured."""
    return Table(routes={name: Choice("mockprov", name) for name in names})


@cache
def _read(name: str) -> str:
    return (CAPTURES / f"{name}.json").read_text()


def captured(name: str) -> Request:
    """A request of the real client."""
    capture = json.loads(_read(name))
    return Request(
        raw=json.dumps(capture["body"], ensure_ascii=False, separators=(",", ":")).encode(),
        body=capture["body"],
        headers={key.lower(): value for key, value in capture["headers"].items()},
    )


def changed(name: str, **fields: Any) -> Request:
    """A captured request with these body fields set; None removes one."""
    request = captured(name)
    body = {key: value for key, value in {**request.body, **fields}.items() if value is not None}
    return Request(to_json(body), body, request.headers)


def asked(messages: list[Any], headers: Mapping[str, str] | None = None, **fields: Any) -> Request:
    """A main turn of the session with these messages; `fields` are set in the body, None removes one."""
    body = {
        "model": "claude-opus-4-8",
        "max_tokens": 64000,
        "thinking": {"type": "adaptive"},
        "output_config": {"effort": "high"},
        "tools": [{"name": name, "input_schema": {"type": "object"}} for name in ("Agent", "Bash", "Read")],
        "stream": True,
        "messages": messages,
        **fields,
    }
    raw = to_json({key: value for key, value in body.items() if value is not None})
    return Request(raw, from_json(raw), headers or {})


def user(*content: Any) -> dict[str, Any]:
    """A user message; strings become text blocks."""
    return {"role": "user", "content": [{"type": "text", "text": part} if isinstance(part, str) else part for part in content]}


def system(text: str) -> dict[str, Any]:
    return {"role": "system", "content": text}


def assistant(*content: Any) -> dict[str, Any]:
    return {**user(*content), "role": "assistant"}


def call(name: str, call_id: str = "toolu_1") -> dict[str, Any]:
    return {"type": "tool_use", "id": call_id, "name": name, "input": {}}


def result(content: Any = "ok", call_id: str = "toolu_1", *, is_error: bool = False) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call_id, "content": content, "is_error": is_error}


IMAGE: dict[str, Any] = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}}


def chosen(request: Request, tokens: int = 1000, table: Table | None = None) -> tuple[str, str]:
    decision = decide(request, tokens, table or Table())
    return decision.route, decision.reason
