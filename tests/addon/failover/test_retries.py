"""The same provider once more, before or in place of another."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.asking import Told, ask, body, client
from tests.support.chain import at, chain
from tests.support.host import running
from tests.support.leftovers import settled
from tests.support.provider import TEXT, Provider, closed_port
from tests.support.waiting import until

type Upstream = tuple[Provider, str]
FAST = {"backoff": 0.01}


async def told(config: dict[str, Any], folder: Path, one: Provider, *, stream: bool = True) -> Told:
    async with running(config, folder) as host:
        async with client(host.url) as http:
            answer = await ask(http, body(stream=stream))
        await settled(host, one)
    return answer


@pytest.mark.parametrize("fault", ["429", "500", "502", "503", "529", "close"])
async def test_by_default_a_lone_candidate_is_asked_once_more(upstream: Upstream, tmp_path: Path, fault: str) -> None:
    one, url = upstream
    one.behaviours = {"a": [fault, "ok"]}
    assert (await told(chain(at(url, "a"), retry=FAST), tmp_path, one)).text == TEXT
    assert one.asked["a"] == 2


async def test_by_default_a_lone_candidate_is_asked_twice_at_most(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "503"}
    assert (await told(chain(at(url, "a"), retry=FAST), tmp_path, one)).status == 529
    assert one.asked["a"] == 2


@pytest.mark.parametrize("fault", ["401", "402", "403", "404", "400", "hang", "empty"])
async def test_by_default_what_does_not_pass_quickly_is_not_asked_again(upstream: Upstream, tmp_path: Path, fault: str) -> None:
    one, url = upstream
    one.behaviours = {"a": [fault, "ok"]}
    config = chain(at(url, "a"), retry=FAST, a={"timeouts": {"first_byte": 0.3}})
    await told(config, tmp_path, one)
    assert one.asked["a"] == 1


@pytest.mark.parametrize("fault", ["429", "503", "close", "401"])
async def test_by_default_a_healthy_candidate_comes_before_a_retry(upstream: Upstream, tmp_path: Path, fault: str) -> None:
    one, url = upstream
    one.behaviours = {"a": [fault, "ok"]}
    assert (await told(chain(at(url, "a", "b"), retry=FAST), tmp_path, one)).text == TEXT
    assert one.asked == {"a": 1, "b": 1}


async def test_by_default_a_retry_comes_before_a_resting_candidate(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": ["429 60", "503", "ok"], "b": ["429 60", "503", "ok"]}
    async with running(chain(at(url, "a", "b"), retry=FAST), tmp_path) as host, client(host.url) as http:
        assert (await ask(http, body())).status == 529
        assert one.asked == {"a": 1, "b": 1}
        assert (await ask(http, body())).text == TEXT
        assert one.asked == {"a": 3, "b": 1}


@pytest.mark.parametrize("stream", [True, False])
async def test_configured_retries_come_before_another_candidate(upstream: Upstream, tmp_path: Path, stream: bool) -> None:
    one, url = upstream
    one.behaviours = {"a": "503"}
    config = chain(at(url, "a", "b"), retry={"attempts": 3, **FAST})
    assert (await told(config, tmp_path, one, stream=stream)).text == TEXT
    assert one.asked == {"a": 3, "b": 1}


async def test_a_provider_may_have_retries_of_its_own(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "503", "b": "503"}
    config = chain(at(url, "a", "b", "c"), retry={"attempts": 2, **FAST}, b={"retry": {"attempts": 4}})
    assert (await told(config, tmp_path, one)).text == TEXT
    assert one.asked == {"a": 2, "b": 4, "c": 1}


async def test_a_refused_connect_is_retried(upstream: Upstream, tmp_path: Path) -> None:
    """The server comes up between two attempts, on the client connection for which a connect has failed before."""
    one, _ = upstream
    port = closed_port()
    config = chain({"a": f"http://127.0.0.1:{port}/v1"}, retry={"attempts": 10, "backoff": 0.05, "max_backoff": 0.05})
    async with running(config, tmp_path) as host, client(host.url) as http:
        asking = asyncio.create_task(ask(http, body()))
        await until(lambda: host.fleet.health.states(time.monotonic()))
        server = await asyncio.start_server(one.serve, "127.0.0.1", port)
        assert (await asking).text == TEXT
        server.close()


async def test_waits_grow_between_attempts(upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, url = upstream
    one.behaviours = {"a": "503"}
    waits: list[float] = []

    async def note(_attempts: Any, seconds: float) -> bool:
        waits.append(seconds)
        return True

    monkeypatch.setattr("addon.attempts.Attempts.pause", note)
    retry = {"attempts": 6, "backoff": 1, "max_backoff": 4}
    assert (await told(chain(at(url, "a"), retry=retry), tmp_path, one)).status == 529
    assert len(waits) == 5
    assert all(top / 2 <= wait <= top for wait, top in zip(waits, (1, 2, 4, 4, 4), strict=True))


async def test_a_wait_that_the_provider_names_is_waited_for(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": ["429 0.4", "ok"]}
    begun = time.monotonic()
    config = chain(at(url, "a", "b"), retry={"attempts": 2, **FAST})
    assert (await told(config, tmp_path, one)).text == TEXT
    assert one.asked == {"a": 2}
    assert time.monotonic() - begun >= 0.4


async def test_a_wait_above_the_cap_moves_on_at_once(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": ["429 9", "ok"]}
    async with asyncio.timeout(5):
        assert (await told(chain(at(url, "a", "b"), retry={"attempts": 3, **FAST}), tmp_path, one)).text == TEXT
    assert one.asked == {"a": 1, "b": 1}


async def test_a_wait_above_the_cap_is_told_where_there_is_nobody_else(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": ["429 9", "ok"]}
    async with asyncio.timeout(5):
        answer = await told(chain(at(url, "a"), retry={"attempts": 3, **FAST}), tmp_path, one)
    assert (answer.status, answer.error) == (429, "rate_limit_error")
    assert answer.headers is not None
    assert answer.headers["retry-after"] == "9"
    assert one.asked == {"a": 1}


async def test_no_retry_is_waited_for_beyond_the_total(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "429 5"}
    config = chain(at(url, "a"), retry={"attempts": 3, **FAST}, timeouts={"total": 2})
    async with asyncio.timeout(5):
        assert (await told(config, tmp_path, one)).status == 429
    assert one.asked["a"] == 1
