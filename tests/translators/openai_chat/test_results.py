from __future__ import annotations

from typing import Any

import pytest

from tests.support.chat_requests import (
    assistant,
    call,
    image,
    messages,
    pdf,
    result,
    text,
    user,
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("as it is", "as it is"),
        ([text("one"), text("two")], "one\ntwo"),
        (None, ""),
        ([], ""),
        ("", ""),
        ([{"type": "tool_reference", "tool_name": "Grep"}], "[Tool found: Grep]"),
        (
            [{"type": "search_result", "title": "T", "source": "http://s", "content": [text("found")]}],
            "[T](http://s)\nfound",
        ),
        ([{"type": "document", "title": "N", "source": {"type": "text", "data": "body"}}], "Document: N\nbody"),
    ],
)
def test_the_content_of_a_result(content: Any, expected: str) -> None:
    assert messages([user("go"), assistant(call("a")), user([result("a", content)])])[2]["content"] == expected


def test_a_result_without_content_has_the_field_all_the_same() -> None:
    got = messages([user("go"), assistant(call("a")), user([{"type": "tool_result", "tool_use_id": "a"}])])
    assert got[2] == {"role": "tool", "tool_call_id": "a", "content": ""}


@pytest.mark.parametrize(("said", "expected"), [("boom", "Error: boom"), ("Error: boom", "Error: boom"), ("", "Error: ")])
def test_a_failed_result_says_so_once(said: str, expected: str) -> None:
    got = messages([user("go"), assistant(call("a")), user([result("a", said, is_error=True)])])
    assert got[2]["content"] == expected


def test_files_of_results_come_in_one_user_message_after_all_results() -> None:
    turn = user([result("a", [text("here"), image()]), result("b", [pdf(title="x.pdf")]), result("c", "plain"), text("look")])
    got = messages([user("go"), assistant(call("a"), call("b", "Fetch"), call("c")), turn])
    assert [message["role"] for message in got[2:]] == ["tool", "tool", "tool", "user", "user"]
    assert got[2]["content"] == "here\n[File 1 of this result is in the user message after the tool results.]"
    assert [part["type"] for part in got[5]["content"]] == ["text", "image_url", "text", "file"]
    assert "`Fetch`" in got[5]["content"][2]["text"]
    assert got[6] == {"role": "user", "content": "look"}
