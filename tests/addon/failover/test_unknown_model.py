"""Anthropic's own words for a model that it does not know, with an API key of ours: `not_found_error`, `model: X`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.fakes.http import HttpRequest
from tests.support.asking import body
from tests.support.host import running
from tests.support.upstream import Says, upstream

MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "known",
    "content": [{"type": "text", "text": "hello"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 3, "output_tokens": 1},
}


def answers(asked: HttpRequest) -> Says:
    model = json.loads(asked.body)["model"]
    if model == "known":
        return Says(json.dumps(MESSAGE).encode())
    error = {"type": "error", "error": {"type": "not_found_error", "message": f"model: {model}"}, "request_id": "req_1"}
    return Says(json.dumps(error).encode(), status=404)


def config(url: str, **more: Any) -> dict[str, Any]:
    provider = {"name": "claude", "base_url": url, "dialect": "anthropic", "api_key": "k", "models": ["*"]}
    return {"providers": [provider], "router": {"default": "claude,claude-opus-9"}, **more}


async def asked(url: str, folder: Path, model: str, **more: Any) -> tuple[int, dict[str, Any], dict[str, Any]]:
    """The client's answer and the record."""
    async with running(config(url, **more), folder) as host, httpx2.AsyncClient(base_url=host.url, timeout=30) as client:
        answer = await client.post("/v1/messages", json=body(model=model, stream=False))
        return answer.status_code, answer.json(), host.records[-1]


async def test_the_next_candidate_is_asked(tmp_path: Path) -> None:
    async with upstream(answers) as provider:
        fallback = {"default": ["claude,known"]}
        status, told, record = await asked(provider.url, tmp_path, "claude-opus-4-8", fallback=fallback)
    assert (status, told["content"]) == (200, MESSAGE["content"])
    assert [attempt["status"] for attempt in record["attempts"]] == [404, 200]
    assert "does not know the model `claude-opus-9`" in record["attempts"][0]["error"]


@pytest.mark.parametrize(
    ("model", "status", "error_type", "named"),
    [
        ("claude,claude-opus-7", 404, "not_found_error", "model: claude-opus-7"),
        ("claude-opus-4-8", 400, "invalid_request_error", "route `default`"),
    ],
)
async def test_who_named_the_model_is_told(model: str, status: int, error_type: str, named: str, tmp_path: Path) -> None:
    async with upstream(answers) as provider:
        answered, told, record = await asked(provider.url, tmp_path, model)
    assert (answered, told["error"]["type"]) == (status, error_type)
    assert named in told["error"]["message"]
    assert "protocol" not in told["error"]["message"]
    assert len(record["attempts"]) == 1
