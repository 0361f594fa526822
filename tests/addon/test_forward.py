"""Without a configuration everything goes to Anthropic as it came, and comes back as it was said."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.fakes.http import HttpRequest
from tests.support import anthropic_api as api
from tests.support.asking import TOKEN, body, client
from tests.support.forward import Detour, forward_proxy, through
from tests.support.host import Host, running
from tests.support.upstream import Says, Upstream, tls_for, upstream

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
NO_CONFIGURATION: dict[str, Any] = {}
# Of one connection, or asked for by the router itself: it reads the answer.
NOT_PASSED_ON = {"host", "connection", "content-length", "accept-encoding"}


@asynccontextmanager
async def between(folder: Path, answer: Any = api.answer) -> AsyncIterator[tuple[Host, Upstream]]:
    """A router without a configuration, and what stands in for the real API."""
    detour = Detour()
    async with upstream(answer, tls_for("api.anthropic.com", folder)) as far, running(NO_CONFIGURATION, folder, detour) as host:
        detour.port = far.port
        yield host, far
        assert set(detour.asked) <= {("api.anthropic.com", 443)}


def sent_headers(request: HttpRequest) -> dict[str, str]:
    return {name: value for name, value in request.headers if name not in NOT_PASSED_ON}


def captured(name: str) -> tuple[bytes, dict[str, str]]:
    capture = json.loads((CAPTURES / f"{name}.json").read_text())
    # Not as any encoder of ours would write it.
    raw = json.dumps(capture["body"], indent=1, ensure_ascii=False).encode()
    return raw, {name: value for name, value in capture["headers"].items() if name != "Connection"}


@pytest.mark.parametrize("name", ["main_first_turn", "title_headless", "subagent_tool_result", "web_search"])
async def test_a_request_arrives_byte_for_byte_with_the_client_s_headers_and_login(tmp_path: Path, name: str) -> None:
    raw, headers = captured(name)
    async with between(tmp_path) as (host, far), httpx2.AsyncClient(base_url=host.url, timeout=30) as http:
        answer = await http.post("/v1/messages?beta=true", content=raw, headers={**headers, "x-of-tomorrow": "1"})
        assert answer.status_code == 200
        (request,) = far.seen
        assert (request.method, request.target, request.body) == ("POST", "/v1/messages?beta=true", raw)
        assert request.header("host") == "api.anthropic.com"
        given = {name.lower(): value for name, value in {**headers, "x-of-tomorrow": "1"}.items()}
        assert {**sent_headers(request), "user-agent": ""} == {
            **{name: value for name, value in given.items() if name not in NOT_PASSED_ON},
            "user-agent": "",
        }
        assert request.header("user-agent") == headers["User-Agent"]
        assert request.header("authorization") == headers["Authorization"]


@pytest.mark.parametrize("stream", [True, False])
async def test_an_answer_comes_back_byte_for_byte_with_its_headers(tmp_path: Path, stream: bool) -> None:
    async with between(tmp_path) as (host, _), client(host.url) as http:
        answer = await http.post("/v1/messages?beta=true", json=body(stream=stream))
        assert answer.content == (api.STREAM if stream else api.WHOLE)
        assert answer.headers["content-type"].startswith("text/event-stream" if stream else "application/json")
        assert {name: answer.headers.get(name) for name in api.HEADERS} == api.HEADERS


async def test_it_is_recorded_with_what_it_used_and_cost(tmp_path: Path) -> None:
    async with between(tmp_path) as (host, _), client(host.url) as http:
        await http.post("/v1/messages?beta=true", json=body())
        (record,) = host.records
        assert (record["provider"], record["model"], record["error"]) == ("anthropic", "claude-opus-4-8", None)
        assert record["usage"] == {
            "input": 25, "cache_write": 7, "cache_read": 5, "output": 12, "reasoning": None, "estimated": False,
        }  # fmt: skip
        assert record["cost"] > 0
        assert record["attempts"][0]["status"] == 200


ERRORS = {
    401: b'{"type":"error","error":{"type":"authentication_error","message":"OAuth token has expired."},"request_id":"req_1"}',
    403: b'{"type":"error","error":{"type":"permission_error","message":"Not for you"},"request_id":"req_1"}',
    404: b'{"type":"error","error":{"type":"not_found_error","message":"model: nope"},"request_id":"req_1"}',
    400: b'{"type":"error","error":{"type":"invalid_request_error","message":"messages: too odd"},"request_id":"req_1"}',
    429: b'{"type":"error","error":{"type":"rate_limit_error","message":"You have hit your limit"},"request_id":"req_1"}',
    529: b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_1"}',
}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("status", ERRORS)
async def test_an_error_is_the_client_s_business(tmp_path: Path, status: int, stream: bool) -> None:
    """The login is the client's: it renews it upon a 401, and shows its limits by the headers of a 429."""
    limits = {"retry-after": "7", "anthropic-ratelimit-unified-status": "rejected", "request-id": "req_1"}

    def refuse(_: HttpRequest) -> Says:
        return Says(ERRORS[status], {"content-type": "application/json", **limits}, status)

    async with between(tmp_path, refuse) as (host, far), client(host.url) as http:
        answer = await http.post("/v1/messages?beta=true", json=body(stream=stream))
        assert (answer.status_code, answer.content) == (status, ERRORS[status])
        assert {name: answer.headers.get(name) for name in limits} == limits
        assert len(far.seen) == 1
        (record,) = host.records
        assert record["error"]["status"] == status


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/messages/count_tokens?beta=true"),
        ("GET", "/v1/models?limit=1000"),
        ("GET", "/v1/models/claude-x"),
        ("GET", "/api/claude_code/settings"),
        ("POST", "/api/event_logging/batch"),
    ],
)
async def test_all_other_calls_are_passed_on_untouched(tmp_path: Path, method: str, path: str) -> None:
    sent = json.dumps(body()).encode() if method == "POST" else b""
    async with between(tmp_path) as (host, far), client(host.url) as http:
        answer = await http.request(method, path, content=sent, headers={"x-stainless-lang": "js"})
        (request,) = far.seen
        assert (request.method, request.target, request.body) == (method, path, sent)
        assert request.header("host") == "api.anthropic.com"
        assert request.header("authorization") == f"Bearer {TOKEN}"
        assert request.header("x-stainless-lang") == "js"
        expected = api.answer(request)
        assert (answer.status_code, answer.content) == (expected.status, expected.body)
        assert {name: answer.headers.get(name) for name in expected.headers} == expected.headers


