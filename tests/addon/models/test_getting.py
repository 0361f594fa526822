from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from addon.config.settings import Provider
from addon.models import getting
from addon.models.listing import list_models
from addon.models.reach import Trouble
from tests.fakes.http import Answer, HttpRequest, Server
from tests.support.listing_fakes import json_answer


def trouble_of(answer: Answer) -> Trouble:
    async def handle(_: HttpRequest) -> Answer:
        return answer

    with Server(handle) as server, pytest.raises(Trouble) as caught:
        list_models(Provider("x", f"{server.url}/v1"))
    return caught.value


async def drops() -> AsyncIterator[bytes]:
    while True:
        yield b" "
        await asyncio.sleep(0.01)


def test_an_answer_that_comes_in_drops_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getting, "MAX_SECONDS", 0.1)
    trouble = trouble_of(Answer(body=drops()))
    assert trouble.kind == "timeout"
    assert "sends its answer too slowly" in str(trouble)


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_nested_without_end_is_told(status: int) -> None:
    assert trouble_of(Answer(status, body=b"[" * 100_000)).kind == ("nonsense" if status == 200 else "status")


@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("/login?token=t0p", " to http://127.0.0.1:"),
        ("https://u:t0p@other.example/x", " to https://other.example/x"),
        ("http://[", ""),
    ],
)
def test_an_address_that_leads_elsewhere_is_told_and_not_followed(location: str, told: str) -> None:
    trouble = trouble_of(Answer(302, {"location": location}))
    assert f"/v1/models leads elsewhere (302){told}" in str(trouble)
    assert "t0p" not in str(trouble)
    assert "base_url" in trouble.hint


def test_a_price_without_end_is_none() -> None:
    async def handle(_: HttpRequest) -> Answer:
        return json_answer([{"id": "m", "pricing": {"prompt": "inf", "completion": "1"}}])

    with Server(handle) as server:
        assert [each.price for each in list_models(Provider("x", f"{server.url}/v1"))] == [None]
