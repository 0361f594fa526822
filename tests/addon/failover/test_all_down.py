"""What the client is told, and what is kept, when several attempts were made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.asking import ask, body, client
from tests.support.chain import at, chain
from tests.support.host import running
from tests.support.provider import Provider, closed_port

type Upstream = tuple[Provider, str]
ONCE = {"attempts": 1}


@pytest.mark.parametrize("stream", [True, False])
async def test_every_attempt_is_named_with_its_reason_in_one_line(upstream: Upstream, tmp_path: Path, stream: bool) -> None:
    one, url = upstream
    one.behaviours = {"b": "429", "c": "hang", "d": "401", "e": "error_object"}
    urls = {"a": f"http://127.0.0.1:{closed_port()}/v1", **at(url, "b", "c", "d", "e")}
    config = chain(urls, retry=ONCE, c={"timeouts": {"first_byte": 0.3}})
    async with running(config, tmp_path) as host, client(host.url) as http:
        told = await ask(http, body(stream=stream))
        assert (told.status, told.error) == (529, "overloaded_error")
        assert told.message.startswith("all 5 attempts failed: ")
        assert "\n" not in told.message
        attempts = ["a,a: ", "b,b: ", "c,c: ", "d,d: ", "e,e: "]
        places = [told.message.index(attempt) for attempt in attempts]
        assert places == sorted(places)
        for reason in ("connection was refused", "no, 429", "no answer within 0.3 s", "refused its API key", "engine on fire"):
            assert reason in told.message


async def test_retries_are_attempts_too(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "503"}
    config = chain(at(url, "a"), retry={"attempts": 3, "backoff": 0.01})
    async with running(config, tmp_path) as host, client(host.url) as http:
        told = await ask(http, body())
        assert told.status == 529
        assert told.message.count("a,a: ") == 3


@pytest.mark.parametrize(
    ("first", "second", "wait"),
    [("429 30", "429 7", "7"), ("429 7", "429 30", "7"), ("429 30", "503", "30"), ("503", "429 30", "30"), ("503", "502", None)],
)
async def test_retry_after_is_of_whoever_is_back_soonest(
    upstream: Upstream, tmp_path: Path, first: str, second: str, wait: str | None
) -> None:
    one, url = upstream
    one.behaviours = {"a": first, "b": second}
    async with running(chain(at(url, "a", "b"), retry=ONCE), tmp_path) as host, client(host.url) as http:
        told = await ask(http, body())
        assert told.status == 529
        assert told.headers is not None
        assert told.headers.get("retry-after") == wait


async def test_attempts_are_kept_in_the_record_and_told_in_the_comment(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "429", "b": "hang"}
    urls = {**at(url, "a", "b"), "c": f"http://127.0.0.1:{closed_port()}/v1", "d": url}
    config = chain(urls, retry=ONCE, b={"timeouts": {"first_byte": 0.3}})
    async with running(config, tmp_path) as host, client(host.url) as http:
        await ask(http, body())
        (flow,) = host.keeper.flows
        record = flow.metadata["ccr"]
        assert [(each["provider"], each["model"], each["status"]) for each in record["attempts"]] == [
            ("a", "a", 429),
            ("b", "b", None),
            ("c", "c", None),
            ("d", "d", 200),
        ]
        errors = [each["error"] for each in record["attempts"]]
        for error, said in zip(errors, ("no, 429", "no answer within 0.3 s", "connection was refused", ""), strict=True):
            assert said in error
        assert errors[3] == ""
        assert all(isinstance(each["ms"], int) for each in record["attempts"])
        assert 300 <= record["attempts"][1]["ms"] < 3000
        assert "a 429 → b failed → c failed → d,d ok" in flow.comment
        assert record["error"] is None


async def test_a_failure_is_kept_with_every_attempt(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "429", "b": "503"}
    async with running(chain(at(url, "a", "b"), retry=ONCE), tmp_path) as host, client(host.url) as http:
        told = await ask(http, body())
        (flow,) = host.keeper.flows
        record = flow.metadata["ccr"]
        assert [each["status"] for each in record["attempts"]] == [429, 503]
        assert record["error"] == {"type": "overloaded_error", "status": 529, "message": told.message}
        assert "a 429 → b 503" in flow.comment


async def test_one_attempt_tells_its_own_error(upstream: Upstream, tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"a": "429 5"}
    async with running(chain(at(url, "a"), retry=ONCE), tmp_path) as host, client(host.url) as http:
        told = await ask(http, body())
        assert (told.status, told.error) == (429, "rate_limit_error")
