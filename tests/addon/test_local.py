"""What the router answers itself: token counts, models, its health; nobody is asked for any of it."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from anthropic import AsyncAnthropic, BadRequestError, NotFoundError

from tests.support.asking import client
from tests.support.configs import compatible, two_providers
from tests.support.host import running
from tests.support.provider import Provider

CAPTURES = Path(__file__).resolve().parents[1] / "captures"
TOKENS: dict[str, int] = json.loads((CAPTURES / "TOKENS.json").read_text())["counts"]
COUNT = "/v1/messages/count_tokens?beta=true"


def many_models(url: str) -> dict[str, Any]:
    """Models with names as providers give them, more than fit on one page."""
    settings = two_providers(url)
    settings["providers"][0]["models"] = ["first", *(f"vendor/model-{number}:free" for number in range(45))]
    return settings


def sdk(url: str) -> AsyncAnthropic:
    return AsyncAnthropic(api_key="unused", base_url=url, max_retries=0)


def captured(name: str) -> dict[str, Any]:
    capture: dict[str, Any] = json.loads((CAPTURES / f"{name}.json").read_text())
    return capture


@pytest.mark.parametrize("name", TOKENS)
async def test_a_count_is_close_to_the_tokenizer_s(upstream: tuple[Provider, str], tmp_path: Path, name: str) -> None:
    one, url = upstream
    capture = captured(name)
    async with running(two_providers(url), tmp_path) as host, client(host.url) as http:
        given = {key: value for key, value in capture["headers"].items() if key.lower() not in ("connection", "authorization")}
        answer = await http.post(COUNT, json=capture["body"], headers=given)
        counted = answer.json()
        assert set(counted) == {"input_tokens"}
        images = json.dumps(capture["body"]).count('"type": "image"')
        allowed = 0.15 * TOKENS[name] + 1600 * images  # the tokenizer's count leaves images out
        assert abs(counted["input_tokens"] - TOKENS[name]) <= allowed
        assert one.asked.total() == 0


async def test_a_burst_of_counts_is_answered_at_once(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    """As the client's `/context` and its VS Code extension send them: the same conversation, cut differently.

    In a process of its own a burst takes a quarter of a second; here the client, coverage and other tests share the machine.
    """
    one, url = upstream
    whole = captured("main_first_turn")["body"]
    bodies = [json.dumps({**whole, "tools": whole["tools"][: count % 25]}).encode() for count in range(50)]
    async with running(two_providers(url), tmp_path) as host, client(host.url) as http:
        await http.post(COUNT, content=bodies[0])  # the connection, and what is loaded once
        start = time.perf_counter()
        answers = await asyncio.gather(*(http.post(COUNT, content=each) for each in bodies))
        took = time.perf_counter() - start
        assert all(answer.json()["input_tokens"] > 0 for answer in answers)
        assert took < 10, f"{took:.2f} s"
        assert one.asked.total() == 0


async def test_a_count_grows_with_the_conversation_and_never_is_nothing(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    async with running(two_providers(upstream[1]), tmp_path) as host, sdk(host.url) as anthropic:
        counts = [
            await anthropic.messages.count_tokens(model="claude-opus-4-8", messages=[{"role": "user", "content": "word " * many}])
            for many in (0, 1, 100, 1000)
        ]
        tokens = [count.input_tokens for count in counts]
        assert tokens == sorted(tokens)
        assert tokens[0] >= 1
        assert 800 < tokens[-1] < 1200


async def test_a_count_for_a_compatible_provider_is_local_too(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    """Few of them count, and its key is not the client's to spend."""
    one, url = upstream
    async with running(compatible(url), tmp_path) as host, client(host.url) as http:
        answer = await http.post(COUNT, json={"model": "m", "messages": [{"role": "user", "content": "hi"}]})
        assert answer.json()["input_tokens"] >= 1
        assert one.asked.total() == 0


