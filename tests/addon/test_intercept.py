"""Requests and answers that a person stops, changes and lets go, with a client waiting at the other end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from mitmproxy import flowfilter, http
from mitmproxy.addons.intercept import Intercept
from mitmproxy.io import FlowReader
from mitmproxy.test import taddons, tflow

from addon.events_file import EventsFile
from addon.failover.plan import HELD_BACK, PLANS, STOPPED
from addon.intercept import NOBODY_RESUMES, Hold, may_match
from tests.fakes.http import HttpRequest
from tests.support.answers import call, calls, finish
from tests.support.asking import TOKEN, ask, body, client
from tests.support.configs import KEY_ONE, KEY_TWO, two_providers
from tests.support.forward import forward_proxy, through
from tests.support.grammar import check
from tests.support.host import Host, running
from tests.support.provider import TEXT, Provider, delta, sse
from tests.support.upstream import Says
from tests.support.upstream import upstream as server

TOOLS = [{"name": "Bash", "input_schema": {"type": "object", "properties": {"command": {"type": "string"}}}}]


async def stopped(_host: Host, flows: list[http.HTTPFlow]) -> http.HTTPFlow:
    async with asyncio.timeout(10):
        while not any(flow.intercepted for flow in flows):  # noqa: ASYNC110 - mitmproxy tells nobody
            await asyncio.sleep(0.005)
    return next(flow for flow in flows if flow.intercepted)


class Seen:
    """Every flow from its head on."""

    def __init__(self) -> None:
        self.flows: list[http.HTTPFlow] = []

    def requestheaders(self, flow: http.HTTPFlow) -> None:
        self.flows.append(flow)


@pytest.fixture
async def stop(upstream: tuple[Provider, str], tmp_path: Path) -> AsyncIterator[tuple[Host, Provider, list[http.HTTPFlow]]]:
    seen = Seen()
    async with running(two_providers(upstream[1], fallback=True), tmp_path, Hold(), seen) as host:
        yield host, upstream[0], seen.flows
    assert not PLANS
    assert not HELD_BACK
    assert not STOPPED


async def test_a_stopped_request_is_the_clients_own_and_is_routed_as_edited(
    stop: tuple[Host, Provider, list[http.HTTPFlow]],
) -> None:
    host, provider, flows = stop
    host.master.options.update(intercept="~q")
    async with client(host.url) as client_:
        asked = asyncio.create_task(ask(client_, body()))
        flow = await stopped(host, flows)
        assert json.loads(flow.request.get_text() or "") == body()
        assert flow.request.path.startswith("/v1/messages")
        assert not provider.asked
        assert TOKEN not in repr(flow.get_state())
        flow.request.text = json.dumps(body(model="two,second"))
        flow.resume()
        assert (await asked).text == TEXT
    assert provider.asked == {"second": 1}
    assert provider.keys == [KEY_TWO]
    (record,) = host.records
    assert record["asked_model"] == "two,second"


@pytest.mark.parametrize("wanted", ['~comment "main →"', "~meta \"'route': 'default'\"", "~marker large_blue_circle"])
async def test_a_request_is_stopped_for_what_was_decided_and_is_still_the_clients(
    stop: tuple[Host, Provider, list[http.HTTPFlow]], wanted: str
) -> None:
    host, provider, flows = stop
    host.master.options.update(intercept=f"{wanted} & !~s")
    async with client(host.url) as client_:
        asked = asyncio.create_task(ask(client_, body()))
        flow = await stopped(host, flows)
        assert json.loads(flow.request.get_text() or "") == body()
        assert flow.request.path.startswith("/v1/messages")
        assert flow.comment == "main → one,first · nothing special · under way"
        assert TOKEN not in repr(flow.get_state())
        flow.request.text = json.dumps(body(model="two,second"))
        flow.resume()
        assert (await asked).text == TEXT
    assert provider.asked == {"second": 1}
    (record,) = host.records
    assert record["asked_model"] == "two,second"
    assert flow.comment.startswith("main → two,second · the client named `two,second` · 11→7 tok")


async def test_the_time_that_a_person_takes_is_no_timeout(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    seen = Seen()
    config = two_providers(upstream[1]) | {"timeouts": {"connect": 1, "first_byte": 1, "idle": 1, "total": 1}}
    async with running(config, tmp_path, Hold(), seen) as host, client(host.url) as client_:
        host.master.options.update(intercept="~all")
        asked = asyncio.create_task(ask(client_, body()))
        for _ in range(2):  # the request, then the answer
            flow = await stopped(host, seen.flows)
            await asyncio.sleep(1.3)
            flow.resume()
            await asyncio.sleep(0.05)
        assert (await asked).text == TEXT
        assert host.records[0]["timings"]["total_ms"] < 1000


async def test_a_broken_edit_is_refused_and_sent_to_nobody(stop: tuple[Host, Provider, list[http.HTTPFlow]]) -> None:
    host, provider, flows = stop
    host.master.options.update(intercept="~q")
    async with client(host.url) as client_:
        asked = asyncio.create_task(ask(client_, body()))
        flow = await stopped(host, flows)
        flow.request.text = '{"model": '
        flow.resume()
        told = await asked
    assert (told.status, told.error) == (400, "invalid_request_error")
    assert not provider.asked


async def test_an_answer_that_the_user_gives_meanwhile_is_the_clients(stop: tuple[Host, Provider, list[http.HTTPFlow]]) -> None:
    host, provider, flows = stop
    host.master.options.update(intercept="~q")
    async with client(host.url) as client_:
        asked = asyncio.create_task(client_.post("/v1/messages", json=body()))
        flow = await stopped(host, flows)
        flow.response = http.Response.make(418, b"by hand")
        flow.resume()
        answer = await asked
    assert (answer.status_code, answer.content) == (418, b"by hand")
    assert not provider.asked


async def test_a_stopped_request_whose_client_leaves_is_forgotten(stop: tuple[Host, Provider, list[http.HTTPFlow]]) -> None:
    host, provider, flows = stop
    host.master.options.update(intercept="~q")
    async with client(host.url) as client_:
        asked = asyncio.create_task(client_.post("/v1/messages", json=body()))
        flow = await stopped(host, flows)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
    await asyncio.sleep(0.05)
    flow.resume()
    await asyncio.sleep(0.05)
    assert not provider.asked


async def test_credentials_that_the_user_types_are_kept_by_no_flow(stop: tuple[Host, Provider, list[http.HTTPFlow]]) -> None:
    host, provider, flows = stop
    host.master.options.update(intercept="~q")
    async with client(host.url) as client_:
        asked = asyncio.create_task(ask(client_, body()))
        flow = await stopped(host, flows)
        flow.request.headers["x-api-key"] = "typed-by-hand-secret"
        flow.resume()
        await asked
    assert "typed-by-hand-secret" not in repr(flow.get_state())
    assert provider.keys == [KEY_ONE]


async def test_a_hook_that_raises_when_a_stopped_request_goes_on_answers_500(
    stop: tuple[Host, Provider, list[http.HTTPFlow]], monkeypatch: pytest.MonkeyPatch
) -> None:
    host, provider, flows = stop
    host.master.options.update(intercept="~q")

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken")

    async with client(host.url) as client_:
        asked = asyncio.create_task(ask(client_, body()))
        flow = await stopped(host, flows)
        monkeypatch.setattr("addon.serving.decide", broken)
        flow.resume()
        told = await asked
    assert (told.status, told.error) == (500, "api_error")
    assert not provider.asked


async def test_retranslate_shows_what_goes_out_and_that_may_be_edited_too(
    stop: tuple[Host, Provider, list[http.HTTPFlow]],
) -> None:
    host, provider, flows = stop
    host.master.options.update(intercept="~q")
    async with client(host.url) as client_:
        asked = asyncio.create_task(ask(client_, body()))
        flow = await stopped(host, flows)
        host.gateway.retranslate(flow)
        assert json.loads(flow.request.get_text() or "")["model"] == "first"
        assert flow.request.path == "/v1/chat/completions"
        host.gateway.retranslate(flow)  # once more, from the client's request
        sent = json.loads(flow.request.get_text() or "")
        assert sent["messages"] == [{"role": "user", "content": "hi"}]
        assert not provider.asked
        flow.request.text = json.dumps(sent | {"model": "by-hand"})
        flow.resume()
        assert (await asked).text == TEXT
    assert provider.asked == {"by-hand": 1}
    assert provider.keys == [KEY_ONE]


async def test_retranslate_says_why_a_request_cannot_be_and_leaves_it_to_be_mended(
    stop: tuple[Host, Provider, list[http.HTTPFlow]],
) -> None:
    host, provider, flows = stop
    host.master.options.update(intercept="~q")
    async with client(host.url) as client_:
        asked = asyncio.create_task(ask(client_, body()))
        flow = await stopped(host, flows)
        flow.request.text = "{}"
        with pytest.raises(ValueError, match="answered by the router itself"):
            host.gateway.retranslate(flow)
        flow.request.text = json.dumps(body())
        flow.resume()
        assert (await asked).text == TEXT
    assert provider.asked == {"first": 1}


async def test_a_request_of_a_forward_proxys_client_is_translated_twice_without_a_client_key(
    upstream: tuple[Provider, str], tmp_path: Path
) -> None:
    """Only who comes to the router's own listener must show one."""
    seen = Seen()
    config = two_providers(upstream[1], client_keys=["a-key-of-the-router"])
    async with running(config, tmp_path, Hold(), seen) as host, through(await forward_proxy(host)) as http:
        host.master.options.update(intercept="~q")
        asked = asyncio.create_task(ask(http, body()))
        flow = await stopped(host, seen.flows)
        for _ in range(2):
            host.gateway.retranslate(flow)
            assert flow.request.path == "/v1/chat/completions"
        flow.resume()
        assert (await asked).text == TEXT
    assert upstream[0].asked == {"first": 1}


