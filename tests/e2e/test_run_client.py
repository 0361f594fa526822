"""`ccr code` with the real client: through a service that it starts itself, to a strict fake provider."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.routes import routes
from tests.e2e.sessions import SESSIONS
from tests.fakes.anthropic_fake import AnthropicFake
from tests.fakes.chat_fake import ChatFake
from tests.support.claude import ALLOW_ALL
from tests.support.configs import official
from tests.support.service import CCR, Machine, machine

LOGIN = "sk-ant-oat01-the-users-own-login"
(SESSION,) = (each for each in SESSIONS if each.name == "one tool")


@pytest.fixture
def here(tmp_path: Path, client: Path) -> Iterator[Machine]:
    for it in machine(tmp_path):
        programs = it.home / "bin"
        programs.mkdir()
        (programs / "claude").symlink_to(client)
        it.env |= {"PATH": f"{programs}:{os.environ['PATH']}", "IS_SANDBOX": "1", "DISABLE_AUTOUPDATER": "1"}
        yield it


def played(here: Machine, *command: str, **env: str) -> dict[str, Any]:
    words = [str(CCR), *command, "-p", SESSION.prompt, "--output-format", "json", *ALLOW_ALL]
    done = subprocess.run(
        words,
        cwd=here.home,
        env=here.env | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, (done.stdout, done.stderr)
    report: dict[str, Any] = json.loads(done.stdout)
    assert (report["result"], report["is_error"]) == (SESSION.result, False)
    for name, content in SESSION.written.items():
        assert (here.home / name).read_bytes() == content
    return report


@pytest.mark.parametrize("command", [("code",), ("run", "--", "claude"), ("ci", "--", "claude")], ids=" ".join)
def test_a_session_goes_to_the_models_of_the_config(here: Machine, chat_fake: ChatFake, command: tuple[str, ...]) -> None:
    here.config(json.dumps(routes(chat_fake)))
    played(here, *command, ANTHROPIC_API_KEY="sk-ant-of-my-own", CLAUDE_CODE_USE_BEDROCK="1", HTTPS_PROXY="http://127.0.0.1:9")
    assert {"big", "small"} <= {seen.model for seen in chat_fake.asked()}
    assert chat_fake.complaints == []
    assert not any("sk-ant-of-my-own" in repr(seen.request) for seen in chat_fake.seen)
    assert here.answers() is (command[0] != "ci")


def test_the_users_own_login_arrives_where_it_is_passed_on(here: Machine) -> None:
    with AnthropicFake(key=LOGIN) as fake:
        here.config(json.dumps(official(fake.url)))
        played(here, "code", CLAUDE_CODE_OAUTH_TOKEN=LOGIN)
        assert fake.complaints == []
