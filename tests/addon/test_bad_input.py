"""What is no Messages request ends at the router, with a message that names what is wrong with it."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import zstandard

from tests.support.asking import ask, body, client
from tests.support.configs import compatible, two_providers
from tests.support.host import running
from tests.support.provider import TEXT, Provider
from translators.anthropic.parse import MAX_BODY

CALLS = ["/v1/messages?beta=true", "/v1/messages/count_tokens?beta=true"]
DEEP = 5000


def said(*messages: Any, **more: Any) -> bytes:
    return json.dumps({"model": "claude-opus-4-8", "max_tokens": 9, "messages": list(messages), **more}).encode()


def user(content: Any) -> bytes:
    return said({"role": "user", "content": content})


# What is sent, and what the message must name.
NO_MESSAGES_REQUEST = {
    "not JSON": (b"Hello!", "not valid JSON"),
    "empty": (b"", "empty"),
    "blank": (b" \r\n", "empty"),
    "cut off": (user("hi")[:-1], "not valid JSON"),
    "a list": (b"[]", "a JSON object, got a list"),
    "null": (b"null", "a JSON object, got null"),
    "a number": (b"1", "a JSON object, got a number"),
    "a text": (b'"hi"', "a JSON object, got `hi`"),
    "no model": (b'{"messages": [{"role": "user", "content": "hi"}]}', "model: "),
    "a model that is no text": (b'{"model": 4, "messages": [{"role": "user", "content": "hi"}]}', "model: "),
    "no messages": (b'{"model": "m", "max_tokens": 9}', "messages: field required"),
    "messages that are a text": (b'{"model": "m", "messages": "hi"}', "messages: a list is required, got `hi`"),
    "messages that are null": (b'{"model": "m", "messages": null}', "messages: a list is required, got null"),
    "no message in messages": (said(), "messages: at least one message"),
    "a number among the messages": (said({"role": "user", "content": "hi"}, 7), "messages.1: an object is required"),
    "no role": (said({"content": "hi"}), "messages.0.role: "),
    "an unknown role": (said({"role": "tool", "content": "hi"}), "messages.0.role: "),
    "null content": (user(None), "messages.0.content: a string or a list of blocks is required, got null"),
    "a number for content": (user(5), "messages.0.content: "),
    "a text among the blocks": (user(["hi"]), "messages.0.content.0: an object is required, got `hi`"),
    "a block without a type": (user([{"text": "hi"}]), "messages.0.content.0.type: "),
    "invalid UTF-8": (user("hi").replace(b"hi", b"h\xff"), "not valid JSON: invalid unicode"),
    "half a surrogate pair": (user("hi").replace(b"hi", b"\\ud83d"), "not valid JSON"),
    "the other half": (user("hi").replace(b"hi", b"\\ude00"), "not valid JSON"),
    "NaN": (said({"role": "user", "content": "hi"}, temperature=float("nan")), "not valid JSON"),
    "max_tokens that is a text": (said({"role": "user", "content": "hi"}, max_tokens="many"), "max_tokens: "),
    "stream that is a text": (said({"role": "user", "content": "hi"}, stream="yes"), "stream: Input should be a valid boolean"),
    "a number without end": (user("hi")[:-1] + b', "temperature": 1e999}', "temperature: Input should be a valid number"),
    "infinity": (said({"role": "user", "content": "hi"}, temperature=float("inf")), "not valid JSON"),
    "deep nesting in messages": (user("hi").replace(b'"hi"', b"[" * DEEP + b"]" * DEEP), "recursion limit exceeded"),
    "deep nesting in a schema": (
        user("hi")[:-1] + b', "tools": [{"name": "t", "input_schema": ' + b'{"items": ' * DEEP + b"{}" + b"}" * DEEP + b"}]}",
        "recursion limit exceeded",
    ),
}
# These can be counted, but not sent to the provider.
NOT_TO_BE_SENT = {
    "an unknown block": (user([{"type": "hologram"}]), "messages.0.content.0: block type `hologram`"),
    "a text that is a number": (user([{"type": "text", "text": 5}]), "messages.0.content.0.text: "),
    "an image without a source": (user([{"type": "image"}]), "messages.0.content.0.source: "),
    "a result without its call's id": (user([{"type": "tool_result"}]), "messages.0.content.0.tool_use_id: "),
    "tools that are a text": (said({"role": "user", "content": "hi"}, tools="all"), "tools: "),
    "a number among the tools": (said({"role": "user", "content": "hi"}, tools=[1]), "tools.0: "),
    "a system prompt that is a number": (said({"role": "user", "content": "hi"}, system=1), "system: "),
}


def is_refused(answer: httpx2.Response, names: str, status: int = 400, kind: str = "invalid_request_error") -> None:
    told = answer.json()
    assert (answer.status_code, told["type"], told["error"]["type"]) == (status, "error", kind)
    assert names in told["error"]["message"]
    assert told["request_id"] == answer.headers["request-id"]
    assert len(told["error"]["message"]) < 300


@pytest.mark.parametrize("path", CALLS, ids=["messages", "count_tokens"])
async def test_what_is_no_messages_request_is_refused_and_the_connection_lives_on(
    upstream: tuple[Provider, str], tmp_path: Path, path: str
) -> None:
    one, url = upstream
    async with running(two_providers(url, fallback=True), tmp_path) as host, client(host.url) as http:
        for raw, names in NO_MESSAGES_REQUEST.values():
            is_refused(await http.post(path, content=raw), names)
        assert one.asked.total() == 0
        assert (await ask(http, body())).text == TEXT
        assert len({flow.client_conn.id for flow in host.keeper.flows}) == 1


@pytest.mark.parametrize("name", NOT_TO_BE_SENT)
async def test_what_no_provider_can_be_sent_is_refused(upstream: tuple[Provider, str], tmp_path: Path, name: str) -> None:
    one, url = upstream
    raw, names = NOT_TO_BE_SENT[name]
    async with running(two_providers(url, fallback=True), tmp_path) as host, client(host.url) as http:
        is_refused(await http.post(CALLS[0], content=raw), names)
        assert one.asked.total() == 0
        (record,) = host.records
        assert (record["error"]["status"], record["attempts"]) == (400, [])
        counted = await http.post(CALLS[1], content=raw)
        assert counted.json()["input_tokens"] > 0  # an error there makes the client pay for a count elsewhere
        assert (await ask(http, body())).text == TEXT


@pytest.mark.parametrize("path", CALLS, ids=["messages", "count_tokens"])
async def test_a_provider_of_the_same_protocol_is_spared_them_too(
    upstream: tuple[Provider, str], tmp_path: Path, path: str
) -> None:
    one, url = upstream
    async with running(compatible(url), tmp_path) as host, client(host.url) as http:
        for raw, names in NO_MESSAGES_REQUEST.values():
            is_refused(await http.post(path, content=raw), names)
        assert one.asked.total() == 0


def of_size(size: int) -> bytes:
    missing = size - len(json.dumps(body(stream=False, messages=[{"role": "user", "content": ""}])))
    return json.dumps(body(stream=False, messages=[{"role": "user", "content": "x" * missing}])).encode()


async def in_chunks(raw: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(raw), 1 << 20):
        yield raw[at : at + (1 << 20)]


async def test_a_body_of_32_megabytes_is_carried_and_a_larger_one_is_not(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    one, url = upstream
    one.text = lambda asked: str(len(asked["messages"][0]["content"]))
    async with running(two_providers(url), tmp_path) as host, client(host.url) as http:
        largest, larger = of_size(MAX_BODY), of_size(MAX_BODY + 1)
        assert len(largest) == 32 * 1024 * 1024
        answer = await http.post(CALLS[0], content=largest)
        assert answer.json()["content"][0]["text"] == str(len(json.loads(largest)["messages"][0]["content"]))
        assert one.asked == {"first": 1}
        uploads: list[tuple[Any, dict[str, str]]] = [
            (larger, {}),
            (in_chunks(larger), {}),
            (gzip.compress(larger, 1), {"content-encoding": "gzip"}),
        ]
        for upload, headers in uploads:
            answer = await http.post(CALLS[0], content=upload, headers=headers)
            is_refused(answer, "33,554,433 bytes; at most 33,554,432", 413, "request_too_large")
        is_refused(await http.post(CALLS[1], content=larger), "33,554,433 bytes", 413, "request_too_large")
        assert one.asked == {"first": 1}
        assert (await ask(http, body())).status == 200
        assert len({flow.client_conn.id for flow in host.keeper.flows}) == 1


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("zstd", zstandard.compress), ("identity", bytes)],
)
async def test_a_compressed_body_is_read(upstream: tuple[Provider, str], tmp_path: Path, encoding: str, compress: Any) -> None:
    one, url = upstream
    one.text = lambda asked: asked["messages"][-1]["content"]
    async with running(two_providers(url), tmp_path) as host, client(host.url) as http:
        raw = json.dumps(body(stream=False, messages=[{"role": "user", "content": "squeezed"}])).encode()
        answer = await http.post(CALLS[0], content=compress(raw), headers={"content-encoding": encoding})
        assert answer.json()["content"][0]["text"] == "squeezed"


@pytest.mark.parametrize(
    ("encoding", "raw"),
    [("gzip", b"no gzip"), ("gzip", user("hi")), ("br", b"\xff\xff\xff\xff"), ("zstd", b"no zstd"), ("lzma9", user("hi"))],
)
async def test_a_body_whose_compression_is_broken_is_refused(
    upstream: tuple[Provider, str], tmp_path: Path, encoding: str, raw: bytes
) -> None:
    one, url = upstream
    async with running(two_providers(url), tmp_path) as host, client(host.url) as http:
        answer = await http.post(CALLS[0], content=raw, headers={"content-encoding": encoding})
        is_refused(answer, f"content-encoding `{encoding}`")
        assert one.asked.total() == 0
        assert (await ask(http, body())).text == TEXT


async def test_a_compressed_body_that_is_cut_off_is_refused(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    one, url = upstream
    async with running(two_providers(url), tmp_path) as host, client(host.url) as http:
        cut_off = gzip.compress(user("hi" * 500))[:-30]
        is_refused(await http.post(CALLS[0], content=cut_off, headers={"content-encoding": "gzip"}), "the request body is not")
        assert one.asked.total() == 0


NOT_SERVED = [
    ("GET", "/v1/messages"),
    ("PUT", "/v1/messages?beta=true"),
    ("DELETE", "/v1/messages"),
    ("OPTIONS", "/v1/messages"),
    ("GET", "/v1/messages/count_tokens"),
    ("POST", "/v1/models"),
    ("POST", "/v1/complete"),
    ("POST", "/v1/messages/batches"),
    ("POST", "/"),
    ("GET", "/favicon.ico"),
    ("GET", "/v1/messages/../../etc/passwd"),
]


async def test_what_is_not_served_is_a_404_that_says_what_is(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    one, url = upstream
    async with running(two_providers(url), tmp_path) as host, client(host.url) as http:
        for method, path in NOT_SERVED:
            answer = await http.request(method, path, content=b"{}" if method in ("POST", "PUT") else None)
            is_refused(answer, "is not served here; served: POST /v1/messages", 404, "not_found_error")
            assert f"`{method} " in answer.json()["error"]["message"]
        head = await http.head("/nowhere")
        assert (head.status_code, head.content) == (404, b"")
        assert one.asked.total() == 0
        assert (await ask(http, body())).text == TEXT
        assert len({flow.client_conn.id for flow in host.keeper.flows}) == 1


async def test_a_model_that_nobody_has_is_told_before_anything_is_sent(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    one, url = upstream
    async with running({**two_providers(url), "router": {"background": "one,first"}}, tmp_path) as host, client(host.url) as http:
        told = await ask(http, body())
        assert (told.status, told.error) == (400, "invalid_request_error")
        assert "Router.default" in told.message
        assert one.asked.total() == 0