# -- answers ---------------------------------------------------------------------------------------------------------------


def bash(_request: HttpRequest) -> Says:
    """A call of Bash, its argument in many pieces."""
    pieces = [calls(call(piece)) for piece in ('{"comm', 'and": "rm', ' -rf /"}')]
    said = b"".join(map(sse, [delta(content="Now. "), calls(call("", id="call_1", name="Bash")), *pieces, finish("tool_calls")]))
    return Says(said, {"content-type": "text/event-stream"})


@pytest.mark.parametrize("wanted", ['~meta "ccr_tools:.*Bash"', "~bs rm.-rf", "~s", "~comment tool"])
@pytest.mark.parametrize("option", ["ccr_hold", "intercept"])
async def test_a_streamed_answer_is_held_edited_and_then_given(tmp_path: Path, option: str, wanted: str) -> None:
    seen = Seen()
    async with server(bash) as far, running(two_providers(far.url + "/v1"), tmp_path, Hold(), seen) as host:
        host.master.options.update(**{option: wanted})
        async with client(host.url) as client_:
            asked = asyncio.create_task(client_.post("/v1/messages", json=body(tools=TOOLS)))
            flow = await stopped(host, seen.flows)
            assert flow.response
            told = flow.response.get_text() or ""
            assert told.count("input_json_delta") == 1
            flow.response.text = told.replace("rm -rf /", "ls -l /tmp")
            flow.resume()
            answer = check((await asked).content)
    (tool,) = [block for block in answer.content if block["type"] == "tool_use"]
    assert tool["input"] == {"command": "ls -l /tmp"}
    (record,) = host.records
    assert json.loads(record["tool_calls"][0]["input"]) == {"command": "ls -l /tmp"}
    assert json.loads(record["tool_calls"][0]["arguments"]) == {"command": "rm -rf /"}
    assert record["edited"] is True


