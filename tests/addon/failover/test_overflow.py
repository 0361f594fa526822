"""A request that is too long for a model goes to a larger one, else its client is told in its own words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.asking import ask, body, client
from tests.support.chain import at, chain
from tests.support.host import running
from tests.support.provider import TEXT, Provider

type Upstream = tuple[Provider, str]
TOO_LONG = re.compile(r"prompt is too long: \d+ tokens > (\d+) maximum")


def windows(url: str, **sizes: int) -> dict[str, Any]:
    own = {name: {"model_info": {name: {"context_window": size}}} for name, size in sizes.items() if size}
    return chain(at(url, *sizes), retry={"attempts": 1}, **own)


@pytest.mark.parametrize("stream", [True, False])
async def test_it_goes_to_the_first_larger_one(upstream: Upstream, tmp_path: Path, stream: bool) -> None:
    one, url = upstream
    one.behaviours = {"a": "too_long"}
    async with running(windows(url, a=1000, b=500, c=0, d=2000, e=4000), tmp_path) as host, client(host.url) as http:
        told = await ask(http, body(stream=stream))
        assert told.text == TEXT
        assert one.asked == {"a": 1, "d": 1}


async def test_it_goes_on_to_larger_ones_until_it_fits(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "too_long", "c": "too_long"}
    async with running(windows(url, a=1000, b=900, c=2000, d=1500, e=4000), tmp_path) as host, client(host.url) as http:
        assert (await ask(http, body())).text == TEXT
        assert one.asked == {"a": 1, "c": 1, "e": 1}


@pytest.mark.parametrize("stream", [True, False])
async def test_without_a_larger_one_the_client_is_told_in_its_own_words(upstream: Upstream, tmp_path: Path, stream: bool) -> None:
    one, url = upstream
    one.behaviours = {"a": "too_long"}
    async with running(windows(url, a=1000, b=900, c=0), tmp_path) as host, client(host.url) as http:
        told = await ask(http, body(stream=stream))
        assert (told.status, told.error) == (400, "invalid_request_error")
        assert told.message == "prompt is too long: 1500 tokens > 1000 maximum"
        assert one.asked == {"a": 1}


async def test_where_it_is_too_long_for_all_the_largest_is_told(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "too_long", "b": "too_long"}
    async with running(windows(url, a=500, b=1000), tmp_path) as host, client(host.url) as http:
        told = await ask(http, body())
        assert told.status == 400
        assert TOO_LONG.fullmatch(told.message)
        assert one.asked == {"a": 1, "b": 1}


async def test_where_the_larger_one_breaks_the_client_is_told_that_it_is_too_long(upstream: Upstream, tmp_path: Path) -> None:
    """It can make the request shorter, and then the smaller model serves it."""
    one, url = upstream
    one.behaviours = {"a": "too_long", "b": "503"}
    async with running(windows(url, a=1000, b=2000, c=500), tmp_path) as host, client(host.url) as http:
        told = await ask(http, body())
        assert told.status == 400
        assert TOO_LONG.fullmatch(told.message)
        assert one.asked == {"a": 1, "b": 1}
        (record,) = host.records
        assert len(record["attempts"]) == 2


async def test_an_overflow_is_no_failure_of_the_model(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": [*["too_long"] * 4, "ok"]}
    async with running(windows(url, a=1000, b=2000), tmp_path) as host, client(host.url) as http:
        models = [(await ask(http, body())).headers["x-ccr-model"] for _ in range(5)]  # type: ignore[index]
        assert models == ["b,b"] * 4 + ["a,a"]
