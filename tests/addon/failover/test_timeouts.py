"""Every phase has its limit; the general limits, a provider's own, and the total over all attempts."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.asking import Told, ask, body, client
from tests.support.chain import at, chain
from tests.support.host import running
from tests.support.leftovers import settled
from tests.support.ports import unanswering_port
from tests.support.provider import TEXT, Provider

type Upstream = tuple[Provider, str]
ONCE = {"attempts": 1}


async def timed(config: dict[str, Any], folder: Path, one: Provider, *, stream: bool = True) -> tuple[Told, float]:
    """What the client was told, and after how many seconds."""
    async with running(config, folder) as host:
        async with client(host.url) as http:
            begun = time.monotonic()
            told = await ask(http, body(stream=stream))
            passed = time.monotonic() - begun
        await settled(host, one)
    return told, passed


@pytest.mark.parametrize("stream", [True, False])
async def test_a_connect_that_is_not_answered_is_given_up(upstream: Upstream, tmp_path: Path, stream: bool) -> None:
    one, url = upstream
    with unanswering_port() as port:
        config = chain({"a": f"http://127.0.0.1:{port}/v1", "b": url}, a={"timeouts": {"connect": 0.4}})
        told, passed = await timed(config, tmp_path, one, stream=stream)
    assert told.text == TEXT
    assert 0.4 <= passed < 8


async def test_a_connect_that_is_not_answered_is_told(upstream: Upstream, tmp_path: Path) -> None:
    one, _ = upstream
    with unanswering_port() as port:
        config = chain({"a": f"http://127.0.0.1:{port}/v1"}, retry=ONCE, timeouts={"connect": 0.4})
        told, _ = await timed(config, tmp_path, one)
    assert (told.status, told.error) == (504, "api_error")
    assert "no connection within 0.4 s" in told.message


async def test_models_of_one_unreachable_server_are_each_tried(upstream: Upstream, tmp_path: Path) -> None:
    """The second must not be let wait for, and fail with, the connect of the first that is being cancelled."""
    _, url = upstream
    with unanswering_port() as port:
        silent = f"http://127.0.0.1:{port}/v1"
        config = chain({"a": silent, "b": silent, "c": url}, timeouts={"connect": 0.4, "first_byte": 10})
        async with running(config, tmp_path) as host, client(host.url) as http:
            assert (await ask(http, body())).text == TEXT
            (record,) = host.records
    assert ["no connection within 0.4 s" in each["error"] for each in record["attempts"]] == [True, True, False]
    assert all(each["ms"] >= 400 for each in record["attempts"][:2])


async def test_a_server_that_never_ends_its_handshake_is_given_up(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    config = chain({"a": f"https://127.0.0.1:{port}/v1", "b": url}, a={"timeouts": {"connect": 0.4}})
    told, passed = await timed(config, tmp_path, one)
    assert told.text == TEXT
    assert 0.4 <= passed < 8
    server.close()


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("fault", ["hang", "headers_then_silence"])
async def test_no_first_byte_in_time_is_given_up(upstream: Upstream, tmp_path: Path, fault: str, stream: bool) -> None:
    one, url = upstream
    one.behaviours = {"a": fault}
    config = chain(at(url, "a", "b"), a={"timeouts": {"first_byte": 0.4}})
    told, passed = await timed(config, tmp_path, one, stream=stream)
    assert told.text == TEXT
    assert 0.4 <= passed < 8


async def test_an_answer_that_takes_its_time_between_pieces_is_no_hung_one(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.pause = 0.15
    one.text = lambda _body: "abcd"
    told, passed = await timed(chain(at(url, "a"), a={"timeouts": {"first_byte": 0.6, "idle": 0.6}}), tmp_path, one)
    assert (told.text, told.events_error) == ("abcd", "")
    assert passed > 0.6


async def test_a_whole_answer_may_take_longer_than_a_stream_to_begin_with(upstream: Upstream, tmp_path: Path) -> None:
    """Its first byte comes when it is complete, so only the total limits it unless the configuration says otherwise."""
    one, url = upstream
    one.behaviours = {"a": "hang"}
    config = chain(at(url, "a"), retry=ONCE, timeouts={"total": 0.5})
    told, _ = await timed(config, tmp_path, one, stream=False)
    assert "no answer within 0.5 s" in told.message or "no complete answer within 0.5 s" in told.message


@pytest.mark.parametrize("fallback", [True, False])
async def test_a_stream_that_hangs_after_content_ends_with_an_error(upstream: Upstream, tmp_path: Path, fallback: bool) -> None:
    one, url = upstream
    one.behaviours = {"a": "stalls"}
    names = ("a", "b") if fallback else ("a",)
    told, passed = await timed(chain(at(url, *names), a={"timeouts": {"idle": 0.4}}), tmp_path, one)
    assert (told.status, told.text, told.events_error) == (200, TEXT[:4], "api_error")
    assert "silent for 0.4 s" in told.message
    assert 0.4 <= passed < 8
    assert one.asked == {"a": 1}


@pytest.mark.parametrize("stream", [True, False])
async def test_the_total_spans_all_attempts(upstream: Upstream, tmp_path: Path, stream: bool) -> None:
    one, url = upstream
    one.behaviours = {"a": "hang", "b": "hang", "c": "ok"}
    config = chain(at(url, "a", "b", "c"), timeouts={"first_byte": 0.6, "total": 1})
    told, passed = await timed(config, tmp_path, one, stream=stream)
    assert (told.status, told.error) == (529, "overloaded_error")
    assert "no answer within 0.6 s" in told.message
    assert "no complete answer within 1 s in all" in told.message
    assert 1 <= passed < 8
    assert one.asked == {"a": 1, "b": 1}


async def test_the_total_ends_an_answer_that_goes_on(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.pause = 0.1
    one.text = lambda _body: "x" * 50
    told, passed = await timed(chain(at(url, "a"), timeouts={"total": 0.7}), tmp_path, one)
    assert told.events_error == "api_error"
    assert "no complete answer within 0.7 s in all" in told.message
    assert set(told.text) == {"x"}
    assert passed < 8


async def test_the_total_counts_while_connecting(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    with unanswering_port() as port:
        config = chain({"a": f"http://127.0.0.1:{port}/v1", "b": url}, timeouts={"connect": 10, "total": 0.5})
        told, passed = await timed(config, tmp_path, one)
    assert told.status == 504
    assert "in all" in told.message
    assert passed < 8
    assert one.asked == {}


async def test_api_timeout_ms_is_the_total(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "hang"}
    config = chain(at(url, "a"), API_TIMEOUT_MS=500, timeouts={"first_byte": 10})
    told, passed = await timed(config, tmp_path, one)
    assert "no complete answer within 0.5 s in all" in told.message
    assert 0.5 <= passed < 8


async def test_a_provider_may_have_limits_of_its_own(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "hang", "b": "hang"}
    own = {"timeouts": {"first_byte": 0.3}}
    config = chain(at(url, "a", "b"), retry=ONCE, timeouts={"first_byte": 0.5, "total": 20}, b=own)
    told, _ = await timed(config, tmp_path, one)
    assert "a,a: provider `a` did not answer in time: no answer within 0.5 s" in told.message
    assert "b,b: provider `b` did not answer in time: no answer within 0.3 s" in told.message


async def test_an_error_answer_that_does_not_end_is_taken_for_what_it_is(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("addon.failover.deadlines.REFUSAL_GRACE", 0.3)
    one, url = upstream
    one.behaviours = {"a": "error_without_end"}
    async with running(chain(at(url, "a", "b")), tmp_path) as host:
        async with client(host.url) as http:
            assert (await ask(http, body())).text == TEXT
        await settled(host, one)
        (record,) = host.records
    assert record["attempts"][0]["status"] == 503


async def test_a_provider_that_does_not_read_is_given_up(upstream: Upstream, tmp_path: Path) -> None:
    """A request larger than all buffers on the way."""
    one, url = upstream
    closed = asyncio.Event()

    async def deaf(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await closed.wait()
        writer.close()

    server = await asyncio.start_server(deaf, "127.0.0.1", 0, limit=1)
    port = server.sockets[0].getsockname()[1]
    request = body(system="long " * 3_000_000)
    config = chain({"a": f"http://127.0.0.1:{port}/v1", "b": url}, a={"timeouts": {"first_byte": 1}})
    async with running(config, tmp_path) as host:
        async with client(host.url) as http:
            assert (await ask(http, request)).text == TEXT
        closed.set()
        await settled(host, one)
    server.close()
