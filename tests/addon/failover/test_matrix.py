"""Every fault, streamed and whole, at the first and at the last candidate, over HTTP/1.1 and HTTP/2, on real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import grammar
from tests.support.asking import ask, body, client
from tests.support.host import running
from tests.support.leftovers import settled
from tests.support.provider import TEXT, Provider, closed_port, provider

# How the client is told when the fault is the last candidate's: status and error type.
BEFORE_CONTENT = {
    "refused": (502, "api_error"),
    "close": (502, "api_error"),
    "408": (504, "api_error"),
    "409": (502, "api_error"),
    "429": (429, "rate_limit_error"),
    "500": (500, "api_error"),
    "503": (529, "overloaded_error"),
    "529": (529, "overloaded_error"),
    "401": (403, "permission_error"),
    "402": (402, "billing_error"),
    "403": (403, "permission_error"),
    "error_object": (500, "api_error"),
    "nothing": (502, "api_error"),
    "html": (502, "api_error"),
    "cut_first": (502, "api_error"),
    "hang": (504, "api_error"),
    "headers_then_silence": (504, "api_error"),
}
AFTER_CONTENT = ["cut", "stops_short", "stalls"]
STREAMED = [pytest.param(True, id="stream"), pytest.param(False, id="whole")]
PROTOCOLS = [pytest.param(False, id="http1"), pytest.param(True, id="http2")]


@pytest.fixture
async def upstream() -> AsyncIterator[tuple[Provider, str]]:
    async with provider() as it:
        yield it


def config(url: str, *, fallback: bool, **more: Any) -> dict[str, Any]:
    impatient = {"first_byte": 0.3, "idle": 0.3}
    providers = [
        {"name": "one", "base_url": url, "api_key": "sk-one-key", "models": ["first"], "timeouts": impatient},
        {"name": "two", "base_url": url, "api_key": "sk-two-key", "models": ["second"]},
        {"name": "gone", "base_url": f"http://127.0.0.1:{closed_port()}/v1", "api_key": "k", "models": ["first"]},
    ]
    timeouts = {"connect": 5, "first_byte": 10, "idle": 10, "total": 20}
    fallbacks = {"fallback": ["two,second"]} if fallback else {}
    base = {"providers": providers, "router": {"default": "one,first"}, "timeouts": timeouts, "retry": {"attempts": 1}}
    return {**base, **fallbacks, **more}


def spoilt(url: str, fault: str, one: Provider, *, fallback: bool) -> dict[str, Any]:
    settings = config(url, fallback=fallback)
    if fault == "refused":
        settings["router"]["default"] = "gone,first"
    else:
        one.behaviours["first"] = fault
    return settings


@pytest.mark.parametrize("http2", PROTOCOLS)
@pytest.mark.parametrize("stream", STREAMED)
@pytest.mark.parametrize("fault", [*BEFORE_CONTENT, "empty"])
async def test_the_first_candidates_fault_is_invisible(
    upstream: tuple[Provider, str], tmp_path: Path, fault: str, stream: bool, http2: bool
) -> None:
    one, url = upstream
    if fault == "cut_first" and not stream:
        pytest.skip("a whole answer has no first chunk")
    async with running(spoilt(url, fault, one, fallback=True), tmp_path) as host:
        async with client(host.tls_url if http2 else host.url, http2=http2) as http:
            told = await ask(http, body(stream=stream))
            assert (told.status, told.text, told.events_error) == (200, TEXT, "")
            assert told.headers is not None
            assert told.headers["x-ccr-model"] == "two,second"
        await settled(host, one)
        (record,) = host.records
        assert [bool(attempt["error"]) for attempt in record["attempts"]] == [True, False]
        assert record["provider"] == "two"


@pytest.mark.parametrize("http2", PROTOCOLS)
@pytest.mark.parametrize("stream", STREAMED)
@pytest.mark.parametrize("fault", BEFORE_CONTENT)
async def test_the_last_candidates_fault_is_told_as_an_error(
    upstream: tuple[Provider, str], tmp_path: Path, fault: str, stream: bool, http2: bool
) -> None:
    one, url = upstream
    if fault == "cut_first" and not stream:
        pytest.skip("a whole answer has no first chunk")
    async with running(spoilt(url, fault, one, fallback=False), tmp_path) as host:
        async with client(host.tls_url if http2 else host.url, http2=http2) as http:
            told = await ask(http, body(stream=stream))
            assert (told.status, told.error) == BEFORE_CONTENT[fault], told.message
            assert "`one`" in told.message or "`gone`" in told.message
            assert "sk-one-key" not in told.message
        await settled(host, one)


@pytest.mark.parametrize("http2", PROTOCOLS)
@pytest.mark.parametrize("fallback", [True, False])
@pytest.mark.parametrize("fault", AFTER_CONTENT)
async def test_a_fault_after_content_ends_the_stream_with_an_error_and_asks_nobody_else(
    upstream: tuple[Provider, str], tmp_path: Path, fault: str, fallback: bool, http2: bool
) -> None:
    one, url = upstream
    async with running(spoilt(url, fault, one, fallback=fallback), tmp_path) as host:
        async with client(host.tls_url if http2 else host.url, http2=http2) as http:
            told = await ask(http, body())
            assert (told.status, told.text, told.events_error) == (200, TEXT[:4], "api_error")
        await settled(host, one)
        assert one.asked["second"] == 0
        (record,) = host.records
        assert record["error"]["type"] == "api_error"


@pytest.mark.parametrize("stream", STREAMED)
async def test_an_empty_answer_of_the_last_candidate_is_one_empty_text(
    upstream: tuple[Provider, str], tmp_path: Path, stream: bool
) -> None:
    one, url = upstream
    async with running(spoilt(url, "empty", one, fallback=False), tmp_path) as host, client(host.url) as http:
        told = await ask(http, body(stream=stream))
        assert (told.status, told.text, told.events_error) == (200, "", "")


async def test_a_provider_that_does_not_end_its_finished_answer_is_not_waited_for(
    upstream: tuple[Provider, str], tmp_path: Path
) -> None:
    one, url = upstream
    settings = spoilt(url, "dawdles", one, fallback=False)
    settings["providers"][0]["timeouts"]["idle"] = 15
    async with running(settings, tmp_path) as host:
        async with client(host.url) as http, asyncio.timeout(5):
            assert (await ask(http, body())).text == TEXT
        await settled(host, one)


async def test_all_down_names_every_attempt(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"first": "503", "second": "rests"}
    async with running(config(url, fallback=True), tmp_path) as host, client(host.url) as http:
        told = await ask(http, body())
        assert (told.status, told.error) == (529, "overloaded_error")
        assert "one,first" in told.message
        assert "two,second" in told.message
        assert "slow down" in told.message


async def test_a_request_that_the_provider_refuses_is_not_tried_elsewhere(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"first": "400"}
    async with running(config(url, fallback=True), tmp_path) as host, client(host.url) as http:
        told = await ask(http, body())
        assert (told.status, told.error) == (400, "invalid_request_error")
        assert one.asked["second"] == 0


@pytest.mark.parametrize("http2", PROTOCOLS)
async def test_a_fault_amid_thinking_goes_on_with_the_next_candidate(
    upstream: tuple[Provider, str], tmp_path: Path, http2: bool
) -> None:
    one, url = upstream
    async with running(spoilt(url, "cut_in_thought", one, fallback=True), tmp_path) as host:
        async with client(host.tls_url if http2 else host.url, http2=http2) as http:
            answer = await http.post("/v1/messages", json=body())
        told = grammar.check(answer.content)
        assert [block["type"] for block in told.content] == ["thinking", "text"]
        assert (told.content[0]["thinking"], told.content[1]["text"], told.error) == ("let me think", TEXT, None)
        await settled(host, one)


async def test_a_fault_amid_the_last_candidates_thinking_is_told(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    one, url = upstream
    async with running(spoilt(url, "cut_in_thought", one, fallback=False), tmp_path) as host, client(host.url) as http:
        told = await ask(http, body())
        assert (told.status, told.text, told.events_error) == (200, "", "api_error")
