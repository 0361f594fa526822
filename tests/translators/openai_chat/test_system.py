from __future__ import annotations

from typing import Any

import pytest

from tests.support.chat_requests import asked, assistant, call, known_target, messages, result, sent, text, unknown_target, user
from translators.errors import BadRequest

BILLING = "x-anthropic-billing-header: cc_version=2.1.197.28c; cc_entrypoint=cli;"
OPENROUTER = known_target("openrouter", "anthropic/claude-opus-4.8")


def system_of(system: Any) -> list[dict[str, Any]]:
    return [message for message in sent(asked(system=system))["messages"] if message["role"] == "system"]


def test_blocks_become_one_leading_message_joined_by_blank_lines() -> None:
    assert sent(asked(system=[text("You are."), text("Be brief.")]))["messages"] == [
        {"role": "system", "content": "You are.\n\nBe brief."},
        {"role": "user", "content": "hi"},
    ]


def test_a_string_is_sent_as_it_is() -> None:
    assert system_of("You are.") == [{"role": "system", "content": "You are."}]


def test_the_billing_block_is_dropped() -> None:
    assert system_of([text(BILLING), text("You are.")]) == [{"role": "system", "content": "You are."}]


def test_what_follows_a_billing_line_in_the_same_text_stays() -> None:
    assert system_of(f"{BILLING}\nYou are.") == [{"role": "system", "content": "You are."}]


@pytest.mark.parametrize("empty", [None, "", [], [text("")], [text(BILLING)], " "])
def test_nothing_to_say_is_no_message(empty: Any) -> None:
    assert system_of(empty) == []


def test_a_system_item_stays_at_its_place_as_a_wrapped_user_message() -> None:
    conversation = [user("one"), {"role": "system", "content": "Plan mode is active"}, assistant(text("ok")), user("two")]
    assert messages(conversation) == [
        {"role": "user", "content": "one"},
        {"role": "user", "content": "<system-reminder>\nPlan mode is active\n</system-reminder>"},
        {"role": "assistant", "content": "ok"},
        {"role": "user", "content": "two"},
    ]


def test_a_system_item_of_blocks_is_joined_and_an_empty_one_is_dropped() -> None:
    conversation = [user("one"), {"role": "system", "content": [text("a"), text("b")]}, {"role": "system", "content": ""}]
    assert messages(conversation)[1:] == [{"role": "user", "content": "<system-reminder>\na\n\nb\n</system-reminder>"}]


def test_a_system_item_stays_system_where_the_target_allows_it_midway() -> None:
    conversation = [user("one"), {"role": "system", "content": "now"}]
    assert messages(conversation, unknown_target(system_midway=True))[1] == {"role": "system", "content": "now"}


def test_a_system_item_between_a_call_and_its_results_comes_after_all_of_them() -> None:
    conversation = [
        user("go"),
        assistant(call("a"), call("b")),
        user([result("a")]),
        {"role": "system", "content": "note"},
        user([result("b")]),
    ]
    assert [message["role"] for message in messages(conversation)] == ["user", "assistant", "tool", "tool", "user"]


def test_cache_marks_are_removed() -> None:
    mark = {"type": "ephemeral"}
    body = asked(system=[text("s", cache_control=mark)], messages=[user([text("u", cache_control=mark)])])
    assert "cache_control" not in str(sent(body))


def test_cache_marks_stay_where_the_target_reads_them() -> None:
    mark = {"type": "ephemeral"}
    conversation = [
        user([text("u")]),
        assistant(text("t"), call("a")),
        user([result("a", "r", cache_control=mark), text("x", cache_control=mark)]),
    ]
    got = messages(conversation, OPENROUTER, system=[text("s", cache_control=mark)])
    assert got[0]["content"] == [{"type": "text", "text": "s", "cache_control": mark}]
    assert got[1]["content"] == [{"type": "text", "text": "u"}]
    assert got[2]["content"] == [{"type": "text", "text": "t"}]
    assert got[3]["content"] == [{"type": "text", "text": "r", "cache_control": mark}]
    assert got[4]["content"] == [{"type": "text", "text": "x", "cache_control": mark}]


def test_a_block_that_is_no_text_is_refused_with_its_place() -> None:
    with pytest.raises(BadRequest, match=r"system\.0: Input should be a text block, not `image`"):
        system_of([{"type": "image"}])
