"""Who the candidates of a request are, and that each is asked in its own protocol."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import anthropic_api
from tests.support.asking import ask, body, client
from tests.support.chain import at, chain
from tests.support.host import running
from tests.support.provider import TEXT, Provider
from tests.support.upstream import Says
from tests.support.upstream import upstream as anthropic_upstream

type Upstream = tuple[Provider, str]
ONCE = {"attempts": 1}
IN_ORDER = "abcd"
TOOLS = [{"name": "Look", "description": "", "input_schema": {"type": "object", "properties": {}}}]


def order(one: Provider) -> str:
    return "".join(one.asked)


async def asked(config: dict[str, Any], folder: Path, one: Provider, **request: Any) -> str:
    """The models that are asked, in their order, where all of them are down."""
    one.behaviours = dict.fromkeys(IN_ORDER, "503")
    async with running(config, folder) as host, client(host.url) as http:
        assert (await ask(http, body() | request)).status == 529
    return order(one)


async def test_one_list_is_for_all_routes(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    assert await asked(chain(at(url, *IN_ORDER), retry=ONCE), tmp_path, one) == "abcd"


@pytest.mark.parametrize("inner", [False, True])
async def test_a_route_has_a_list_of_its_own(upstream: Upstream, tmp_path: Path, inner: bool) -> None:
    """At the top level, and in `Router` as Claude Code Router has it too."""
    one, url = upstream
    lists = {"default": ["c,c", "b,b"], "think": ["d,d"], "all": ["d,d"]}
    router = {"default": "a,a", "think": "d,d"}
    more: dict[str, Any] = {"router": {**router, "fallback": lists}, "fallback": None} if inner else {"fallback": lists}
    config = chain(at(url, *IN_ORDER), retry=ONCE, **{"router": router, **more})
    assert await asked(config, tmp_path, one) == "acb"


async def test_a_route_without_a_list_takes_the_one_for_all(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    more = {"router": {"default": "a,a", "think": "b,b"}, "fallback": {"default": ["c,c"], "all": ["d,d"]}}
    config = chain(at(url, *IN_ORDER), retry=ONCE, **more)
    thinks = {"thinking": {"type": "enabled", "budget_tokens": 50}, "tools": TOOLS}
    assert await asked(config, tmp_path, one, **thinks) == "bd"


async def test_a_model_that_the_client_named_takes_the_default_routes_list(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    config = chain(at(url, *IN_ORDER), retry=ONCE, fallback={"default": ["c,c", "b,b"], "all": ["a,a"]})
    assert await asked(config, tmp_path, one, model="d,d") == "dcb"
    one.asked.clear()
    assert await asked(config, tmp_path, one, model="c,c") == "cb"


async def test_a_request_that_was_answered_in_part_is_asked_for_nowhere_else(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "cut"}
    async with running(chain(at(url, *IN_ORDER)), tmp_path) as host, client(host.url) as http:
        assert (await ask(http, body())).events_error
    assert order(one) == "a"


@pytest.mark.parametrize("stream", [True, False])
async def test_each_candidate_is_asked_in_its_own_protocol(upstream: Upstream, tmp_path: Path, stream: bool) -> None:
    one, url = upstream
    one.behaviours = {"a": "503"}
    request = body(stream=stream, system="Be short.", tools=TOOLS)
    async with anthropic_upstream(anthropic_api.answer) as api:
        config = chain({"a": url, "b": api.url}, b={"dialect": "anthropic"})
        async with running(config, tmp_path) as host, client(host.url) as http:
            answer = await http.post("/v1/messages", json=request)
    assert answer.status_code == 200
    assert "Gott" in answer.text
    (seen,) = api.seen
    sent = json.loads(seen.body)
    assert seen.path == "/v1/messages"
    assert seen.header("x-api-key") == "sk-b-key"
    assert seen.header("authorization") == ""
    assert (sent["model"], sent["system"], sent["messages"]) == ("b", "Be short.", request["messages"])


@pytest.mark.parametrize("stream", [True, False])
async def test_the_other_way_round_too(upstream: Upstream, tmp_path: Path, stream: bool) -> None:
    _, url = upstream
    busy = Says(b'{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}', status=529)
    async with anthropic_upstream(lambda _: busy) as api:
        config = chain({"a": api.url, "b": url}, a={"dialect": "anthropic"})
        async with running(config, tmp_path) as host, client(host.url) as http:
            told = await ask(http, body(stream=stream))
            (record,) = host.records
    assert told.text == TEXT
    assert [each["status"] for each in record["attempts"]] == [529, 200]
    assert "Overloaded" in record["attempts"][0]["error"]
