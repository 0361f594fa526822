"""What a service writes down of itself."""

from __future__ import annotations

import json
import stat
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from addon.service.place import service_folder, state_file
from addon.service.plan import Plan
from addon.service.state import State, read_state, remove_state, states, write_state

STATE = State(4711, "then", Plan("127.0.0.1", 4000, "/a/b.yaml", 8081, False, "the-password", "the-key"), "/a/log")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCR_HOME", str(tmp_path))


def test_it_is_read_as_it_was_written_and_is_for_the_user_alone() -> None:
    write_state(STATE)
    assert read_state(4000) == STATE
    assert list(states()) == [STATE]
    assert stat.S_IMODE(state_file(4000).stat().st_mode) == 0o600
    assert [file.name for file in service_folder().iterdir()] == ["4000.json"]


def test_its_secrets_are_not_shown() -> None:
    assert "the-password" not in repr(STATE)
    assert "the-key" not in repr(STATE)


def broken() -> list[str]:
    good: dict[str, Any] = asdict(STATE)
    parts = [good | {name: None} for name in good] + [good | {"plan": good["plan"] | {name: None}} for name in good["plan"]]
    lacking = [{key: value for key, value in good.items() if key != name} for name in good]
    return ["", "{", "\0", "null", "[]", "1", *(json.dumps(each) for each in (*parts, *lacking)), json.dumps(good)[:-20]]


@pytest.mark.parametrize("text", broken())
def test_what_is_none_is_none(text: str) -> None:
    service_folder()
    state_file(4000).write_text(text)
    assert read_state(4000) is None
    assert list(states()) == []


def test_one_that_was_written_for_another_port_is_none() -> None:
    write_state(STATE)
    state_file(4000).rename(state_file(4001))
    assert read_state(4001) is None
    assert list(states()) == []


def test_only_its_own_process_takes_it_away() -> None:
    write_state(STATE)
    remove_state(4000, STATE.pid + 1)
    assert read_state(4000) == STATE
    remove_state(4000, STATE.pid)
    assert read_state(4000) is None
