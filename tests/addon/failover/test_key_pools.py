"""Several keys of one provider."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from tests.support.asking import ask, body, client
from tests.support.chain import at, chain
from tests.support.host import running
from tests.support.provider import TEXT, Provider

type Upstream = tuple[Provider, str]
KEYS = ["sk-k1", "sk-k2", "sk-k3"]


def pool(url: str, *, others: tuple[str, ...] = ("b",), keys: list[str] | None = None, **more: Any) -> dict[str, Any]:
    config = chain(at(url, "a", *others), retry={"attempts": 1})
    config["providers"][0] |= {"api_keys": keys or KEYS, **more}
    del config["providers"][0]["api_key"]
    return config


async def test_keys_take_turns(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    async with running(pool(url), tmp_path) as host, client(host.url) as http:
        for _ in range(4):
            assert (await ask(http, body())).text == TEXT
    assert one.keys == ["sk-k1", "sk-k2", "sk-k3", "sk-k1"]


async def test_by_priority_the_first_is_used_until_it_rests(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    async with running(pool(url, key_strategy="priority"), tmp_path) as host, client(host.url) as http:
        await ask(http, body())
        await ask(http, body())
        one.bad_keys = {"sk-k1": 429}
        await ask(http, body())
        await ask(http, body())
    assert one.keys == ["sk-k1", "sk-k1", "sk-k1", "sk-k2", "sk-k2"]


@pytest.mark.parametrize("status", [401, 402, 403, 429])
@pytest.mark.parametrize("stream", [True, False])
async def test_a_refused_key_rests_alone_and_the_same_request_goes_on_with_the_next(
    upstream: Upstream, tmp_path: Path, status: int, stream: bool
) -> None:
    one, url = upstream
    one.bad_keys = {"sk-k1": status}
    async with running(pool(url), tmp_path) as host, client(host.url) as http:
        for _ in range(3):
            told = await ask(http, body(stream=stream))
            assert told.text == TEXT
            assert told.headers is not None
            assert told.headers["x-ccr-model"] == "a,a"
        assert one.keys == ["sk-k1", "sk-k2", "sk-k3", "sk-k2"]
        assert [len(record["attempts"]) for record in host.records] == [2, 1, 1]
        assert "b" not in one.asked


async def test_with_all_keys_refused_the_next_candidate_answers(
    upstream: Upstream, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    one, url = upstream
    one.bad_keys = {"sk-k1": 401, "sk-k2": 429, "sk-k3": 401}
    async with running(pool(url), tmp_path) as host, client(host.url) as http:
        told = await ask(http, body())
        assert told.text == TEXT
        assert told.headers is not None
        assert told.headers["x-ccr-model"] == "b,b"
        assert one.asked == {"a": 3, "b": 1}
        await ask(http, body())
        assert one.asked == {"a": 3, "b": 2}
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 2
    assert not any(key in caplog.text for key in KEYS)


async def test_with_all_keys_refused_and_nobody_else_each_is_tried_once(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.bad_keys = dict.fromkeys(KEYS, 401)
    async with running(pool(url, others=()), tmp_path) as host, client(host.url) as http:
        told = await ask(http, body())
        assert (told.status, told.error) == (529, "overloaded_error")
        assert told.message.count("refused its API key (401)") == 3
        assert not any(key in told.message for key in KEYS)
        assert one.keys == KEYS


async def test_a_break_changes_no_key(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": ["503", "ok"]}
    async with running(pool(url, key_strategy="priority"), tmp_path) as host, client(host.url) as http:
        await ask(http, body())
        await ask(http, body())
    assert one.keys == ["sk-k1", "sk-b-key", "sk-k1"]
