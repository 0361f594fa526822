from __future__ import annotations

from typing import Any

import pytest

from tests.support.chat_requests import (
    assistant,
    call,
    image,
    known_target,
    messages,
    result,
    rules,
    text,
    unknown_target,
    user,
    wire,
)
from translators.errors import BadRequest

MISTRAL = known_target("mistral", "mistral-large-latest")


def test_results_come_before_the_text_of_the_same_turn() -> None:
    got = messages([user("go"), assistant(call("a")), user([text("and now?"), result("a", "done")])])
    assert got[2:] == [
        {"role": "tool", "tool_call_id": "a", "content": "done"},
        {"role": "user", "content": "and now?"},
    ]


def test_results_are_sent_in_the_order_of_the_calls() -> None:
    got = messages([user("go"), assistant(call("a"), call("b")), user([result("b", "B"), result("a", "A")])])
    assert [message["content"] for message in got[2:]] == ["A", "B"]


def test_results_split_over_user_turns_are_brought_together() -> None:
    got = messages([user("go"), assistant(call("a"), call("b")), user([result("b", "B"), text("x")]), user([result("a", "A")])])
    assert [message["content"] for message in got[2:]] == ["A", "B", "x"]


def test_a_result_without_a_call_becomes_the_users_text() -> None:
    conversation = [user("go"), assistant(text("hm")), user([result("zzz", [text("old"), image()])])]
    got = messages(conversation)
    assert got[2]["role"] == "user"
    assert got[2]["content"][0]["text"].startswith("[Result of the tool call zzz, which is not in this conversation]\nold")
    assert got[2]["content"][1]["type"] == "image_url"
    assert rules({"messages": conversation}) == ["tools.orphan"]


def test_a_result_that_comes_a_turn_too_late_has_no_call_any_more() -> None:
    conversation = [user("go"), assistant(call("a")), user([result("a")]), assistant(text("done")), user([result("a", "again")])]
    assert messages(conversation)[-1]["role"] == "user"


@pytest.mark.parametrize("end", [[], [user("stop that")]])
def test_a_call_without_a_result_is_said_to_be_interrupted(end: list[dict[str, Any]]) -> None:
    conversation = [user("go"), assistant(call("a"), call("b")), user([result("b", "B")]), *end]
    got = messages(conversation)
    assert got[2] == {
        "role": "tool",
        "tool_call_id": "a",
        "content": "Error: the tool call was interrupted and gave no result.",
    }
    assert got[3]["content"] == "B"
    assert rules({"messages": conversation}) == ["tools.interrupted"]


def test_of_two_results_for_one_call_the_last_counts() -> None:
    got = messages([user("go"), assistant(call("a")), user([result("a", "old"), result("a", "new")])])
    assert [message["content"] for message in got[2:]] == ["new"]


def test_assistant_messages_in_a_row_are_one_turn_while_calls_are_open() -> None:
    got = messages([user("go"), assistant(call("a")), assistant(text("and"), call("b")), user([result("a"), result("b")])])
    assert [message["role"] for message in got] == ["user", "assistant", "tool", "tool"]
    assert [one["id"] for one in got[1]["tool_calls"]] == ["a", "b"]


def test_empty_texts_are_dropped_and_messages_left_with_nothing_too() -> None:
    got = messages([user([text("go"), text(" ")]), assistant(text("")), user([text("")]), user("on")])
    assert got == [{"role": "user", "content": "go"}, {"role": "user", "content": "on"}]


def test_several_texts_of_the_user_are_one_string() -> None:
    assert messages([user([text("a"), text("b")])]) == [{"role": "user", "content": "a\n\nb"}]


def test_a_search_result_of_the_users_is_text() -> None:
    block = {"type": "search_result", "title": "T", "source": "s", "content": [text("c")]}
    assert messages([user([block])])[0]["content"] == "[T](s)\nc"


@pytest.mark.parametrize(
    ("conversation", "complaint"),
    [
        ([user([text("a"), {"type": "container_upload", "file_id": "f"}])], r"messages\.0\.content\.1: .*`container_upload`"),
        ([user("a"), assistant({"type": "hologram"})], r"messages\.1\.content\.0: .*`hologram`"),
        ([user("a"), assistant(call("a")), user([result("a", [{"type": "hologram"}])])], r"messages\.2\.content\.0\.content\.0:"),
        ([user([call("a")])], r"messages\.0\.content\.0: .*`tool_use`"),
        ([{"role": "robot", "content": "x"}], r"messages\.0\.role: .*`robot`"),
        ([{"role": "user"}], r"messages\.0\.content: Input should be a valid string or a list"),
        ([user(None)], r"messages\.0\.content:"),
        ([user(["x"])], r"messages\.0\.content\.0: Input should be an object"),
        (["x"], r"messages\.0: Input should be an object"),
        (None, r"messages: Input should be a valid list"),
        ([], r"messages: at least one message"),
        ([user("")], r"messages: at least one message"),
        ([user([{"type": "text", "text": None}])], r"messages\.0\.content\.0\.text: Input should be a valid string"),
        ([user("a"), assistant({"type": "tool_use", "id": "a", "name": "n"})], r"messages\.1\.content\.0\.input: .*an object"),
        ([user("a"), assistant(call("a"), call("a"))], r"messages\.1\.content\.1\.id: .*unique"),
        ([user([{"type": "tool_result"}])], r"messages\.0\.content\.0\.tool_use_id:"),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_is_refused_with_its_place(conversation: Any, complaint: str) -> None:
    with pytest.raises(BadRequest, match=complaint):
        wire({"messages": conversation})


def test_an_assistant_message_stands_between_results_and_user_where_the_server_demands_it() -> None:
    got = messages([user("go"), assistant(call("a")), user([result("a"), text("x")])], MISTRAL)
    assert [message["role"] for message in got] == ["user", "assistant", "tool", "assistant", "user"]
    assert got[3]["content"] == "Understood."


def test_user_messages_in_a_row_become_one_where_turns_must_alternate() -> None:
    target = unknown_target(merge_user=True)
    got = messages([user("a"), {"role": "system", "content": "s"}, user([image()])], target)
    assert len(got) == 1
    assert [part["type"] for part in got[0]["content"]] == ["text", "image_url"]
    assert got[0]["content"][0]["text"] == "a\n\n<system-reminder>\ns\n</system-reminder>"
