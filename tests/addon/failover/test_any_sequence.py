"""Whatever the providers do, one after the other: the client sees one well-formed answer, or one well-formed error."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.support.asking import Told, ask, body, client
from tests.support.chain import at, chain
from tests.support.host import Host, running
from tests.support.leftovers import settled
from tests.support.provider import TEXT, Provider, provider

BEHAVIOURS = [
    *("ok", "400", "401", "402", "403", "404", "408", "409", "418", "429", "429 0", "500", "503", "529", "200", "204", "302"),
    *("close", "cut_first", "cut", "cut_in_thought", "stops_short", "error_object", "empty", "nothing", "html", "too_long"),
    *("hang", "headers_then_silence", "stalls", "ok_then_deaf", "dawdles", "error_without_end"),
]
BREAKS_OFF = {"cut", "stops_short", "stalls"}
NAMES = ("a", "b", "c")


@dataclass(frozen=True)
class Bridge:
    """A host and a provider in a loop that runs only while an example asks."""

    loop: asyncio.AbstractEventLoop
    host: Host
    one: Provider

    def told(self, sequence: list[list[str]], *, stream: bool, http2: bool) -> list[Told]:
        """What a client is told that asks twice on one connection."""
        self.host.fleet.health._circuits.clear()
        self.one.behaviours = {name: list(own) for name, own in zip(NAMES, sequence, strict=True)}
        return self.loop.run_until_complete(self._ask(stream=stream, http2=http2))

    async def _ask(self, *, stream: bool, http2: bool) -> list[Told]:
        async with client(self.host.tls_url if http2 else self.host.url, http2=http2) as http:
            told = [await ask(http, body(stream=stream)) for _ in range(2)]
        await settled(self.host, self.one)
        return told


@pytest.fixture
def bridge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bridge]:
    monkeypatch.setattr("addon.failover.deadlines.END_GRACE", 0.1)
    monkeypatch.setattr("addon.failover.deadlines.REFUSAL_GRACE", 0.1)
    limits = {"connect": 5, "first_byte": 0.3, "idle": 1, "total": 20}
    loop = asyncio.new_event_loop()
    stack = AsyncExitStack()

    async def begin() -> Bridge:
        one, url = await stack.enter_async_context(provider())
        config = chain(at(url, *NAMES), timeouts=limits, retry={"backoff": 0.01, "max_backoff": 0.02})
        return Bridge(loop, await stack.enter_async_context(running(config, tmp_path)), one)

    yield loop.run_until_complete(begin())
    loop.run_until_complete(stack.aclose())
    loop.close()


def test_one_well_formed_answer_or_one_well_formed_error(bridge: Bridge) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(st.lists(st.sampled_from(BEHAVIOURS), min_size=1, max_size=3), min_size=3, max_size=3),
        st.booleans(),
        st.booleans(),
    )
    @example([["hang"], ["stalls"], ["ok"]], True, True)
    @example([["cut_in_thought"], ["cut_in_thought"], ["cut_in_thought"]], True, False)
    @example([["empty"], ["empty"], ["empty"]], True, False)
    @example([["ok_then_deaf"], ["ok_then_deaf"], ["ok_then_deaf"]], False, False)
    def law(sequence: list[list[str]], stream: bool, http2: bool) -> None:
        given_any = {behaviour for own in sequence for behaviour in own}
        for told in bridge.told(sequence, stream=stream, http2=http2):
            if told.status != 200:
                assert told.text == ""
                assert told.message
            elif told.events_error:
                assert stream
                assert TEXT.startswith(told.text)
                assert given_any & (BREAKS_OFF | {"cut_in_thought"})
            else:
                assert told.text == TEXT or (told.text == "" and "empty" in given_any)

    law()
