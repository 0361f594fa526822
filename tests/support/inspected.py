"""Flows to be looked at: made by the router over real sockets from fixed requests and answers, then freed of what differs."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
from mitmproxy import flow, http
from mitmproxy.io import FlowWriter

from tests.fakes.http import HttpRequest
from tests.support.answers import call, calls, delta, finish, sse
from tests.support.asking import TOKEN
from tests.support.host import running
from tests.support.provider import closed_port
from tests.support.upstream import Says, upstream

PROVIDER_KEY = "sk-providers-own-secret-0123456789"
SESSION = "1f3a9c2d-0c1e-4a6b-9d55-6a1d2f0e7b11"
AGENT = "ae8e9b54fed0108d4"
HEADERS = {
    "authorization": f"Bearer {TOKEN}",
    "user-agent": "claude-cli/2.1.197 (external, cli)",
    "x-claude-code-session-id": SESSION,
}
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ" + "AAAADUlEQVR42mNk" * 1000
BROKEN = '{"file_path": "/srv/app/README.md", "content": "# App\\n\\nRun it:\\n\\n    make run\\n", "mode": \'w\',}'

SYSTEM = [
    {"type": "text", "text": "x-anthropic-billing-header: cc_version=2.1.197.abc; cc_entrypoint=cli;"},
    {"type": "text", "text": "You are Claude Code, Anthropic's official CLI for Claude."},
    {"type": "text", "text": "You help with software.\n\n# Tone\nBe brief.\n" * 40, "cache_control": {"type": "ephemeral"}},
]
TOOLS = [
    {"name": name, "description": f"{name} does what it says.", "input_schema": {"type": "object", "properties": {}}}
    for name in ("Agent", "Bash", "Edit", "Glob", "Grep", "Read", "Write")
]
MESSAGES: list[dict[str, Any]] = [
    {
        "role": "user",
        "content": [
            {"type": "text", "text": "<system-reminder>\nThe date is 2026-11-22.\n</system-reminder>"},
            {"type": "text", "text": "Make this look like the picture."},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PICTURE}},
        ],
    },
    {
        "role": "assistant",
        "content": [
            {"type": "text", "text": "I'll look at what is there."},
            {"type": "tool_use", "id": "toolu_01", "name": "Bash", "input": {"command": "ls /srv/app", "description": "List"}},
        ],
    },
    {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "toolu_01", "content": "\n".join(f"file{n}.py" for n in range(40))}],
    },
    {"role": "assistant", "content": [{"type": "text", "text": "Forty files. Which one?"}]},
    {"role": "user", "content": "The README, in «Deutsch» und 日本語."},
]
CALLS = [
    ("call_a", "Read", '{"file_path": "/srv/app/README.md", "limit": 200}'),
    ("call_b", "Bash", '{"command":"git log --oneline | head -5","description":"Show the newest commits of this repository"}'),
    ("call_c", "Write", BROKEN),
]
USAGE = {
    "prompt_tokens": 21400,
    "completion_tokens": 312,
    "prompt_tokens_details": {"cached_tokens": 20000},
    "completion_tokens_details": {"reasoning_tokens": 100},
}


def request(model: str, **more: Any) -> dict[str, Any]:
    return {
        "model": model,
        "max_tokens": 64000,
        "stream": True,
        "thinking": {"type": "adaptive"},
        "output_config": {"effort": "high"},
        "system": SYSTEM,
        "tools": TOOLS,
        "messages": MESSAGES,
        **more,
    }


def parallel_calls() -> bytes:
    """Reasoning, a text, and three calls at once, the last of them broken."""
    return sse(
        delta(role="assistant", reasoning_content="The user wants the README. "),
        delta(reasoning_content="I read it, look at the history and write the new one, all at once."),
        delta(content="I'll read, look and write."),
        *(calls(call(arguments, index=n, id=id_, name=name)) for n, (id_, name, arguments) in enumerate(CALLS)),
        finish("tool_calls", usage=USAGE),
        b"[DONE]",
    )


def broken_off() -> bytes:
    return sse(delta(role="assistant", content="This answer is never fin"))


def _answer(asked: HttpRequest) -> Says:
    body = json.loads(asked.body)
    stream = {"content-type": "text/event-stream"}
    match body["model"]:
        case "busy":
            return Says(b'{"error": {"message": "slow down"}}', status=429)
        case "strict":
            return Says(b'{"error": {"message": "your key %s may not do that"}}' % PROVIDER_KEY.encode(), status=400)
        case "breaks":
            return Says(broken_off(), stream)
        case "whole":
            message = {"role": "assistant", "content": "All of it at once."}
            choice = {"index": 0, "message": message, "finish_reason": "length"}
            usage = {"prompt_tokens": 11, "completion_tokens": 5}
            return Says(json.dumps({"id": "c", "model": "whole", "choices": [choice], "usage": usage}).encode())
    return Says(parallel_calls(), stream)


def config(url: str) -> dict[str, Any]:
    price = {"input": 0.5, "output": 2.0, "cache_read": 0.05}
    models = ["kimi-k2", "busy", "strict", "breaks", "whole"]
    provider = {"name": "acme", "base_url": f"{url}/v1", "api_key": PROVIDER_KEY, "models": models}
    dead = {"name": "dead", "base_url": f"http://127.0.0.1:{closed_port()}/v1", "api_key": "k", "models": ["gone"]}
    return {
        "providers": [{**provider, "model_info": {"kimi-k2": {"price": price, "max_output": 8192}}}, dead],
        "router": {"default": "acme,kimi-k2"},
        "fallback": {"all": ["acme,kimi-k2"]},
    }


REQUESTS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "parallel_calls": (request("claude-opus-4-8"), {}),
    "fallback": (request("acme,busy"), {"x-claude-code-agent-id": AGENT}),
    "refused_by_provider": (request("acme,strict"), {}),
    "broken_off": (request("acme,breaks"), {}),
    "whole": (request("acme,whole", stream=False), {}),
    "refused": (request("acme,"), {}),
}


async def made(folder: Path) -> dict[str, http.HTTPFlow]:
    """A flow for each of `REQUESTS`, as it was."""
    flows: dict[str, http.HTTPFlow] = {}
    async with (
        upstream(_answer) as provider,
        running(config(provider.url), folder) as host,
        httpx2.AsyncClient(base_url=host.url, headers=HEADERS, timeout=30) as client,
    ):
        for name, (body, headers) in REQUESTS.items():
            await client.post("/v1/messages?beta=true", json=body, headers=headers)
            flows[name] = host.keeper.flows[-1]
    return flows


def made_now(folder: Path) -> dict[str, http.HTTPFlow]:
    """`made`, also where an event loop is running already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, made(folder)).result()


def saved(flows: Iterable[flow.Flow], path: Path) -> Path:
    with path.open("wb") as file:
        writer = FlowWriter(file)
        for each in flows:
            writer.add(each)
    return path


def normalised(flow: http.HTTPFlow) -> http.HTTPFlow:
    """A copy in which ids, times and ports are always the same."""
    copy: http.HTTPFlow = flow.copy()
    record = copy.metadata["ccr"]
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:1", json.dumps(record))
    text = re.sub(r"req_[\w-]+", "req_1", text)
    record = json.loads(text)
    for attempt in record.get("attempts") or ():
        attempt["ms"] = 100
    if record.get("timings"):
        record["timings"] = {"first_byte_ms": record["timings"]["first_byte_ms"] and 820, "total_ms": 1800}
    copy.metadata["ccr"] = record
    return copy
