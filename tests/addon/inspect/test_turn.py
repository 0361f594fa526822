from __future__ import annotations

from typing import Any

import pytest

from addon.inspect.turn import turn_of
from tests.support.routing import assistant, call, captured, result, system, user

REMINDER = "<system-reminder>\nThe date is today.\n</system-reminder>"

CONVERSATIONS: list[tuple[str, list[Any], str]] = [
    ("a first prompt", [user("hi")], "1.1"),
    ("a prompt as a string", [{"role": "user", "content": "hi"}], "1.1"),
    ("a prompt after a reminder", [user(REMINDER, "hi")], "1.1"),
    ("the request after a tool", [user("hi"), assistant(call("Read")), user(result())], "1.2"),
    ("words beside a tool's result", [user("hi"), assistant(call("Read")), user(result(), "and mind the tests")], "1.2"),
    ("a second prompt", [user("hi"), assistant("hello"), user("now this")], "2.1"),
    ("a reminder of its own", [user("hi"), assistant("hello"), user("now this"), user(REMINDER), system("x")], "2.1"),
    ("no prompt", [user(REMINDER)], ""),
    ("nothing", [], ""),
]


@pytest.mark.parametrize(("messages", "turn"), [case[1:] for case in CONVERSATIONS], ids=[case[0] for case in CONVERSATIONS])
def test_prompts_are_counted_and_the_requests_since_the_last(messages: list[Any], turn: str) -> None:
    assert turn_of({"messages": messages}) == turn


@pytest.mark.parametrize("body", [{}, {"messages": 1}, {"messages": [1, None, {"role": "user"}]}])
def test_a_body_of_any_shape_has_no_turn_at_worst(body: dict[str, Any]) -> None:
    assert turn_of(body) == ""


@pytest.mark.parametrize(("name", "turn"), [("main_first_turn", "1.1"), ("subagent_tool_result", "1.2")])
def test_the_real_clients_requests_have_theirs(name: str, turn: str) -> None:
    assert turn_of(captured(name).body) == turn
