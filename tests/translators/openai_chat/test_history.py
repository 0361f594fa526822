from __future__ import annotations

from typing import Any

import pytest

from tests.support.chat_requests import (
    asked,
    assistant,
    call,
    image,
    known_target,
    messages,
    pdf,
    result,
    rules,
    sent,
    text,
    thinking,
    unknown_target,
    user,
    wire,
)
from translators.errors import BadRequest
from translators.opaque import seal

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


def test_results_come_before_the_text_of_the_same_turn() -> None:
    got = messages([user("go"), assistant(call("a")), user([text("and now?"), result("a", "done")])])
    assert got[2:] == [
        {"role": "tool", "tool_call_id": "a", "content": "done"},
        {"role": "user", "content": "and now?"},
    ]


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
        ([user([text(None)])], r"messages\.0\.content\.0\.text: Input should be a valid string"),
        ([user("a"), assistant({"type": "tool_use", "id": "a", "name": "n"})], r"messages\.1\.content\.0\.input: .*an object"),
        ([user("a"), assistant(call("a"), call("a"))], r"messages\.1\.content\.1\.id: .*unique"),
        ([user([{"type": "tool_result"}])], r"messages\.0\.content\.0\.tool_use_id:"),
    ],
)  # fmt: skip
def test_what_cannot_be_carried_is_refused_with_its_place(conversation: Any, complaint: str) -> None:
    with pytest.raises(BadRequest, match=complaint):
        wire({"messages": conversation})


def test_input_nested_without_end_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5_000):
        deep = {"a": deep}
    body = {"messages": [user("go"), {"role": "assistant", "content": [call("a", "n", deep)]}]}
    with pytest.raises(BadRequest, match="cannot be written as JSON"):
        wire_without_raw(body)


def wire_without_raw(body: dict[str, Any]) -> None:
    from translators.contract import Request
    from translators.openai_chat.request import encode

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
