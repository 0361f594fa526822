"""`ccr.replay` in a real mitmweb, through its REST interface: copies are sent, the originals stay."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.http import HttpRequest
from tests.support.asking import ask, body, client
from tests.support.configs import two_providers
from tests.support.inspected import saved
from tests.support.mitmweb import Mitmweb
from tests.support.provider import chunks
from tests.support.recordings import LOGIN, plain
from tests.support.upstream import Says, Upstream, upstream


def said(_: HttpRequest) -> Says:
    return Says(b"".join(chunks()), {"content-type": "text/event-stream"})


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[tuple[Mitmweb, Upstream]]:
    async with upstream(said) as far:
        (tmp_path / "web").mkdir()
        loaded = saved([plain(), plain(url="https://example.com/")], tmp_path / "loaded.flows")
        mitmweb = Mitmweb(two_providers(far.url + "/v1"), tmp_path / "web")
        await asyncio.to_thread(mitmweb.start)
        assert (await asyncio.to_thread(mitmweb.rest.post, "/flows/dump", content=loaded.read_bytes())).status_code == 200
        try:
            yield mitmweb, far
        finally:
            await asyncio.to_thread(mitmweb.stop)


async def call(mitmweb: Mitmweb, name: str, *arguments: str) -> Any:
    return await asyncio.to_thread(mitmweb.call, name, *arguments)


async def finished(mitmweb: Mitmweb, flow_id: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = []

    def is_there() -> bool:
        ended = [flow for flow in mitmweb.flows() if (flow.get("response") or {}).get("timestamp_end")]
        found[:] = [flow for flow in ended if flow["id"] == flow_id and "under way" not in flow["comment"]]
        return bool(found)

    await asyncio.to_thread(lambda: until_now(is_there))
    return found[0]


def until_now(holds: Callable[[], bool]) -> None:
    for _ in range(400):
        if holds():
            return
        time.sleep(0.025)
    raise AssertionError("it did not come true")


def models(far: Upstream) -> list[str]:
    return [json.loads(request.body)["model"] for request in far.seen]


async def test_copies_are_sent_and_the_originals_stay(web: tuple[Mitmweb, Upstream]) -> None:
    mitmweb, far = web
    async with client(mitmweb.url) as http:
        assert (await ask(http, body())).text
    listed = await asyncio.to_thread(mitmweb.flows)
    original = await finished(mitmweb, next(flow["id"] for flow in listed if "first" in flow["comment"]))
    before = {flow["id"]: flow for flow in await asyncio.to_thread(mitmweb.flows)}
    told = await call(mitmweb, "ccr.replay", f"@{original['id']}", "two,second")
    assert told[0] == "sent to two,second"
    copy_id = told[1].partition(":")[0]
    assert told[1] == f"{copy_id}: replay of {original['id']}"
    copy = await finished(mitmweb, copy_id)
    assert models(far) == ["first", "second"]
    assert f"→ two,second · replay of {original['id'][:8]}, recorded from one,first" in copy["comment"]
    after = {flow["id"]: flow for flow in await asyncio.to_thread(mitmweb.flows)}
    assert {flow_id: after[flow_id] for flow_id in before} == before
    why = await call(mitmweb, "ccr.why", f"@{copy_id}")
    assert "recorded: one,first · status 200 · stopped: end_turn" in why
    again = await call(mitmweb, "ccr.replay", f"@{copy_id}", "one,first")
    await finished(mitmweb, again[1].partition(":")[0])
    assert models(far) == ["first", "second", "first"]


async def test_flows_from_a_file_are_replayed_and_what_is_no_model_call_is_left_out(web: tuple[Mitmweb, Upstream]) -> None:
    mitmweb, far = web
    told = await call(mitmweb, "ccr.replay", "@all", "two,second")
    assert told[-1] == "left out: 1 not a model call"
    copy = await finished(mitmweb, told[1].partition(":")[0])
    assert "recorded from a capture without a record" in copy["comment"]
    assert models(far) == ["second"]
    assert LOGIN.encode() not in far.seen[0].body + repr(far.seen[0].headers).encode()


async def test_what_cannot_be_replayed_is_said(web: tuple[Mitmweb, Upstream]) -> None:
    mitmweb, far = web
    with pytest.raises(RuntimeError, match="no provider is called `nobody`"):
        await call(mitmweb, "ccr.replay", "@all", "nobody,x")
    with pytest.raises(RuntimeError, match="lists no model `thrid`"):
        await call(mitmweb, "ccr.replay", "@all", "one,thrid")
    with pytest.raises(RuntimeError, match="there is nothing to replay: 1 not a model call"):
        await call(mitmweb, "ccr.replay", "~d example.com", "one,first")
    assert far.seen == []
