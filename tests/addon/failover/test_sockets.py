"""A client that leaves amid many answers leaves no socket behind, whatever the router was doing for it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from addon.failover.sockets import CONNECTIONS_PER_ADDRESS
from tests.support.asking import body
from tests.support.chain import at, chain
from tests.support.h2_client import h2_client
from tests.support.h2_provider import h2_provider
from tests.support.host import running
from tests.support.leftovers import settled
from tests.support.provider import provider
from tests.support.upstream import tls_for
from tests.support.waiting import until

STREAMS = 20
ROUNDS = 4
# When the client leaves, in seconds after the first answers began: tasks are then at different places.
LEAVES_AFTER = (0.0, 0.003, 0.01, 0.03)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
async def test_a_client_that_leaves_amid_many_answers_leaves_no_connection(tmp_path: Path, tls: bool) -> None:
    async with provider(tls_for("127.0.0.1", tmp_path) if tls else None) as (one, url):
        one.text, one.pause = lambda _: "word " * 20, 0.005
        async with running(chain(at(url, "a")), tmp_path) as host:
            for wait in LEAVES_AFTER[:ROUNDS]:
                async with h2_client(host.port) as http:
                    for _ in range(STREAMS):
                        http.post(body())
                    await until(lambda: len(http.received) >= STREAMS // 2)
                    assert one.open > 1
                    await asyncio.sleep(wait)
                await settled(host, one)


async def test_a_client_that_leaves_amid_many_connects_leaves_none(tmp_path: Path) -> None:
    async with provider() as (one, url), running(chain(at(url, "a")), tmp_path) as host:
        for _ in range(ROUNDS):
            before = one.met
            async with h2_client(host.port) as http:
                for _ in range(STREAMS):
                    http.post(body())
                await until(lambda: one.met > before)  # noqa: B023 - looked at in this round
            await settled(host, one)


async def test_the_connection_that_a_clients_requests_share_is_closed_with_it(tmp_path: Path) -> None:
    async with h2_provider(tls_for("127.0.0.1", tmp_path)) as (one, url):
        one.behaviours = {"a": "hang"}
        async with running(chain(at(url, "a", "b")), tmp_path) as host:
            for round_ in range(1, ROUNDS + 1):
                async with h2_client(host.port) as http:
                    for number in range(STREAMS):
                        http.post(body("a,a" if number % 2 else "b,b"))
                    await until(lambda: one.asked["a"] == round_ * STREAMS // 2)  # noqa: B023 - looked at in this round
                await settled(host)
                await until(lambda: one.open == 0)


async def test_one_client_may_have_more_requests_at_a_provider_than_mitmproxy_lets_it(tmp_path: Path) -> None:
    assert CONNECTIONS_PER_ADDRESS > STREAMS
    async with provider() as (one, url):
        one.behaviours = {"a": "hang"}
        async with running(chain(at(url, "a")), tmp_path) as host:
            async with h2_client(host.port) as http:
                for _ in range(STREAMS):
                    http.post(body())
                await until(lambda: one.open == STREAMS)
            await settled(host, one)
