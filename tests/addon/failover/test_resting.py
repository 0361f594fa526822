"""Candidates that failed are passed over for a while, then tried by a real request."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path
from typing import Any

import pytest

from addon.routing.choice import Choice
from tests.support.asking import ask, body, client
from tests.support.chain import at, chain
from tests.support.host import running
from tests.support.provider import TEXT, Provider
from tests.support.waiting import until

type Upstream = tuple[Provider, str]
A = Choice("a", "a")


@pytest.fixture
def short_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("addon.failover.health.FIRST_REST", 0.4)


@pytest.mark.usefixtures("short_rests")
async def test_a_candidate_that_keeps_failing_is_passed_over_and_later_used_again(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": ["503", "503", "503", "ok"]}
    async with running(chain(at(url, "a", "b")), tmp_path) as host, client(host.url) as http:
        models = [(await ask(http, body())).headers["x-ccr-model"] for _ in range(4)]  # type: ignore[index]
        assert models == ["b,b"] * 4
        assert one.asked["a"] == 3, "the fourth request still went to the one that rests"
        await until(lambda: not host.fleet.health.rest(A, time.monotonic()))
        told = await ask(http, body())
        assert told.headers is not None
        assert told.headers["x-ccr-model"] == "a,a"
        assert host.fleet.health.states(time.monotonic()) == []
        reasons = [record["reason"] for record in host.records]
        assert ["rests" in reason for reason in reasons] == [False, False, False, True, False]
        assert "a,a rests after failures" in reasons[3]
        assert [len(record["attempts"]) for record in host.records] == [2, 2, 2, 1, 1]


@pytest.mark.usefixtures("short_rests")
async def test_one_request_at_a_time_tries_a_candidate_whose_rest_is_over(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, url = upstream
    one.behaviours = {"a": ["503", "503", "503", "hang"]}
    config = chain(at(url, "a", "b"), a={"timeouts": {"first_byte": 1}})
    async with running(config, tmp_path) as host, client(host.url) as http:
        for _ in range(3):
            await ask(http, body())
        await until(lambda: not host.fleet.health.rest(A, time.monotonic()))
        monkeypatch.setattr("addon.failover.health.FIRST_REST", 60.0)
        answers = await asyncio.gather(*(ask(http, body()) for _ in range(5)))
        assert [told.text for told in answers] == [TEXT] * 5
        assert one.asked["a"] == 4


@pytest.mark.parametrize("fault", ["503", "429 60", "401"])
async def test_the_last_candidate_is_always_asked(upstream: Upstream, tmp_path: Path, fault: str) -> None:
    one, url = upstream
    one.behaviours = {"a": [*[fault] * 5, "ok"]}
    async with running(chain(at(url, "a"), retry={"attempts": 1}), tmp_path) as host, client(host.url) as http:
        for _ in range(5):
            assert (await ask(http, body())).status != 200
        assert host.fleet.health.rest(A, time.monotonic()) > 0
        assert (await ask(http, body())).text == TEXT


async def test_candidates_that_all_rest_are_all_asked(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "429 60", "b": ["429 60", "ok"]}
    async with running(chain(at(url, "a", "b"), retry={"attempts": 1}), tmp_path) as host, client(host.url) as http:
        assert (await ask(http, body())).status == 529
        assert (await ask(http, body())).text == TEXT
        assert one.asked == {"a": 2, "b": 2}


@pytest.mark.parametrize("status", [401, 402, 403])
async def test_a_wrong_key_at_one_provider_does_not_stop_the_session_and_is_logged_loudly(
    upstream: Upstream, tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    one, url = upstream
    one.bad_keys = {"sk-a-key": status}
    async with running(chain(at(url, "a", "b")), tmp_path) as host, client(host.url) as http:
        assert [(await ask(http, body())).text for _ in range(5)] == [TEXT] * 5
        errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert len(errors) == 1, "once: the provider rests from then on"
        assert "`a`" in errors[0].getMessage()
        assert str(status) in errors[0].getMessage()
        assert "sk-a-key" not in caplog.text
        assert one.asked == {"a": 1, "b": 5}
        assert host.fleet.health.rest(A, time.monotonic()) > 50


async def test_a_fault_of_the_request_is_none_of_the_candidates(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "400"}
    async with running(chain(at(url, "a", "b")), tmp_path) as host, client(host.url) as http:
        for _ in range(5):
            assert (await ask(http, body())).status == 400
        assert host.fleet.health.states(time.monotonic()) == []


async def test_a_client_that_leaves_is_no_failure(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "stalls"}
    async with running(chain(at(url, "a", "b")), tmp_path) as host:
        for _ in range(4):
            async with client(host.url) as http, http.stream("POST", "/v1/messages", json=body()) as answer:
                await anext(answer.aiter_raw())
        await until(lambda: len(host.records) == 4)
        assert host.fleet.health.states(time.monotonic()) == []


async def test_answers_that_break_off_count(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "cut"}
    async with running(chain(at(url, "a", "b")), tmp_path) as host, client(host.url) as http:
        told: list[Any] = [await ask(http, body()) for _ in range(4)]
        assert [bool(each.events_error) for each in told] == [True, True, True, False]
        assert told[3].text == TEXT
        assert host.fleet.health.rest(A, time.monotonic()) > 0
