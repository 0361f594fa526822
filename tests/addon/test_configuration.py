"""A configuration that is set while the proxy runs: a valid one takes over, another is refused and said to be."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from mitmproxy import exceptions

from tests.support.asking import ask, body, client
from tests.support.configs import two_providers
from tests.support.host import running
from tests.support.provider import Provider

BAD = {"router": {"backgrund": "one,first"}}


def file(folder: Path, config: object) -> str:
    path = folder / "another.json"
    path.write_text(json.dumps(config))
    return str(path)


async def test_a_valid_one_takes_over_at_once(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    one, url = upstream
    async with running(two_providers(url), tmp_path) as host, client(host.url) as http:
        await ask(http, body())
        host.master.options.update(ccr_config=file(tmp_path, two_providers(url) | {"router": {"default": "two,second"}}))
        await ask(http, body())
        assert one.asked == {"first": 1, "second": 1}


@pytest.mark.parametrize("what", ["a bad key", "missing", "a directory", "no JSON"])
async def test_a_bad_one_is_refused_and_the_one_in_force_stays(upstream: tuple[Provider, str], tmp_path: Path, what: str) -> None:
    one, url = upstream
    path = {"a bad key": file(tmp_path, BAD), "missing": "/nowhere.yaml", "a directory": str(tmp_path)}.get(what)
    if path is None:
        (tmp_path / "broken.json").write_text("{")
        path = str(tmp_path / "broken.json")
    async with running(two_providers(url), tmp_path) as host, client(host.url) as http:
        was = host.master.options.ccr_config
        with pytest.raises(exceptions.OptionsError, match=r"(?s)ccr: .*; the config in force stays") as told:
            host.master.options.update(ccr_config=path)
        assert path in str(told.value).replace("\n", " ")
        assert host.master.options.ccr_config == was
        assert (await ask(http, body())).status == 200
        assert one.asked == {"first": 1}
        assert (await http.get("/health")).json()["config"] == was


async def test_requests_under_way_end_by_the_configuration_they_began_with(
    upstream: tuple[Provider, str], tmp_path: Path
) -> None:
    one, url = upstream
    async with running(two_providers(url), tmp_path) as host, client(host.url) as http:

        def reloaded(_: object) -> str:
            """The provider is just answering."""
            host.master.options.update(ccr_config=file(tmp_path, two_providers(url) | {"router": {"default": "two,second"}}))
            return "still the first"

        one.text = reloaded
        assert (await ask(http, body())).text == "still the first"
        assert host.records[0]["provider"] == "one"


async def test_the_log_is_as_loud_as_it_says(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    logger = logging.getLogger("addon")
    try:
        async with running(two_providers(upstream[1], LOG=False), tmp_path):
            assert logger.level == logging.ERROR
        async with running(two_providers(upstream[1], LOG_LEVEL="debug"), tmp_path):
            assert logger.level == logging.DEBUG
    finally:
        logger.setLevel(logging.NOTSET)


@pytest.mark.parametrize("chunked", [False, True])
async def test_large_bodies_are_routed_whatever_mitmproxy_streams(
    upstream: tuple[Provider, str], tmp_path: Path, chunked: bool
) -> None:
    """`stream_large_bodies` would send a body on its way before it is read: to nowhere, or past the router."""
    one, url = upstream
    one.text = lambda asked: str(len(asked["messages"][0]["content"]))
    raw = json.dumps(body(stream=False, messages=[{"role": "user", "content": "x" * 300_000}])).encode()

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(raw), 65536):
            yield raw[at : at + 65536]

    async with running(two_providers(url), tmp_path) as host, client(host.url) as http:
        host.master.options.update(stream_large_bodies="10k")
        answer = await http.post("/v1/messages", content=pieces() if chunked else raw)
        assert answer.json()["content"][0]["text"] == "300000"
