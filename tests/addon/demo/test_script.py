from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from addon.demo import script
from addon.demo.script import NOTE, NOTE_TEXT, TITLE, Answer, Call


def asked(*messages: dict[str, Any], tools: tuple[str, ...] = ("Bash", "Read", "Write"), **fields: Any) -> Answer:
    functions = [{"type": "function", "function": {"name": name}} for name in tools]
    return script.answer(script.read({"model": "scripted-large", "messages": list(messages), "tools": functions, **fields}))


def called(answer: Answer) -> dict[str, Any]:
    """The answer as it comes back in the next request."""
    calls = [{"id": str(index), "function": {"name": call.name}} for index, call in enumerate(answer.calls)]
    return {"role": "assistant", "content": answer.text, "tool_calls": calls}


def result(text: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": "0", "content": text}


PROMPT: dict[str, Any] = {
    "role": "user",
    "content": [{"type": "text", "text": "<system-reminder>x</system-reminder>"}, {"type": "text", "text": "go"}],
}
REMINDER = {"role": "user", "content": "<system-reminder>\nthe task tools\n</system-reminder>"}


def test_a_title_is_json_where_json_is_asked_for() -> None:
    form = {"type": "json_schema", "json_schema": {"schema": {"properties": {"title": {}}}}}
    assert json.loads(asked({"role": "user", "content": "x"}, tools=(), response_format=form).text) == {"title": TITLE}
    assert asked({"role": "system", "content": "Write a title."}, tools=()).text == TITLE


def test_another_request_without_tools_gets_a_sentence() -> None:
    assert asked({"role": "user", "content": "Summarize."}, tools=()).text == script.SUMMARY


def test_a_whole_session() -> None:
    first = asked(PROMPT)
    assert [call.name for call in first.calls] == ["Bash", "Bash"]
    assert first.text
    assert first.reasoning
    history: list[dict[str, Any]] = [PROMPT, REMINDER, called(first), result("/tmp/demo"), result("")]
    second = asked(*history)
    assert second.calls[0] == Call("Write", {"file_path": f"/tmp/demo/{NOTE}", "content": NOTE_TEXT})
    assert len(second.calls) == 2
    history += [called(second), result("File created"), result(f". .. {NOTE}"), REMINDER]
    third = asked(*history)
    assert third.calls == (Call("Read", {"file_path": f"/tmp/demo/{NOTE}"}),)
    history += [called(third), result(f"     1\t{NOTE_TEXT}")]
    last = asked(*history)
    assert not last.calls
    assert last.text.startswith("Done")
    assert asked(*history, called(last), {"role": "user", "content": "again"}) == first


def test_a_note_that_is_not_there_is_not_reported_as_done() -> None:
    history = [
        PROMPT,
        called(asked(PROMPT)),
        result("/w"),
        called(asked(PROMPT)),
        result(""),
        called(asked(PROMPT)),
        result("No such file"),
    ]
    assert asked(*history).text.startswith("I could not leave a note. The last tool said: No such file")


def test_without_a_folder_nothing_is_written() -> None:
    answer = asked(PROMPT, called(asked(PROMPT)), result("permission denied"))
    assert not answer.calls
    assert "permission denied" in answer.text


@pytest.mark.parametrize("tools", [("Grep",), ("Read", "Write")])
def test_tools_that_are_not_offered_are_not_called(tools: tuple[str, ...]) -> None:
    answer = asked(PROMPT, tools=tools)
    assert not answer.calls
    assert "none of the tools I know" in answer.text


values = st.recursive(st.none() | st.text(max_size=5) | st.integers(), lambda inner: st.lists(inner, max_size=3), max_leaves=5)
message = st.dictionaries(st.sampled_from(["role", "content", "tool_calls"]), values) | values


@given(st.fixed_dictionaries({"messages": st.lists(message, max_size=4)}, optional={"tools": values, "response_format": values}))
def test_any_request_has_an_answer(body: dict[str, Any]) -> None:
    assert script.answer(script.read(body)).text
