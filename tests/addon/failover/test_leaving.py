"""The client leaves, in any phase: the provider's connection is closed at once, and nothing is tried again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from addon.attempts import Attempts
from addon.failover.plan import PLANS
from tests.support.asking import body
from tests.support.chain import at, chain
from tests.support.h2_client import h2_client
from tests.support.host import Host, running
from tests.support.leftovers import no_upstream, settled, tasks
from tests.support.ports import unanswering_port
from tests.support.provider import TEXT, Provider
from tests.support.waiting import until

type Upstream = tuple[Provider, str]
STREAMED = [pytest.param(True, id="stream"), pytest.param(False, id="whole")]


@pytest.fixture
def unanswering() -> Iterator[str]:
    with ExitStack() as stack:
        yield f"http://127.0.0.1:{stack.enter_context(unanswering_port())}/v1"


@asynccontextmanager
async def asked(host: Host, *, stream: bool = True) -> AsyncIterator[asyncio.StreamReader]:
    """A request of a client of HTTP/1.1 that leaves at the end of the block."""
    content = json.dumps(body(stream=stream)).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", host.port)
    writer.write(b"POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%s" % (len(content), content))
    yield reader
    writer.close()


class Phase:
    """How a request gets into a phase, and how that is known. `asks` is how often providers are asked in it."""

    def __init__(self, *behaviours: str, asks: int = 1, connects: bool = False, **more: Any) -> None:
        self.behaviours, self.asks, self.connects, self.more = behaviours, asks, connects, more

    def config(self, one: Provider, url: str, unanswering: str) -> dict[str, Any]:
        names = [chr(ord("a") + place) for place in range(len(self.behaviours))]
        one.behaviours = dict(zip(names, self.behaviours, strict=True))
        urls = {name: unanswering if behaviour == "unanswering" else url for name, behaviour in one.behaviours.items()}
        return chain({**urls, "last": url}, **self.more)

    def reached(self, one: Provider) -> bool:
        if one.asked.total() < self.asks or not PLANS:
            return False
        if self.connects:
            return bool(tasks("server connection"))
        backs_off = self.behaviours[-1].startswith("429 ")
        return bool(tasks("handle_hook(ccr_next)")) == backs_off


PHASES = {
    "connecting": Phase("unanswering", asks=0, connects=True),
    "connecting to the second": Phase("503", "unanswering", connects=True),
    "waiting": Phase("hang"),
    "waiting for the second": Phase("503", "hang", asks=2),
    "after the headers": Phase("headers_then_silence"),
    "reading an error": Phase("error_without_end"),
    "backing off": Phase("429 8", retry={"attempts": 2}),
    "backing off at the second": Phase("503", "429 8", asks=2, b={"retry": {"attempts": 2}}),
}


@pytest.mark.parametrize("stream", STREAMED)
@pytest.mark.parametrize("phase", PHASES.values(), ids=PHASES.keys())
async def test_a_client_of_http1_leaves_before_content(
    upstream: Upstream, unanswering: str, tmp_path: Path, phase: Phase, stream: bool
) -> None:
    one, url = upstream
    async with running(phase.config(one, url, unanswering), tmp_path) as host:
        async with asked(host, stream=stream):
            await until(lambda: phase.reached(one))
        await settled(host, one, seconds=3)
        assert one.asked.total() == phase.asks
        (record,) = host.records
        assert record["attempts"][-1]["ms"] is not None


@pytest.mark.parametrize("stream", STREAMED)
@pytest.mark.parametrize("phase", PHASES.values(), ids=PHASES.keys())
async def test_one_stream_of_http2_is_reset_before_content_and_the_others_go_on(
    upstream: Upstream, unanswering: str, tmp_path: Path, phase: Phase, stream: bool
) -> None:
    one, url = upstream
    config = phase.config(one, url, unanswering)
    async with running(config, tmp_path) as host, h2_client(host.port) as http:
        leaves = http.post(body(stream=stream))
        await until(lambda: phase.reached(one))
        (plan,) = PLANS.values()
        one.pause = 0.02
        stay = [http.post(body("last,last")) for _ in range(3)]
        await until(lambda: one.asked["last"] == 3)
        http.reset(leaves)
        await until(lambda: plan not in PLANS.values(), 3)
        assert [(await http.answer(each)).text for each in stay] == [TEXT] * 3
        await no_upstream(one)
        assert one.asked.total() == phase.asks + 3
        assert http.resets == set()


@pytest.mark.parametrize("kept_company", [False, True])
async def test_a_client_of_http1_leaves_amid_the_answer(
    upstream: Upstream, tmp_path: Path, kept_company: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Attempts, "ping_seconds", 0.05 if kept_company else 60)
    one, url = upstream
    one.behaviours = {"a": "stalls"}
    async with running(chain(at(url, "a", "b")), tmp_path) as host:
        async with asked(host) as reader:
            await reader.readuntil(b"event: ping" if kept_company else b"text_delta")
        await settled(host, one, seconds=3)
        assert one.asked == {"a": 1}


@pytest.mark.parametrize("behaviours", [{"a": "hang"}, {"a": "503", "b": "hang"}, {"a": "429 8"}])
async def test_a_client_of_http1_leaves_amid_pings_before_content(
    upstream: Upstream, tmp_path: Path, behaviours: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Attempts, "ping_seconds", 0.05)
    one, url = upstream
    one.behaviours = behaviours
    async with running(chain(at(url, *behaviours), retry={"attempts": 2, "backoff": 0}), tmp_path) as host:
        async with asked(host) as reader:
            await reader.readuntil(b"event: ping")
            await reader.readuntil(b"event: ping")
            before = one.asked.copy()
        await settled(host, one, seconds=3)
        assert one.asked == before


async def test_a_client_leaves_while_pings_cover_a_connect(upstream: Upstream, unanswering: str, tmp_path: Path) -> None:
    one, url = upstream
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Attempts, "ping_seconds", 0.05)
        async with running(chain({"a": unanswering, "b": url}), tmp_path) as host:
            async with asked(host) as reader:
                await reader.readuntil(b"event: ping")
            await settled(host, one, seconds=3)
    assert one.asked.total() == 0


async def test_one_stream_of_http2_is_reset_amid_its_answer_and_the_others_go_on(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours, one.pause = {"a": "stalls"}, 0.02
    async with running(chain(at(url, "a", "b", "c")), tmp_path) as host, h2_client(host.port) as http:
        leaves, stay = http.post(body()), [http.post(body("c,c")) for _ in range(4)]
        await until(lambda: b"text_delta" in http.received[leaves])
        http.reset(leaves)
        assert [(await http.answer(each)).text for each in stay] == [TEXT] * 4
        await no_upstream(one)
        assert one.asked == {"a": 1, "c": 4}
        assert http.resets == set()


async def test_a_connection_of_http2_with_many_streams_in_many_phases_is_closed(
    upstream: Upstream, unanswering: str, tmp_path: Path
) -> None:
    one, url = upstream
    one.behaviours = {"a": "hang", "c": "stalls", "d": "429 8"}
    config = chain({**at(url, "a", "c", "d"), "b": unanswering}, retry={"attempts": 2})
    async with running(config, tmp_path) as host:
        async with h2_client(host.port) as http:
            for name in "abcd" * 4:
                http.post(body(f"{name},{name}"))
            await until(lambda: one.asked.total() == 12 and len(tasks("handle_hook(ccr_next)")) == 4)
            assert len(PLANS) == 16
        await settled(host, one, seconds=5)
        assert one.asked == {"a": 4, "c": 4, "d": 4}
        assert len(host.records) == 16


@pytest.mark.parametrize("stream", STREAMED)
async def test_a_client_that_leaves_takes_only_its_own_connections_with_it(
    upstream: Upstream, tmp_path: Path, stream: bool
) -> None:
    one, url = upstream
    one.behaviours = {"a": ["hang", "hang", "ok"]}
    async with running(chain(at(url, "a")), tmp_path) as host, asked(host, stream=stream):
        await until(lambda: one.open == 1)
        async with asked(host, stream=stream):
            await until(lambda: one.open == 2)
        await until(lambda: one.open == 1)
        assert len(PLANS) == 1


async def test_a_flow_that_is_killed_leaves_nothing(upstream: Upstream, tmp_path: Path) -> None:
    """As by mitmproxy's user, while its answer is being looked at."""
    one, url = upstream

    class Killer:
        def response(self, flow: Any) -> None:
            flow.kill()

    async with running(chain(at(url, "a")), tmp_path, Killer()) as host:
        async with asked(host, stream=False) as reader:
            assert await reader.read() == b""
        await settled(host, one)
