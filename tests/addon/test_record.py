"""What a flow keeps: plain data with every field that is promised, which survives saving and loading, and can be sent again."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from mitmproxy import http
from mitmproxy.io import FlowReader, FlowWriter

from addon import record
from addon.events_file import EventsFile
from addon.failover.plan import COOKIES, HELD_BACK, PLANS
from tests.support.asking import ask, body, client
from tests.support.configs import official, two_providers
from tests.support.host import Host, running
from tests.support.provider import TEXT, Provider, provider

# The first column of the module's table.
PROMISED = {
    name.strip()
    for line in (record.__doc__ or "").splitlines()[2:]
    if (names := re.match(r"([a-z_]+(?:, [a-z_]+)*)  ", line))
    for name in names[1].split(",")
}
SESSION = {"x-claude-code-session-id": "session-1", "x-claude-code-agent-id": "agent-1", "user-agent": "claude-cli/2.1.197"}
KINDS: dict[str, type | tuple[type, ...]] = {
    "version": int,
    "request_id": str,
    "client_request": dict,
    "session": str,
    "agent": str,
    "turn": str,
    "params": list,
    "edited": bool,
    "kind": str,
    "route": str,
    "provider": str,
    "model": str,
    "asked_model": str,
    "reason": str,
    "candidates": list,
    "tokens_estimate": int,
    "attempts": list,
    "provider_answer": (dict, type(None)),
    "usage": dict,
    "cost": (float, type(None)),
    "timings": dict,
    "stop_reason": str,
    "upstream_reason": str,
    "tool_calls": list,
    "notes": list,
    "error": (dict, type(None)),
}


def loaded(flows: list[http.HTTPFlow]) -> list[http.HTTPFlow]:
    """The flows saved as `-w` does, and read as `-r` does."""
    file = io.BytesIO()
    writer = FlowWriter(file)
    for flow in flows:
        writer.add(flow)
    file.seek(0)
    return [flow for flow in FlowReader(file).stream() if isinstance(flow, http.HTTPFlow)]


def test_the_table_is_read() -> None:
    assert {"version", "session", "agent", "stop_reason", "upstream_reason", "cost"} <= PROMISED
    assert set(KINDS) == PROMISED


@pytest.mark.parametrize("behaviour", ["ok", "503", "400", "close", "cut", "empty", "error_object"])
@pytest.mark.parametrize("stream", [True, False])
async def test_every_field_is_there_however_it_ended(
    upstream: tuple[Provider, str], tmp_path: Path, behaviour: str, stream: bool
) -> None:
    one, url = upstream
    one.behaviours = {"first": behaviour if stream or behaviour != "cut" else "close"}
    async with running(two_providers(url), tmp_path) as host, client(host.url) as http_client:
        answer = await http_client.post("/v1/messages?beta=true", json=body(stream=stream), headers=SESSION)
        (kept,) = host.records
    assert set(kept) == PROMISED
    assert [name for name, value in kept.items() if not isinstance(value, KINDS[name])] == []
    assert kept["request_id"] == answer.headers["request-id"]
    assert (kept["session"], kept["agent"], kept["kind"], kept["route"]) == ("session-1", "agent-1", "side job", "default")
    assert kept["candidates"] == ["one,first"]
    (attempt,) = kept["attempts"]
    assert set(attempt) == {"provider", "model", "status", "error", "ms"}
    assert attempt["ms"] >= 0
    assert set(kept["usage"]) == {"input", "output", "cache_read", "cache_write", "reasoning", "estimated"}
    assert set(kept["timings"]) == {"first_byte_ms", "total_ms"}
    succeeded = behaviour in ("ok", "empty")
    assert (kept["error"] is None) == succeeded or behaviour == "empty"
    if kept["error"] is not None and answer.status_code != 200:
        assert kept["error"] == {"status": answer.status_code, **answer.json()["error"]}
    if behaviour == "ok":
        assert (kept["stop_reason"], kept["upstream_reason"]) == ("end_turn", "stop")
        assert (kept["usage"]["input"], kept["usage"]["output"], kept["usage"]["estimated"]) == (11, 7, False)
        assert TEXT[0] in kept["provider_answer"]["body"]
        assert kept["provider_answer"]["status"] == 200


async def test_every_field_is_there_of_a_request_that_was_refused(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    hologram = [{"role": "user", "content": [{"type": "hologram"}]}]
    async with running(two_providers(upstream[1]), tmp_path) as host, client(host.url) as http_client:
        assert (await ask(http_client, body(messages=hologram))).status == 400
        assert (await ask(http_client, {**body(), "messages": "hi"})).status == 400
        (kept,) = host.records  # what was no request has none
        assert set(kept) == PROMISED
        assert [name for name, value in kept.items() if not isinstance(value, KINDS[name])] == []
        assert (kept["asked_model"], kept["attempts"], kept["error"]["status"]) == ("claude-opus-4-8", [], 400)
        assert "hologram" in host.keeper.flows[0].comment


async def test_it_is_plain_data_that_survives_saving(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"first": ["503", "ok"]}
    async with running(two_providers(url, fallback=True), tmp_path) as host, client(host.url) as http_client:
        await ask(http_client, body())
        await ask(http_client, body(stream=False))
        before = [(flow.metadata, flow.comment, flow.marked) for flow in host.keeper.flows]
        after = [(flow.metadata, flow.comment, flow.marked) for flow in loaded(host.keeper.flows)]
        assert after == before
        for metadata, _, _ in before:
            assert json.loads(json.dumps(metadata)) == metadata
        for flow in host.keeper.flows:
            assert flow.copy().metadata["ccr"] == flow.metadata["ccr"]


async def test_the_client_s_request_is_kept_as_it_was_sent(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    raw = json.dumps(body(messages=[{"role": "user", "content": "Grüß 💥"}]), indent=1, ensure_ascii=False).encode()
    async with running(two_providers(upstream[1]), tmp_path) as host, client(host.url) as http_client:
        await http_client.post("/v1/messages?beta=true", content=raw, headers=SESSION)
        sent = host.records[0]["client_request"]
        assert (sent["method"], sent["path"], sent["body"].encode()) == ("POST", "/v1/messages?beta=true", raw)
        assert SESSION.items() <= sent["headers"].items()
        (flow,) = host.keeper.flows
        assert (flow.request.path, flow.request.port) == ("/v1/chat/completions", int(upstream[1].split(":")[2][:-3]))
        assert json.loads(flow.request.get_text() or "")["model"] == "first"


async def test_a_line_and_a_mark_say_what_it_was(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"first": ["ok", "503", "400"]}
    async with running(two_providers(url, fallback=True), tmp_path) as host, client(host.url) as http_client:
        for _ in range(3):
            await ask(http_client, body())
        comments = [flow.comment for flow in host.keeper.flows]
        assert re.fullmatch(r"main → one,first · nothing special · 11→7 tok(?: · \$[\d.]+)? · [\d.]+ s", comments[0])
        assert comments[1].startswith("main → one 503 → two,second ok · nothing special · 11→7 tok")
        assert comments[2].startswith("main → one,first · nothing special · 400 invalid_request_error: ")
        assert [flow.marked for flow in host.keeper.flows] == [":large_blue_circle:", ":large_blue_circle:", ":red_circle:"]


async def test_a_client_that_leaves_is_recorded_too(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"first": "stalls"}
    async with running(two_providers(url), tmp_path) as host:
        async with client(host.url) as http_client, http_client.stream("POST", "/v1/messages", json=body()) as answer:
            await anext(answer.aiter_raw())
        async with asyncio.timeout(5):
            while not host.records:  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0.01)
        (kept,) = host.records
        assert set(kept) == PROMISED
        assert "disconnect" in kept["attempts"][0]["error"]


async def test_an_event_is_written_for_each_request_without_its_bodies(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"first": ["ok", "400"]}
    events = tmp_path / "events.jsonl"
    async with running(two_providers(url), tmp_path, EventsFile()) as host, client(host.url) as http_client:
        host.master.options.update(ccr_events=str(events))
        for _ in range(2):
            await ask(http_client, body())
        await http_client.get("/health")
        first, second = (json.loads(line) for line in events.read_text().splitlines())
        assert set(first) == PROMISED - {"client_request", "provider_answer"} | {"status", "comment"}
        assert (first["status"], first["error"], second["status"]) == (200, None, 400)
        assert first["comment"] == host.keeper.flows[0].comment
        host.master.options.update(ccr_events=str(tmp_path / "nowhere" / "events.jsonl"))
        assert (await ask(http_client, body())).status == 400  # that it cannot be written is no reason to fail


# -- loaded and sent again --------------------------------------------------------------------------------------------


@pytest.fixture
async def recorded(tmp_path: Path) -> AsyncIterator[list[http.HTTPFlow]]:
    """A session's flows: a turn, a whole answer, a failure, a refusal, and calls that were answered here."""
    folder = tmp_path / "recorded"
    folder.mkdir()
    async with provider() as (one, url):
        one.behaviours = {"first": ["ok", "ok", "503"]}
        async with running(two_providers(url), folder) as host, client(host.url) as http_client:
            for stream in (True, False, True):
                await ask(http_client, body(stream=stream))
            await http_client.post("/v1/messages", content=b"nonsense")
            await http_client.get("/v1/models")
            yield loaded(host.keeper.flows)