@pytest.mark.parametrize("option", ["ccr_hold", "intercept"])
async def test_what_is_saved_and_told_is_the_edited_answer(tmp_path: Path, option: str) -> None:
    """By mitmproxy's `-w`, and by `ccr_events`."""
    seen, file, events = Seen(), tmp_path / "saved.flows", tmp_path / "events.jsonl"
    async with server(bash) as far, running(two_providers(far.url + "/v1"), tmp_path, Hold(), EventsFile(), seen) as host:
        host.master.options.update(save_stream_file=str(file), ccr_events=str(events), **{option: "~s"})
        async with client(host.url) as client_:
            asked = asyncio.create_task(client_.post("/v1/messages", json=body(tools=TOOLS)))
            flow = await stopped(host, seen.flows)
            assert not events.exists()
            assert flow.response
            flow.response.text = (flow.response.get_text() or "").replace("rm -rf /", "ls -l /tmp")
            flow.resume()
            given = (await asked).content
    with file.open("rb") as written:
        (saved,) = FlowReader(written).stream()
    assert isinstance(saved, http.HTTPFlow)
    assert saved.response
    assert saved.response.content == given
    assert b"ls -l /tmp" in given
    told = json.loads(events.read_text())
    for kept in (saved.metadata["ccr"], told):
        assert kept["edited"] is True
        assert json.loads(kept["tool_calls"][0]["input"]) == {"command": "ls -l /tmp"}


