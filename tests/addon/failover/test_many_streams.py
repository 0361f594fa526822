"""Many requests of one client on one connection of HTTP/2."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.asking import body
from tests.support.chain import at, chain
from tests.support.h2_client import H2Client, h2_client
from tests.support.host import running
from tests.support.leftovers import no_upstream, settled
from tests.support.ports import unanswering_port
from tests.support.provider import TEXT, Provider, closed_port, provider
from tests.support.upstream import tls_for
from tests.support.waiting import until

type Upstream = tuple[Provider, str]
STREAMS = 12


async def answers(http: H2Client, *, count: int = STREAMS, **request: Any) -> Counter[str]:
    streams = [http.post(body(stream=number % 2 == 0, **request)) for number in range(count)]
    told = [await http.answer(stream) for stream in streams]
    assert [each.text for each in told] == [TEXT] * count
    return Counter(each.headers["x-ccr-model"] for each in told if each.headers is not None)


async def test_twelve_streams_fail_over_four_times_each(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("addon.failover.health.FAILURES_TO_OPEN", 1000)  # else the last ones are spared some
    one, url = upstream
    one.behaviours = {"b": "429", "c": "hang", "d": "cut_first"}
    urls = {"a": f"http://127.0.0.1:{closed_port()}/v1", **at(url, "b", "c", "d", "e")}
    config = chain(urls, c={"timeouts": {"first_byte": 0.4}})
    async with running(config, tmp_path) as host:
        async with h2_client(host.port) as http:
            streams = [http.post(body()) for _ in range(STREAMS)]
            assert [(await http.answer(stream)).text for stream in streams] == [TEXT] * STREAMS
            await no_upstream(one)
        await settled(host, one)
        assert one.asked == dict.fromkeys("bcde", STREAMS)
        assert {len(record["attempts"]) for record in host.records} == {5}


async def test_twelve_streams_wait_for_a_server_that_cannot_be_reached(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    with unanswering_port() as port:
        silent = f"http://127.0.0.1:{port}/v1"
        config = chain({"a": silent, "b": silent, "c": url}, timeouts={"connect": 0.4, "first_byte": 10})
        async with running(config, tmp_path) as host:
            async with h2_client(host.port) as http:
                assert await answers(http) == {"c,c": STREAMS}
            await settled(host, one)
            assert all("no connection within 0.4 s" in each["attempts"][0]["error"] for each in host.records)


async def test_twelve_streams_are_answered_at_the_same_time(upstream: Upstream, tmp_path: Path) -> None:
    """None waits for another's connection to become free, and none that did is taken for a failed connect."""
    one, url = upstream
    one.behaviours = {"a": "hang"}
    config = chain(at(url, "a", "b"), timeouts={"connect": 0.5, "first_byte": 20})
    async with running(config, tmp_path) as host, h2_client(host.port) as http:
        hung = [http.post(body()) for _ in range(STREAMS)]
        await until(lambda: one.asked["a"] == STREAMS)
        assert one.open == STREAMS
        for stream in hung:
            http.reset(stream)
        await no_upstream(one)
        assert "b" not in one.asked


@pytest.mark.parametrize("stream", [True, False])
async def test_a_provider_that_speaks_tls_answers_and_fails_over(tmp_path: Path, stream: bool) -> None:
    async with provider(tls_for("127.0.0.1", tmp_path)) as (one, url):
        one.behaviours = {"a": ["503", "cut_first" if stream else "close", "ok"], "b": ["ok"]}
        config = chain(at(url, "a", "b"), retry={"attempts": 3, "backoff": 0.01})
        async with running(config, tmp_path) as host:
            async with h2_client(host.port) as http:
                told = await http.answer(http.post(body(stream=stream)))
                assert told.text == TEXT
                assert one.asked == {"a": 3}
            await settled(host, one)


async def test_twelve_streams_go_to_providers_that_speak_tls(tmp_path: Path) -> None:
    async with provider(tls_for("127.0.0.1", tmp_path)) as (one, url):
        one.behaviours = {"a": "503"}
        async with running(chain(at(url, "a", "b")), tmp_path) as host:
            async with h2_client(host.port) as http:
                assert await answers(http) == {"b,b": STREAMS}
            await settled(host, one)


async def test_a_second_wave_finds_the_connection_as_good_as_the_first(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "close"}
    async with running(chain(at(url, "a", "b")), tmp_path) as host:
        async with h2_client(host.port) as http:
            for _ in range(4):
                async with asyncio.timeout(20):
                    assert await answers(http) == {"b,b": STREAMS}
        await settled(host, one)