@pytest.mark.parametrize("limit", [1, 2, 7, 20, 48, 1000])
async def test_the_sdk_lists_every_model_once_in_order(upstream: tuple[Provider, str], tmp_path: Path, limit: int) -> None:
    one, url = upstream
    async with running(many_models(url), tmp_path) as host, sdk(host.url) as anthropic:
        models = [model async for model in anthropic.models.list(limit=limit)]
        ids = [model.id for model in models]
        assert ids[:1] == ["claude-opus-4-8"]
        assert "one,vendor/model-44:free" in ids
        assert ids[-1] == "two,second"
        assert len(ids) == len(set(ids)) == 3 + 46 + 1
        assert {model.type for model in models} == {"model"}
        assert all(model.display_name and model.created_at for model in models)
        assert one.asked.total() == 0


@pytest.mark.parametrize("limit", [1, 7, 48])
async def test_the_sdk_pages_backwards(upstream: tuple[Provider, str], tmp_path: Path, limit: int) -> None:
    async with running(many_models(upstream[1]), tmp_path) as host, sdk(host.url) as anthropic:
        every = [model.id async for model in anthropic.models.list()]
        page = await anthropic.models.list(limit=limit, before_id=every[-1])
        assert [model.id for model in page.data] == every[:-1][-limit:]
        assert page.has_more == (limit < len(every) - 1)


async def test_a_page_says_where_it_begins_and_ends(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    async with running(two_providers(upstream[1]), tmp_path) as host, client(host.url) as http:
        page = (await http.get("/v1/models?limit=2&after_id=claude-opus-4-8")).json()
        assert set(page) == {"data", "has_more", "first_id", "last_id"}
        assert (page["first_id"], page["last_id"]) == tuple(model["id"] for model in page["data"])
        assert page["has_more"]
        last = (await http.get(f"/v1/models?after_id={page['last_id']}")).json()
        assert not last["has_more"]
        nothing = (await http.get("/v1/models?after_id=two,second")).json()
        assert nothing == {"data": [], "has_more": False, "first_id": None, "last_id": None}


@pytest.mark.parametrize("query", ["limit=few", "after_id=nobody", "before_id=nobody"])
async def test_a_page_that_cannot_be_is_refused(upstream: tuple[Provider, str], tmp_path: Path, query: str) -> None:
    async with running(two_providers(upstream[1]), tmp_path) as host, client(host.url) as http:
        answer = await http.get(f"/v1/models?{query}")
        assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
        assert query.partition("=")[2] in answer.json()["error"]["message"]


@pytest.mark.parametrize("name", ["one,vendor/model-3:free", "two,second", "claude-haiku-4-5-20251001", "claude-of-tomorrow"])
async def test_the_sdk_finds_a_model(upstream: tuple[Provider, str], tmp_path: Path, name: str) -> None:
    """Any of Claude's names: the rules answer to all of them."""
    async with running(many_models(upstream[1]), tmp_path) as host, sdk(host.url) as anthropic:
        model = await anthropic.models.retrieve(name)
        assert (model.id, model.type) == (name, "model")


async def test_the_sdk_is_told_what_is_not_there(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    async with running(two_providers(upstream[1]), tmp_path) as host, sdk(host.url) as anthropic:
        with pytest.raises(NotFoundError, match="`gpt-9` is not configured"):
            await anthropic.models.retrieve("gpt-9")
        with pytest.raises(BadRequestError, match="nobody"):
            await anthropic.models.list(after_id="nobody")


async def test_health_and_root_say_who_is_here(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    one, url = upstream
    async with running(two_providers(url), tmp_path) as host, client(host.url) as http:
        health = (await http.get("/health")).json()
        assert (health["status"], health["name"]) == ("ok", "ccr")
        assert health["config"] == str(tmp_path / "config.json")
        root = (await http.get("/")).json()
        assert (await http.get("/api/hello")).json() == root
        assert root["routes"] == {"default": "one,first"}
        assert "ANTHROPIC_BASE_URL" in root["hint"]
        assert one.asked.total() == 0


async def test_an_answer_to_head_has_no_body(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    """A body would be read as the beginning of the next answer."""
    async with running(two_providers(upstream[1]), tmp_path) as host, client(host.url) as http:
        for path in ("/", "/api/hello", "/health", "/v1/models", "/v1/models/two,second"):
            answer = await http.head(path)
            assert (answer.status_code, answer.content) == (200, b"")
        assert (await http.head("/v1/models/nobody")).status_code == 404
        assert (await http.get("/health")).status_code == 200
        assert len({flow.client_conn.id for flow in host.keeper.flows}) == 1
