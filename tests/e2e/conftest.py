"""The real client, the fakes it is led by and the router between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.routes import SideBySide, routes
from tests.e2e.sessions import Session
from tests.fakes.anthropic_fake import AnthropicFake
from tests.fakes.chat_fake import ChatFake
from tests.support.claude import TOKEN, NoClient, Run, base_url, find_client, run_client
from tests.support.router import Router


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here drives the client; starting it takes a while on a busy machine."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.client)
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def client() -> Path:
    try:
        return find_client()
    except NoClient as reason:
        pytest.skip(f"the real client cannot be had: {reason}")


@pytest.fixture(scope="module")
def anthropic_fake() -> Iterator[AnthropicFake]:
    with AnthropicFake(key=TOKEN) as fake:
        yield fake


@pytest.fixture(scope="module")
def chat_server() -> Iterator[ChatFake]:
    with ChatFake(secrets=[TOKEN]) as fake:
        yield fake


@pytest.fixture
def chat_fake(chat_server: ChatFake) -> ChatFake:
    """The provider behind the router, with nothing left over from the test before."""
    chat_server.reset()
    return chat_server


@pytest.fixture(scope="module")
def router(client: Path, chat_server: ChatFake, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:  # noqa: ARG001 - no client, no router
    with Router(routes(chat_server), tmp_path_factory.mktemp("router")) as router:
        yield router


@pytest.fixture
def side_by_side(client: Path, anthropic_fake: AnthropicFake) -> SideBySide:
    """Plays a session straight against the fake Anthropic and, at the same time, wherever `env` leads."""
    anthropic_fake.reset()

    def play(session: Session, env: Mapping[str, str]) -> tuple[Run, Run]:
        with ThreadPoolExecutor(2) as pool:
            ways = (base_url(anthropic_fake.url), env)
            straight, routed = pool.map(lambda way: run_client(client, session.prompt, env=way, files=session.files), ways)
        assert anthropic_fake.complaints == []
        assert straight.outcome == (session.result, session.rounds, False, {**session.files, **session.written})
        return straight, routed

    return play
