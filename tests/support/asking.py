"""A client over a real socket, HTTP/1.1 or HTTP/2, that judges what it is answered."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.support import grammar

TOKEN = "sk-ant-clients-own-secret"


@dataclass(frozen=True, slots=True)
class Told:
    """What the client was told: a text, or an error's type; `events_error` is one that came within a stream."""

    status: int
    text: str = ""
    error: str = ""
    message: str = ""
    events_error: str = ""
    headers: httpx2.Headers | None = None


def body(model: str = "claude-opus-4-8", *, stream: bool = True, **more: Any) -> dict[str, Any]:
    return {"model": model, "max_tokens": 100, "stream": stream, "messages": [{"role": "user", "content": "hi"}], **more}


def client(url: str, *, http2: bool = False) -> httpx2.AsyncClient:
    headers = {"authorization": f"Bearer {TOKEN}", "anthropic-version": "2023-06-01"}
    return httpx2.AsyncClient(base_url=url, http2=http2, http1=not http2, verify=False, headers=headers, timeout=30)


async def ask(http: httpx2.AsyncClient, request: dict[str, Any]) -> Told:
    """Raises AssertionError for an answer that is neither well formed nor a well-formed error."""
    answer = await http.post("/v1/messages?beta=true", json=request)
    return judge(answer.status_code, answer.headers, answer.content)


def judge(status: int, headers: httpx2.Headers, content: bytes) -> Told:
    if status != 200:
        told = json.loads(content)
        assert told["type"] == "error"
        assert told["request_id"] == headers["request-id"]
        return Told(status, error=told["error"]["type"], message=told["error"]["message"], headers=headers)
    if headers["content-type"].startswith("text/event-stream"):
        answer = grammar.check(content)
        text = "".join(block.get("text", "") for block in answer.content)
        error = (answer.error or {}).get("type", "")
        return Told(200, text, message=(answer.error or {}).get("message", ""), events_error=error, headers=headers)
    message = json.loads(content)
    assert message["type"] == "message"
    assert message["stop_reason"]
    return Told(200, "".join(block.get("text", "") for block in message["content"]), headers=headers)
