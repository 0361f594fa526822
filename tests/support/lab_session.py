"""A session of three requests, led and recorded in this process, for the programs that replay it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import httpx2

from tests.support.host import running
from tests.support.lab import MODELS, SESSION_PROMPT, called, config

SESSION = "1f3a9c2d-0c1e-4a6b-9d55-6a1d2f0e7b11"
BASH = {
    "name": "Bash",
    "description": "Runs a command.",
    "input_schema": {
        "type": "object",
        "properties": {"command": {"type": "string"}, "description": {"type": "string"}},
        "required": ["command"],
        "additionalProperties": False,
    },
}
ALL = [word for model in MODELS for word in ("--model", f"fake,{model}")]


async def recorded(folder: Path, url: str) -> list[Any]:
    """A session of three requests, as a client leads it, then one alone: its flows."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": SESSION_PROMPT}]
    body = {"model": "claude-opus-4-8", "max_tokens": 1000, "stream": True, "tools": [BASH], "messages": messages}
    headers = {"x-claude-code-session-id": SESSION, "user-agent": "claude-cli/2.1.197 (external, cli)"}
    async with running(config(url), folder) as host, httpx2.AsyncClient(base_url=host.url, headers=headers) as client:
        for _ in range(3):
            assert (await client.post("/v1/messages", json=body)).status_code == 200
            calls = [dict(call) for call in host.records[-1]["tool_calls"]]
            messages.append({"role": "assistant", "content": [_use(call) for call in calls] or "It is done."})
            messages.append({"role": "user", "content": [_result(call) for call in calls] or "Thanks."})
        return host.keeper.flows


def _use(call: dict[str, Any]) -> dict[str, Any]:
    return {"type": "tool_use", "id": call["id"], "name": call["name"], "input": json.loads(call["input"])}


def _result(call: dict[str, Any]) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call["id"], "content": "ok"}


def replay(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return called(folder, "replay", "rec.flows", "--config", "config.yaml", *arguments)


def report(folder: Path, *arguments: str) -> dict[str, Any]:
    done = replay(folder, "--json", *arguments)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def by_model(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {side["name"].removeprefix("fake,"): side for side in told["models"]}