async def test_an_answer_that_does_not_match_is_not_stopped(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    async with running(two_providers(upstream[1]), tmp_path, Hold()) as host, client(host.url) as client_:
        host.master.options.update(ccr_hold='~meta "ccr_tools:.*Bash"')
        assert (await ask(client_, body())).text == TEXT
        assert not host.records[0]["edited"]


async def test_a_withheld_answer_sends_no_ping_and_a_broken_one_goes_to_the_next(
    upstream: tuple[Provider, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider, url = upstream
    provider.behaviours["first"] = "stalls"
    monkeypatch.setattr("addon.attempts.Attempts.ping_seconds", 0.1)
    config = two_providers(url, fallback=True) | {"timeouts": {"connect": 1, "first_byte": 1, "idle": 1, "total": 9}}
    async with running(config, tmp_path, Hold()) as host, client(host.url) as client_:
        host.master.options.update(ccr_hold='~meta "ccr_tools:.*Bash"')
        answer = await client_.post("/v1/messages", json=body())
    assert b"ping" not in answer.content
    assert check(answer.content).content[0]["text"] == TEXT
    assert provider.asked == {"first": 1, "second": 1}


def test_a_filter_that_cannot_be_read_is_refused_with_a_hint() -> None:
    with taddons.context(it := Hold()) as context, pytest.raises(Exception, match=r"ccr_hold: .*hint"):
        context.configure(it, ccr_hold="~nonsense")


@pytest.mark.parametrize(("screen", "told"), [((), 1), ((Intercept(),), 0)], ids=["mitmdump", "mitmweb"])
def test_holding_where_nobody_can_resume_is_warned_of(
    screen: tuple[Intercept, ...], told: int, caplog: pytest.LogCaptureFixture
) -> None:
    with taddons.context(*screen, it := Hold()) as context:
        context.configure(it, ccr_hold="~all")
    assert caplog.messages.count(NOBODY_RESUMES) == told


@pytest.mark.parametrize(
    ("wanted", "may"),
    [
        ("~q", False),
        ("~s", True),
        ("~meta x", True),
        ("~q & ~meta x", False),
        ("!~q", True),
        ("~m GET | ~q", False),
        ("~all", True),
    ],
)
def test_only_what_may_match_an_answer_withholds_it(wanted: str, may: bool) -> None:
    flow = tflow.tflow()
    flow.request.method = "POST"
    parsed = flowfilter.parse(wanted)
    assert parsed is not None
    assert may_match(parsed, flow) is may
