"""The router is told to end while requests are under way: each client is told, in the form that its answer has by then."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.support.asking import Told, ask, body, client
from tests.support.chain import at, chain
from tests.support.ports import unanswering_port
from tests.support.provider import Provider
from tests.support.router import Router
from tests.support.waiting import until

WAITING = ("hang", "headers_then_silence", "error_without_end", "after_another", "connecting")
RETRY = {"attempts": 2, "backoff": 60, "max_backoff": 60}


def each_its_own(url: str, port: int) -> dict[str, Any]:
    """One provider for each way of waiting. No fallback but for `after_another`."""
    waiting = f"http://127.0.0.1:{port}/v1"
    urls = at(url, "first", *WAITING, "stalls", "pausing") | at(waiting, "connecting")
    config = chain(urls, retry={"attempts": 1}, pausing={"retry": RETRY}, timeouts={"connect": 60})
    router = {"default": "first,first", "background": "hang,hang"}
    return {**config, "router": router, "fallback": {"default": ["after_another,after_another"]}}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_who_waits_is_told_that_the_router_was_stopped(
    upstream: tuple[Provider, str], tmp_path: Path, number: signal.Signals
) -> None:
    one, url = upstream
    one.behaviours.update((name, name) for name in WAITING)
    one.behaviours.update(first="503", after_another="hang", pausing="503", stalls="stalls")
    with unanswering_port() as port, Router(each_its_own(url, port), tmp_path) as router:
        async with client(router.url) as http:

            async def told(model: str, *, stream: bool = True) -> Told:
                return await ask(http, body(model, stream=stream))

            waiting = [asyncio.create_task(told(f"{name},{name}")) for name in WAITING if name != "after_another"]
            waiting.append(asyncio.create_task(told("claude-opus-4-8")))
            waiting.append(asyncio.create_task(told("hang,hang", stream=False)))
            pausing = asyncio.create_task(told("pausing,pausing"))
            stalled = asyncio.create_task(told("stalls,stalls"))
            # `hang` twice; `connecting` is not seen by anybody, but was asked for before the others.
            wanted = {"hang": 2, "headers_then_silence": 1, "error_without_end": 1, "after_another": 1, "pausing": 1, "stalls": 1}
            await until(lambda: all(one.asked[name] >= count for name, count in wanted.items()), left=lambda: one.asked)
            os.kill(router.pid, number)
            for answer in await asyncio.gather(*waiting):
                assert (answer.status, answer.error) == (529, "overloaded_error"), answer
                assert answer.message.startswith("this router was stopped before provider `"), answer
            assert "503" in (await pausing).message
            assert "this router was stopped" in (await stalled).message
