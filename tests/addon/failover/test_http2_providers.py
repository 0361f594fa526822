"""Providers that speak HTTP/2, as to clients that speak it: many requests share one connection, and one may fail alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.asking import body
from tests.support.chain import at, chain
from tests.support.h2_client import h2_client
from tests.support.h2_provider import H2Provider, h2_provider
from tests.support.host import running
from tests.support.leftovers import settled
from tests.support.provider import TEXT
from tests.support.upstream import tls_for
from tests.support.waiting import until

type Upstream = tuple[H2Provider, str]
STREAMED = [pytest.param(True, id="stream"), pytest.param(False, id="whole")]


@pytest.fixture
async def h2_upstream(tmp_path: Path) -> AsyncIterator[Upstream]:
    async with h2_provider(tls_for("127.0.0.1", tmp_path)) as it:
        yield it


async def test_requests_of_one_client_share_a_connection(h2_upstream: Upstream, tmp_path: Path) -> None:
    one, url = h2_upstream
    async with running(chain(at(url, "a")), tmp_path) as host:
        async with h2_client(host.port) as http:
            streams = [http.post(body(stream=number % 2 == 0)) for number in range(12)]
            assert [(await http.answer(stream)).text for stream in streams] == [TEXT] * 12
            assert one.met == 1
        await settled(host)
        await until(lambda: one.open == 0)


@pytest.mark.parametrize("stream", STREAMED)
@pytest.mark.parametrize("fault", ["503", "429", "401", "reset", "hang", "goaway"])
async def test_the_first_candidates_fault_is_invisible(h2_upstream: Upstream, tmp_path: Path, fault: str, stream: bool) -> None:
    one, url = h2_upstream
    one.behaviours = {"a": fault}
    config = chain(at(url, "a", "b"), a={"timeouts": {"first_byte": 0.3}})
    async with running(config, tmp_path) as host:
        async with h2_client(host.port) as http:
            streams = [http.post(body(stream=stream)) for _ in range(4)]
            assert [(await http.answer(each)).text for each in streams] == [TEXT] * 4
        await settled(host)
        await until(lambda: one.open == 0)


async def test_one_that_breaks_off_does_not_disturb_the_others(h2_upstream: Upstream, tmp_path: Path) -> None:
    one, url = h2_upstream
    one.behaviours = {"a": "cut"}
    async with running(chain(at(url, "a", "b")), tmp_path) as host, h2_client(host.port) as http:
        breaks, *others = http.post(body()), *(http.post(body("b,b")) for _ in range(4))
        told = await http.answer(breaks)
        assert (told.text, told.events_error) == (TEXT[:4], "api_error")
        assert [(await http.answer(each)).text for each in others] == [TEXT] * 4
        assert one.met == 1


async def test_one_that_is_given_up_is_cancelled_alone(h2_upstream: Upstream, tmp_path: Path) -> None:
    one, url = h2_upstream
    one.behaviours = {"a": "hang"}
    config = chain(at(url, "a", "b"), a={"timeouts": {"first_byte": 0.3}})
    async with running(config, tmp_path) as host, h2_client(host.port) as http:
        assert (await http.answer(http.post(body()))).text == TEXT
        assert (one.met, one.cancelled) == (1, 1)
        assert one.asked == {"a": 1, "b": 1}


async def test_one_whose_client_leaves_is_cancelled_alone(h2_upstream: Upstream, tmp_path: Path) -> None:
    one, url = h2_upstream
    one.behaviours = {"a": "hang"}
    async with running(chain(at(url, "a", "b")), tmp_path) as host, h2_client(host.port) as http:
        leaves = http.post(body())
        await until(lambda: one.asked["a"] == 1)
        http.reset(leaves)
        await until(lambda: one.cancelled == 1)
        assert (await http.answer(http.post(body("b,b")))).text == TEXT
        assert one.met == 1
        assert one.asked == {"a": 1, "b": 1}
