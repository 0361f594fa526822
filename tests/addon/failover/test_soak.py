"""A thousand mixed requests on forty keep-alive clients, with faults at random: each is answered right, and nothing is left."""

from __future__ import annotations

import asyncio
import gc
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from addon.attempts import Attempts
from addon.failover.stream import CcrStream
from tests.support.asking import Told, ask, body, client
from tests.support.chain import at, chain
from tests.support.host import Host, running
from tests.support.leftovers import settled
from tests.support.provider import Provider
from tests.support.waiting import until

type Upstream = tuple[Provider, str]
CLIENTS, REQUESTS = 40, 25
SEED = 20260801

BEFORE_CONTENT = [
    *("408", "409", "429", "429 0.05", "500", "502", "503", "529", "401", "402", "403", "404", "close", "error_object", "empty"),
    *("nothing", "html", "cut_first", "cut_in_thought", "ok_then_deaf", "dawdles"),
]
AFTER_CONTENT = ["cut", "stops_short"]
SLOW = ["hang", "headers_then_silence", "stalls", "error_without_end"]


def behaviours(chance: random.Random) -> list[str]:
    kinds = [*["ok"] * 12, *BEFORE_CONTENT, *AFTER_CONTENT, "400", chance.choice(SLOW)]
    return [chance.choice(kinds) for _ in range(CLIENTS * REQUESTS * 2)]


def echo(request: dict[str, Any]) -> str:
    """So that an answer can be told to be that of its own request."""
    return f"answer to {request['messages'][-1]['content']}"


def verdict(told: Told, number: int, *, stream: bool) -> str:
    """What kind of right answer this is; raises AssertionError for one that is not right."""
    if told.status != 200:
        assert (told.status, told.error) == (400, "invalid_request_error"), told
        return "refused"
    if told.events_error:
        assert stream
        assert echo_of(number).startswith(told.text)
        return "broken off"
    assert told.text == echo_of(number), told
    return "answered"


def echo_of(number: int) -> str:
    return f"answer to request {number}"


async def session(host: Host, place: int, chance: random.Random) -> Counter[str]:
    http2 = place % 4 == 0
    verdicts: Counter[str] = Counter()
    async with client(host.tls_url if http2 else host.url, http2=http2) as http:
        for number in range(place * REQUESTS, (place + 1) * REQUESTS):
            stream = chance.random() < 0.7
            request = body(stream=stream) | {"messages": [{"role": "user", "content": f"request {number}"}]}
            verdicts[verdict(await ask(http, request), number, stream=stream)] += 1
    return verdicts


def live(kind: type) -> int:
    gc.collect()
    return sum(isinstance(each, kind) for each in gc.get_objects())


async def test_a_thousand_requests_are_answered_right_and_nothing_is_left(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in {"FIRST_REST": 0.02, "REFUSED_REST": 0.02, "LONGEST_REST": 0.1}.items():
        monkeypatch.setattr(f"addon.failover.health.{name}", seconds)
    monkeypatch.setattr("addon.failover.deadlines.END_GRACE", 0.1)
    monkeypatch.setattr("addon.failover.deadlines.REFUSAL_GRACE", 0.3)
    monkeypatch.setattr(Attempts, "ping_seconds", 0.3)
    one, url = upstream
    one.text = echo
    chance = random.Random(SEED)
    one.behaviours = {"a": behaviours(chance), "b": behaviours(chance), "c": "ok"}
    one.bad_keys = {"sk-b-2": 429}
    impatient = {"timeouts": {"first_byte": 1, "idle": 1}}
    keys = {"api_key": "", "api_keys": ["sk-b-1", "sk-b-2", "sk-b-3"]}
    async with running(chain(at(url, "a", "b", "c"), a=impatient, b=impatient | keys), tmp_path) as host:
        before = len(asyncio.all_tasks())
        verdicts = sum(await asyncio.gather(*(session(host, place, chance) for place in range(CLIENTS))), Counter())
        assert verdicts.total() == CLIENTS * REQUESTS
        assert verdicts["answered"] > 0.7 * verdicts.total(), verdicts
        assert verdicts["broken off"] > 0, verdicts
        assert min(one.asked[model] for model in "abc") > 100, one.asked
        await settled(host, one)
        await until(lambda: len(asyncio.all_tasks()) <= before, left=asyncio.all_tasks)
        assert len(host.records) == CLIENTS * REQUESTS
        assert all(each["ms"] is not None for record in host.records for each in record["attempts"])
        assert (live(CcrStream), live(Attempts)) == (0, 0)


async def test_requests_that_are_over_are_not_kept_while_their_client_stays(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": ["ok", "503", "cut", "close", "ok"] * 200}
    async with (
        running(chain(at(url, "a", "b")), tmp_path) as host,
        client(host.url) as http,
        client(host.tls_url, http2=True) as h2,
    ):
        for _ in range(250):
            await asyncio.gather(ask(http, body()), ask(h2, body()))
        await until(lambda: (live(CcrStream), live(Attempts)) == (0, 0), left=lambda: (live(CcrStream), live(Attempts)))
