"""The client keeps its own server's address and is sent through the router as its HTTPS proxy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.routes import SideBySide, routes
from tests.e2e.sessions import SESSIONS, Session
from tests.fakes.chat_fake import ChatFake
from tests.support.claude import TOKEN
from tests.support.router import Router

NAMES = ("three parallel tools", "a subagent", "a web search")


@pytest.fixture(scope="module")
def forward(client: Path, chat_server: ChatFake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:  # noqa: ARG001 - no client, no router
    with Router(routes(chat_server), tmp_path_factory.mktemp("forward"), forward=True) as router:
        yield router


def through(router: Router) -> dict[str, str]:
    return {
        "HTTPS_PROXY": router.forward_url,
        "NODE_EXTRA_CA_CERTS": str(router.authority),
        "ANTHROPIC_AUTH_TOKEN": TOKEN,
        # What goes untouched to the real server would make the outcome depend on the network.
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }


@pytest.mark.parametrize("session", [each for each in SESSIONS if each.name in NAMES], ids=lambda session: session.name)
def test_a_session_ends_the_same_through_the_forward_proxy(
    side_by_side: SideBySide, forward: Router, chat_fake: ChatFake, session: Session
) -> None:
    straight, routed = side_by_side(session, through(forward))
    assert routed.outcome == straight.outcome
    assert chat_fake.complaints == []
    assert chat_fake.asked("big")
