"""The recipe of the README, and every command, in a real mitmweb through its REST interface."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mitmproxy.http import HTTPFlow
from mitmproxy.io import FlowReader

from tests.fakes.http import HttpRequest
from tests.support.answers import call, calls, finish
from tests.support.asking import ask, body, client
from tests.support.configs import KEY_ONE, two_providers
from tests.support.grammar import check
from tests.support.mitmweb import Mitmweb
from tests.support.provider import chunks, delta, sse
from tests.support.upstream import Says, Upstream, upstream

TOOLS = [{"name": "Bash", "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}}}]
STREAM = {"content-type": "text/event-stream"}


def said(request: HttpRequest) -> Says:
    """A call of Bash where there are tools, else a text."""
    if "tools" not in json.loads(request.body):
        return Says(b"".join(chunks()), STREAM)
    pieces = [calls(call(piece)) for piece in ('{"command": "rm', ' -rf /"}')]
    events = [delta(content="Now. "), calls(call("", id="call_1", name="Bash")), *pieces, finish("tool_calls")]
    return Says(b"".join(map(sse, events)), STREAM)


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[tuple[Mitmweb, Upstream]]:
    async with upstream(said) as far:
        (tmp_path / "web").mkdir()
        mitmweb = Mitmweb(two_providers(far.url + "/v1"), tmp_path / "web")
        await asyncio.to_thread(mitmweb.start)
        try:
            yield mitmweb, far
        finally:
            await asyncio.to_thread(mitmweb.stop)


async def test_the_recipe_break_on_a_tool_change_an_argument_resume(web: tuple[Mitmweb, Upstream]) -> None:
    mitmweb, _ = web
    mitmweb.set(ccr_hold='~meta "ccr_tools:.*Bash"')
    async with client(mitmweb.url) as http:
        assert (await ask(http, body())).text  # calls no tool, and is not stopped
        asked = asyncio.create_task(http.post("/v1/messages", json=body(tools=TOOLS)))
        flow = await asyncio.to_thread(mitmweb.stopped)
        answer = await asyncio.to_thread(mitmweb.content, flow, "response")
        assert answer.count("rm -rf /") == 1
        await asyncio.to_thread(lambda: mitmweb.edit(flow, "response", content=answer.replace("rm -rf /", "ls")))
        await asyncio.to_thread(mitmweb.resume, flow)
        content = check((await asked).content).content
    assert [block["input"] for block in content if block["type"] == "tool_use"] == [{"command": "ls"}]
    told = await asyncio.to_thread(mitmweb.call, "ccr.tools", f"@{flow['id']}")
    assert '{"command": "rm -rf /"}' in told[1]
    assert told[1].endswith('{"command": "ls"}')
    assert any(line.startswith("edited:") for line in await asyncio.to_thread(mitmweb.call, "ccr.why", f"@{flow['id']}"))


async def test_what_mitmweb_saves_is_what_the_client_was_given(tmp_path: Path) -> None:
    file = tmp_path / "saved.flows"
    (tmp_path / "web").mkdir()
    async with upstream(said) as far:
        mitmweb = Mitmweb(two_providers(far.url + "/v1"), tmp_path / "web", options=("-w", str(file), "--set", "ccr_hold=~s"))
        await asyncio.to_thread(mitmweb.start)
        try:
            async with client(mitmweb.url) as http:
                asked = asyncio.create_task(http.post("/v1/messages", json=body(tools=TOOLS)))
                flow = await asyncio.to_thread(mitmweb.stopped)
                answer = await asyncio.to_thread(mitmweb.content, flow, "response")
                await asyncio.to_thread(lambda: mitmweb.edit(flow, "response", content=answer.replace("rm -rf /", "ls")))
                await asyncio.to_thread(mitmweb.resume, flow)
                given = (await asked).content
        finally:
            await asyncio.to_thread(mitmweb.stop)
    with file.open("rb") as written:
        (saved,) = FlowReader(written).stream()
    assert isinstance(saved, HTTPFlow)
    assert saved.response
    assert saved.response.content == given
    assert saved.metadata["ccr"]["edited"] is True
    assert saved.metadata["ccr"]["tool_calls"][0]["input"] == '{"command": "ls"}'


async def test_a_stopped_request_is_edited_translated_shown_and_sent(web: tuple[Mitmweb, Upstream]) -> None:
    mitmweb, far = web
    mitmweb.set(intercept="~q")
    async with client(mitmweb.url) as http:
        asked = asyncio.create_task(ask(http, body()))
        flow = await asyncio.to_thread(mitmweb.stopped)
        assert flow["request"]["path"] == "/v1/messages?beta=true"
        request = json.loads(await asyncio.to_thread(mitmweb.content, flow, "request"))
        assert request == body()
        request["messages"][0]["content"] = "edited by hand"
        await asyncio.to_thread(lambda: mitmweb.edit(flow, "request", content=json.dumps(request)))
        told = await asyncio.to_thread(mitmweb.call, "ccr.retranslate", f"@{flow['id']}")
        assert told[0].startswith(f"POST {far.url}/v1/chat/completions")
        shown = json.loads(await asyncio.to_thread(mitmweb.content, flow, "request"))
        assert shown["messages"] == [{"role": "user", "content": "edited by hand"}]
        assert far.seen == []
        await asyncio.to_thread(mitmweb.resume, flow)
        assert (await asked).status == 200
    assert json.loads(far.seen[0].body) == shown
    assert far.seen[0].header("authorization") == f"Bearer {KEY_ONE}"


async def test_a_stopped_request_that_is_killed_ends_for_the_client(web: tuple[Mitmweb, Upstream]) -> None:
    mitmweb, far = web
    mitmweb.set(intercept="~q")
    async with client(mitmweb.url) as http:
        asked = asyncio.create_task(http.post("/v1/messages", json=body()))
        flow = await asyncio.to_thread(mitmweb.stopped)
        await asyncio.to_thread(mitmweb.kill, flow)
        with pytest.raises(httpx2.TransportError):
            await asyncio.wait_for(asked, 5)
    assert far.seen == []


async def test_every_command_answers_over_rest(web: tuple[Mitmweb, Upstream], tmp_path: Path) -> None:
    mitmweb, far = web
    async with client(mitmweb.url) as http:
        assert (await ask(http, body())).status == 200

    def commands() -> None:
        flow = f"@{mitmweb.flows()[0]['id']}"
        assert mitmweb.call("ccr.health") == ["one: ok", "two: ok"]
        assert "default: one,first" in mitmweb.call("ccr.routes")
        assert "reason: nothing special" in mitmweb.call("ccr.why", flow)
        assert mitmweb.call("ccr.tools", flow) == ["no tool calls"]
        assert mitmweb.call("ccr.use", "default", "two,second")[0].startswith("default: two,second until")
        with pytest.raises(RuntimeError, match="no provider is called `three`"):
            mitmweb.call("ccr.use", "default", "three,x")
        mitmweb.call("ccr.export", flow, str(tmp_path / "flow.json"))
        mitmweb.call("ccr.export", "@all", str(tmp_path / "flow.md"), "prose")
        assert mitmweb.call("ccr.reload")[0].startswith("reloaded ")
        (mitmweb.folder / "config.json").write_text("{")
        with pytest.raises(RuntimeError, match="the config in force stays"):
            mitmweb.call("ccr.reload")

    await asyncio.to_thread(commands)
    exported: dict[str, Any] = json.loads((tmp_path / "flow.json").read_text())
    assert json.loads(exported["flows"][0]["client_request"]["body"]) == body()
    assert (tmp_path / "flow.md").read_text().startswith("# ccr")
    async with client(mitmweb.url) as http:
        assert (await ask(http, body())).status == 200
    assert json.loads(far.seen[-1].body)["model"] == "second"