async def test_loaded_flows_pass_unharmed(upstream: tuple[Provider, str], tmp_path: Path, recorded: list[http.HTTPFlow]) -> None:
    one, url = upstream
    async with running(two_providers(url), tmp_path, EventsFile()) as host:
        host.master.options.update(ccr_events=str(tmp_path / "events.jsonl"))
        before = [flow.get_state() for flow in recorded]
        for flow in recorded:
            await host.master.load_flow(flow)
        assert [flow.get_state() for flow in recorded] == before
        assert one.asked.total() == 0
        assert not (tmp_path / "events.jsonl").exists()
        assert (PLANS, HELD_BACK, COOKIES) == ({}, {}, {})


async def replayed(host: Host, flows: list[http.HTTPFlow]) -> None:
    host.master.commands.call("replay.client", flows)
    async with asyncio.timeout(10):
        while host.master.commands.call("replay.client.count"):  # noqa: ASYNC110 - it has no event
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("client_keys", [[], ["a-client-key"]])
async def test_a_recorded_flow_is_routed_anew(
    upstream: tuple[Provider, str], tmp_path: Path, recorded: list[http.HTTPFlow], client_keys: list[str]
) -> None:
    """Another configuration is in force by now; what was recorded of the earlier one does not count."""
    one, url = upstream
    one.text = lambda _: "said anew"
    settings = two_providers(url, client_keys=client_keys) | {"router": {"default": "two,second"}}
    async with running(settings, tmp_path) as host:
        await replayed(host, recorded[:3])
        assert one.asked == {"second": 3}
        assert [kept["provider"] for kept in host.records] == ["two"] * 3
        for flow, kept in zip(host.keeper.flows, host.records, strict=True):
            assert kept["client_request"]["path"] == "/v1/messages?beta=true"
            assert (kept["asked_model"], kept["error"]) == ("claude-opus-4-8", None)
            assert flow.response is not None
            assert "said anew" in "".join(re.findall(r'"text":"([^"]*)"', flow.response.get_text() or ""))
            assert "→ two,second ·" in flow.comment


async def test_a_replayed_flow_keeps_the_client_s_words(
    upstream: tuple[Provider, str], tmp_path: Path, recorded: list[http.HTTPFlow]
) -> None:
    was = recorded[0].metadata["ccr"]["client_request"]
    async with running(two_providers(upstream[1]), tmp_path) as host:
        await replayed(host, recorded[:1])
        assert host.records[0]["client_request"] == was


async def test_calls_answered_here_are_answered_here_again(
    upstream: tuple[Provider, str], tmp_path: Path, recorded: list[http.HTTPFlow]
) -> None:
    one, url = upstream
    async with running(two_providers(url), tmp_path) as host:
        await replayed(host, recorded[3:])
        statuses = [flow.response.status_code for flow in host.keeper.flows if flow.response]
        assert statuses == [400, 200]
        assert one.asked.total() == 0


async def test_a_replay_has_no_login_to_show(tmp_path: Path, recorded: list[http.HTTPFlow]) -> None:
    """Nothing else of it was kept either: the provider says so itself."""
    async with provider() as (one, url), running(official(url.removesuffix("/v1")), tmp_path) as host:
        await replayed(host, recorded[:1])
        assert one.keys == [""]
