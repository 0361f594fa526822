"""Connections that are kept for the next request, and closed by the provider before it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.support.asking import ask, body, client
from tests.support.chain import at, chain
from tests.support.host import running
from tests.support.provider import TEXT, Provider

type Upstream = tuple[Provider, str]


async def test_a_connection_is_used_again(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    async with running(chain(at(url, "a")), tmp_path) as host, client(host.url) as http:
        for _ in range(3):
            assert (await ask(http, body())).text == TEXT
    assert one.met == 1


async def test_a_connection_is_used_again_after_an_error_status(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "503"}
    async with running(chain(at(url, "a", "b")), tmp_path) as host, client(host.url) as http:
        for _ in range(3):
            assert (await ask(http, body())).text == TEXT
    assert one.met == 1


@pytest.mark.parametrize("stream", [True, False])
async def test_one_that_the_provider_closes_as_it_is_used_again_is_repeated_at_once_and_counts_for_nothing(
    upstream: Upstream, tmp_path: Path, stream: bool
) -> None:
    one, url = upstream
    one.behaviours = {"a": "ok_then_deaf"}
    async with running(chain(at(url, "a", "b"), retry={"attempts": 1}), tmp_path) as host, client(host.url) as http:
        for _ in range(6):
            told = await ask(http, body(stream=stream))
            assert told.text == TEXT
            assert told.headers is not None
            assert told.headers["x-ccr-model"] == "a,a"
        assert one.met == 6
        assert one.asked == {"a": 6}
        assert host.fleet.health.states(time.monotonic()) == []
        assert [len(record["attempts"]) for record in host.records] == [1] * 6
        assert all(" ok" not in flow.comment for flow in host.keeper.flows), "no attempt but the one is told of"


async def test_one_that_is_closed_again_and_again_is_a_failure(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": ["ok", "close"]}
    async with running(chain(at(url, "a", "b"), retry={"attempts": 1}), tmp_path) as host, client(host.url) as http:
        for model in ("a,a", "b,b"):
            told = await ask(http, body())
            assert told.headers is not None
            assert told.headers["x-ccr-model"] == model
        assert one.asked == {"a": 3, "b": 1}, "once on the connection it closed, once on a fresh one"
        assert len(host.records[1]["attempts"]) == 2


async def test_one_that_is_closed_after_a_while_saw_the_request(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("addon.failover.driving.STALE_SECONDS", 0.0)
    one, url = upstream
    one.behaviours = {"a": ["ok", "close"]}
    async with running(chain(at(url, "a", "b"), retry={"attempts": 1}), tmp_path) as host, client(host.url) as http:
        await ask(http, body())
        assert (await ask(http, body())).text == TEXT
        assert one.asked == {"a": 2, "b": 1}
