from __future__ import annotations

from typing import Any

import pytest

from tests.support.chat_requests import (
    asked,
    assistant,
    call,
    known_target,
    messages,
    result,
    sent,
    text,
    thinking,
    unknown_target,
    user,
    wire,
)
from translators.contract import Request
from translators.errors import BadRequest
from translators.opaque import seal
from translators.openai_chat.request import encode

LONG = "mcp__a_server_with_quite_a_long_name__a_tool_with_an_even_longer_name_than_that"
MISTRAL = known_target("mistral", "mistral-large-latest")


def test_an_assistant_turn_is_one_message_with_its_texts_and_all_its_calls() -> None:
    turn = assistant(text("First."), call("a", "Read", {"p": 1}), text("Then."), call("b", "Bash", {"c": "ls"}))
    assert messages([user("go"), turn, user([result("a"), result("b")])])[1] == {
        "role": "assistant",
        "content": "First.\n\nThen.",
        "tool_calls": [
            {"id": "a", "type": "function", "function": {"name": "Read", "arguments": '{"p":1}'}},
            {"id": "b", "type": "function", "function": {"name": "Bash", "arguments": '{"c":"ls"}'}},
        ],
    }


def test_a_turn_of_calls_alone_has_null_content_and_empty_input_is_an_empty_object() -> None:
    message = messages([user("go"), assistant(call("a")), user([result("a")])])[1]
    assert message["content"] is None
    assert message["tool_calls"][0]["function"]["arguments"] == "{}"


def test_a_legal_id_is_kept() -> None:
    got = messages([user("go"), assistant(call("toolu_01AbC-x")), user([result("toolu_01AbC-x")])])
    assert got[1]["tool_calls"][0]["id"] == got[2]["tool_call_id"] == "toolu_01AbC-x"


@pytest.mark.parametrize("call_id", ["x" * 41, "functions.Read:0", "ä"])
def test_an_illegal_id_is_mapped_the_same_way_in_both_places(call_id: str) -> None:
    got = messages([user("go"), assistant(call(call_id)), user([result(call_id)])])
    wire_id = got[1]["tool_calls"][0]["id"]
    assert wire_id == got[2]["tool_call_id"] != call_id
    assert len(wire_id) <= 40


def test_mistral_gets_ids_of_nine_letters_and_digits() -> None:
    got = messages(
        [user("go"), assistant(call("toolu_1"), call("abcDEF123")), user([result("toolu_1"), result("abcDEF123")])], MISTRAL
    )
    ids = [one["id"] for one in got[1]["tool_calls"]]
    assert ids == [got[2]["tool_call_id"], got[3]["tool_call_id"]]
    assert len(ids[0]) == 9
    assert ids[0].isalnum()
    assert ids[1] == "abcDEF123"


def test_kimi_gets_its_ids_back_unchanged() -> None:
    target = known_target("moonshot", "kimi-k2-0905-preview")
    got = messages([user("go"), assistant(call("functions.Read:0")), user([result("functions.Read:0")])], target)
    assert got[2]["tool_call_id"] == "functions.Read:0"


def test_a_long_tool_name_is_shortened_everywhere_and_can_be_restored() -> None:
    body = asked(
        messages=[user("go"), assistant(call("a", LONG)), user([result("a")])],
        tools=[{"name": LONG, "input_schema": {}}],
        tool_choice={"type": "tool", "name": LONG},
    )
    request = wire(body)
    fields = sent(body)
    (short,) = request.tool_names
    assert len(short) == 64
    assert request.tool_names == {short: LONG}
    assert fields["messages"][1]["tool_calls"][0]["function"]["name"] == short
    assert fields["tools"][0]["function"]["name"] == fields["tool_choice"]["function"]["name"] == short


