"""`ccr.use` and `ccr.passthrough` while clients ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from addon.commands.prompt import Commands
from tests.fakes.http import HttpRequest
from tests.support.asking import TOKEN, ask, body, client
from tests.support.configs import KEY_ONE, official, two_providers
from tests.support.host import Host, running
from tests.support.provider import TEXT, Provider
from tests.support.upstream import Says
from tests.support.upstream import upstream as server


def commands(host: Host) -> Any:
    """The prompt of a host."""
    if host.master.addons.get("commands") is None:
        host.master.addons.add(Commands(host.gateway._current, host.fleet, host.gateway))
    return host.master.commands


def anthropic(_: HttpRequest) -> Says:
    usage = {"input_tokens": 3, "output_tokens": 1}
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": [{"type": "text", "text": "I am Claude"}],
    }
    whole = {**message, "stop_reason": "end_turn", "stop_sequence": None, "usage": usage}
    return Says(json.dumps(whole).encode())


async def test_use_moves_a_route_and_the_reason_says_so(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    provider, url = upstream
    async with running(two_providers(url), tmp_path) as host, client(host.url) as http:
        commands(host).call_strings("ccr.use", ["default", "two,second"])
        assert (await ask(http, body())).text == TEXT
        assert host.records[0]["reason"] == "nothing special; two,second by `ccr.use default`"
        assert provider.asked == {"second": 1}


async def test_passthrough_is_the_way_back_to_the_official_client(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    provider, url = upstream
    async with server(anthropic) as far:
        config = two_providers(url)
        config["providers"] += official(far.url)["providers"]
        async with running(config, tmp_path) as host, client(host.url) as http:
            commands(host).call_strings("ccr.passthrough", ["on"])
            asked = body(stream=False) | {"system": "<CCR-SUBAGENT-MODEL>two,second</CCR-SUBAGENT-MODEL>hi"}
            assert (await ask(http, asked)).text == "I am Claude"
            assert (await http.post("/v1/messages", json=body("two,second", stream=False))).status_code == 200
            await http.post("/v1/messages/count_tokens", json=body())
            commands(host).call_strings("ccr.passthrough", ["off"])
            assert (await ask(http, body())).text == TEXT
    sent = [json.loads(request.body) for request in far.seen]
    assert sent == [asked, body("two,second", stream=False), body()]
    assert {request.header("authorization") for request in far.seen} == {f"Bearer {TOKEN}"}
    assert provider.keys == [KEY_ONE]
    first, second, third = host.records
    assert first["route"] == second["route"] == "passthrough"
    assert "ccr.passthrough off" in first["reason"]
    assert third["route"] == "default"
