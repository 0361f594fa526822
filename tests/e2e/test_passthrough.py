"""A provider that speaks Anthropic's own protocol: the session ends the same, thinking and its signatures included."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.routes import SideBySide
from tests.e2e.sessions import EVERYTHING, SESSIONS, Session
from tests.fakes.anthropic_fake import AnthropicFake
from tests.support.claude import TOKEN, base_url
from tests.support.router import Router

KEY = "sk-fake-anthropic-key"
NAMES = ("thinking", "a subagent", "reading an image")


@pytest.fixture(scope="module")
def provider() -> Iterator[AnthropicFake]:
    with AnthropicFake(key=KEY) as fake:
        yield fake


@pytest.fixture(scope="module")
def passthrough(client: Path, provider: AnthropicFake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:  # noqa: ARG001 - no client, no router
    section = {
        "name": "compatible",
        "api_base_url": f"{provider.url}/v1/messages",
        "api_key": KEY,
        "models": ["large"],
        "transformer": {"use": ["Anthropic"]},
    }
    config = {"Providers": [section], "Router": {"default": "compatible,large"}}
    with Router(config, tmp_path_factory.mktemp("passthrough")) as router:
        yield router


@pytest.mark.parametrize(
    "session", [*(each for each in SESSIONS if each.name in NAMES), EVERYTHING], ids=lambda session: session.name
)
def test_a_session_ends_the_same_at_a_compatible_provider(
    side_by_side: SideBySide, passthrough: Router, provider: AnthropicFake, session: Session
) -> None:
    provider.reset()
    straight, routed = side_by_side(session, base_url(passthrough.url))
    assert routed.outcome == straight.outcome
    assert provider.complaints == []
    assert {seen.model for seen in provider.seen if seen.body} == {"large"}
    assert all(TOKEN not in repr(seen.request) for seen in provider.seen)
