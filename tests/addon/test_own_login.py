"""A provider that is shown the client's own login, beside others that may step in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.http import HttpRequest
from tests.support import anthropic_api as api
from tests.support.asking import ask, body, client
from tests.support.configs import official, two_providers
from tests.support.host import Host, running
from tests.support.provider import TEXT, Provider
from tests.support.upstream import Says, Upstream, upstream

JSON = {"content-type": "application/json"}


def refusing(status: int, kind: str) -> Says:
    return Says(json.dumps({"type": "error", "error": {"type": kind, "message": "no"}}).encode(), JSON, status)


def turn_by_turn(*answers: Says | None) -> Any:
    """Each request is answered in its turn, with a message where there is None."""
    turns = iter(answers)

    def answer(request: HttpRequest) -> Says:
        return next(turns) or api.answer(request)

    return answer


@asynccontextmanager
async def with_a_spare(folder: Path, answer: Any, spare: str, **more: Any) -> AsyncIterator[tuple[Host, Upstream]]:
    async with upstream(answer) as far:
        settings = official(far.url) | {"fallback": ["one,first"], **more}
        settings["providers"] += two_providers(spare)["providers"]
        async with running(settings, folder) as host:
            yield host, far


async def test_an_expired_login_is_told_to_the_client_that_renews_it(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    """Another model stepping in would hide it for good, and the renewed login is not to rest."""
    one, url = upstream
    turns = turn_by_turn(refusing(401, "authentication_error"), None)
    async with with_a_spare(tmp_path, turns, url) as (host, far), client(host.url) as http:
        told = await http.post("/v1/messages", json=body())
        assert (told.status_code, told.json()["error"]["type"]) == (401, "authentication_error")
        assert (await http.post("/v1/messages", json=body())).content == api.STREAM
        assert (len(far.seen), one.asked.total()) == (2, 0)


@pytest.mark.parametrize(("status", "kind"), [(429, "rate_limit_error"), (529, "overloaded_error"), (500, "api_error")])
async def test_who_is_at_a_limit_is_stepped_in_for(
    upstream: tuple[Provider, str], tmp_path: Path, status: int, kind: str
) -> None:
    one, url = upstream
    async with with_a_spare(tmp_path, turn_by_turn(refusing(status, kind)), url) as (host, far), client(host.url) as http:
        assert (await ask(http, body())).text == TEXT
        assert (len(far.seen), one.asked.total()) == (1, 1)


async def test_when_all_fail_each_is_named(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    one, url = upstream
    one.behaviours = {"first": "503"}
    async with (
        with_a_spare(tmp_path, turn_by_turn(refusing(529, "overloaded_error")), url) as (host, _),
        client(host.url) as http,
    ):
        told = await ask(http, body())
        assert (told.status, told.error) == (529, "overloaded_error")
        assert "anthropic,claude-opus-4-8: " in told.message
        assert "one,first: " in told.message


async def test_it_is_repeated_only_where_the_config_says_so(upstream: tuple[Provider, str], tmp_path: Path) -> None:
    """The client repeats by itself, and shows its user that it does."""
    busy = refusing(529, "overloaded_error")
    for retry, asked in (({}, 1), ({"retry": {"attempts": 3, "backoff": 0.01}}, 3)):
        folder = tmp_path / str(asked)
        folder.mkdir()
        async with with_a_spare(folder, turn_by_turn(*[busy] * 3), upstream[1], fallback=[]) as (host, far):
            settings = official(far.url)
            del settings["retry"]
            path = folder / "again.json"
            path.write_text(json.dumps(settings | retry))
            host.master.options.update(ccr_config=str(path))
            async with client(host.url) as http:
                assert (await http.post("/v1/messages", json=body())).status_code == 529
            assert len(far.seen) == asked


async def test_an_endpoint_below_another_path_is_found(tmp_path: Path) -> None:
    async with upstream(turn_by_turn(None, None)) as far:
        settings = official(f"{far.url}/some/gateway")
        async with running(settings, tmp_path) as host, client(host.url) as http:
            await http.post("/v1/messages?beta=true", json=body())
            await http.get("/v1/models?limit=3")
        assert [request.target for request in far.seen] == [
            "/some/gateway/v1/messages?beta=true",
            "/some/gateway/v1/models?limit=3",
        ]


async def test_no_header_is_said_to_be_left_out_that_is_sent(tmp_path: Path) -> None:
    async with upstream(turn_by_turn(None)) as far, running(official(far.url), tmp_path) as host, client(host.url) as http:
        await http.post("/v1/messages", json=body(), headers={"anthropic-beta": "claude-code-1,oauth-2"})
        assert far.seen[0].header("anthropic-beta") == "claude-code-1,oauth-2"
        assert [note["rule"] for note in host.records[0]["notes"]] == []