def test_calls_that_anthropics_servers_ran_become_text() -> None:
    turn = assistant(
        {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "x"}},
        {
            "type": "web_search_tool_result",
            "tool_use_id": "s",
            "content": [{"type": "web_search_result", "title": "T", "url": "http://t", "encrypted_content": "zzz"}],
        },
        {"type": "mcp_tool_use", "name": "find"},
        {"type": "mcp_tool_result", "content": [text("found"), "raw"]},
        {"type": "web_fetch_tool_result", "content": "page"},
        {"type": "code_execution_tool_result", "content": {"stdout": "1", "encrypted_stdout": "zzz"}},
        {"type": "compaction", "content": "what was before"},
        text("So."),
    )
    assert messages([user("go"), turn])[1]["content"].split("\n\n") == [
        '[Called web_search with {"query":"x"}]',
        "[Result of web_search]\n- T: http://t",
        "[Called find with {}]",
        '[Result of mcp]\nfound\n"raw"',
        "[Result of web_fetch]\npage",
        '[Result of code_execution]\n{"stdout":"1"}',
        "what was before",
        "So.",
    ]


def test_input_nested_without_end_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"a": deep}
    body = {"messages": [user("go"), {"role": "assistant", "content": [call("a", "n", deep)]}]}
    with pytest.raises(BadRequest, match="cannot be written as JSON"):
        wire_without_raw(body)


def wire_without_raw(body: dict[str, Any]) -> None:
    encode(Request(b"", body), unknown_target())


def test_thinking_is_left_out_for_a_target_that_does_not_want_it_back() -> None:
    turn = assistant(thinking("hmm"), {"type": "redacted_thinking", "data": "x"}, text("ok"))
    assert messages([user("go"), turn])[1] == {"role": "assistant", "content": "ok"}


def test_reasoning_comes_back_with_calls_and_is_empty_where_there_was_none() -> None:
    target = unknown_target(reasoning_history="reasoning_content")
    conversation = [
        user("go"),
        assistant(thinking("one"), thinking("two"), call("a")),
        user([result("a")]),
        assistant(call("b")),
        user([result("b")]),
        assistant(text("done")),
        user("more"),
        assistant(thinking("three"), text("ok")),
    ]
    got = [message for message in messages(conversation, target) if message["role"] == "assistant"]
    assert [message.get("reasoning_content") for message in got] == ["one\ntwo", "", None, "three"]


def test_reasoning_details_come_back_to_the_provider_and_model_that_sealed_them() -> None:
    target = known_target("openrouter", "openai/gpt-5")
    ours = thinking("x", seal({"provider": "openrouter", "reasoning_details": [{"type": "reasoning.encrypted", "data": "d"}]}))
    foreign = thinking("y", seal({"provider": "other", "reasoning_details": [{"data": "no"}]}))
    other_model = thinking("z", seal({"provider": "openrouter", "model": "x/y", "reasoning_details": [{"data": "no"}]}))
    got = messages([user("go"), assistant(ours, foreign, other_model, text("a")), assistant(foreign, text("b"))], target)
    assert got[1]["reasoning_details"] == [{"type": "reasoning.encrypted", "data": "d"}]
    assert "reasoning_details" not in got[2]


def test_thinking_stands_in_tags_at_the_head_of_the_content_where_the_target_writes_it_so() -> None:
    got = messages(
        [user("go"), assistant(thinking("hmm"), text("ok")), assistant(text("b"))], known_target("minimax", "MiniMax-M2")
    )
    assert got[1]["content"] == "<think>\nhmm\n</think>\n\nok"
    assert got[2]["content"] == "b"


def test_gemini_3_gets_a_signature_on_the_first_call_of_a_turn() -> None:
    target = known_target("gemini", "gemini-3-pro-preview")
    sealed = thinking("", seal({"provider": "gemini", "thought_signature": "real"}))
    conversation = [user("go"), assistant(call("a"), call("b")), user([result("a"), result("b")]), assistant(sealed, call("c"))]
    got = messages(conversation, target)
    assert got[1]["tool_calls"][0]["extra_content"] == {"google": {"thought_signature": "skip_thought_signature_validator"}}
    assert "extra_content" not in got[1]["tool_calls"][1]
    assert got[4]["tool_calls"][0]["extra_content"] == {"google": {"thought_signature": "real"}}