async def test_a_stream_of_events_that_passes_is_not_waited_for(tmp_path: Path) -> None:
    """It may have no end."""
    endless = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = "".join(f"{name}: {value}\r\n" for name, value in endless.items())
        writer.write(f"HTTP/1.1 200 OK\r\n{head}\r\n7\r\ndata: 1\r\n".encode())
        await writer.drain()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    detour = Detour()
    detour.port = server.sockets[0].getsockname()[1]
    async with (
        running(NO_CONFIGURATION, tmp_path, detour) as host,
        through(await forward_proxy(host)) as http,
        asyncio.timeout(10),
        http.stream("GET", "/v1/events") as answer,
    ):
        assert await anext(answer.aiter_raw()) == b"data: 1"
    server.close()


async def test_health_is_still_answered_here(tmp_path: Path) -> None:
    async with between(tmp_path) as (host, far), client(host.url) as http:
        assert (await http.get("/health")).json()["name"] == "ccr"
        assert (await http.head("/")).status_code == 200
        assert far.seen == []


async def test_both_ways_in_work_at_once(tmp_path: Path) -> None:
    async with between(tmp_path) as (host, far):
        proxy = await forward_proxy(host)
        async with client(host.url) as http, through(proxy, "https://api.anthropic.com") as proxied:
            for way in (http, proxied):
                answer = await way.post("/v1/messages?beta=true", json=body())
                assert answer.content == api.STREAM
            assert (await proxied.get("/api/claude_code/settings")).json() == {"settings": {}}
        assert [request.header("authorization") for request in far.seen] == [f"Bearer {TOKEN}"] * 3
        assert [request.target for request in far.seen[:2]] == ["/v1/messages?beta=true"] * 2
        assert len(host.records) == 2
