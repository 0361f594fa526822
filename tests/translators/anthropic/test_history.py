from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translators.anthropic.history import fit_history
from translators.opaque import seal

FOREIGN = {"type": "thinking", "thinking": "hm", "signature": seal({"provider": "acme"})}
UNSIGNED = {"type": "thinking", "thinking": "hm", "signature": ""}
OWN = {"type": "thinking", "thinking": "hm", "signature": "ErUBCkYIBRgC"}
REDACTED = {"type": "redacted_thinking", "data": "x"}
TEXT = {"type": "text", "text": "hello"}
EDIT = {"type": "clear_thinking_20251015", "keep": "all"}
OTHER_EDIT = {"type": "clear_tool_uses_20250919"}


def call(call_id: str = "toolu_1") -> dict[str, Any]:
    return {"type": "tool_use", "id": call_id, "name": "f", "input": {}}


def result(call_id: str = "toolu_1") -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": call_id, "content": "ok"}


def says(*content: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": list(content)}


def user(*content: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(content) or "go"}


def body(*messages: Any, thinking: str = "enabled", **fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": list(messages), "thinking": {"type": thinking, "budget_tokens": 1024}, **fields}


def fit(given_body: dict[str, Any], *, strict: bool = True) -> tuple[dict[str, Any], set[str]]:
    before = deepcopy(given_body)
    fitted, notes = fit_history(given_body, strict=strict)
    assert given_body == before, "the client's body was changed"
    return fitted, {note.rule for note in notes}


@pytest.mark.parametrize(
    "capture", sorted((Path(__file__).parents[2] / "captures").glob("[a-z]*.json")), ids=lambda path: path.stem
)
def test_a_history_that_anthropic_wrote_stays_the_very_same(capture: Path) -> None:
    given_body = json.loads(capture.read_text())["body"]
    for block in (block for m in given_body["messages"] for block in m["content"] if isinstance(block, dict)):
        if block["type"] == "thinking":
            block["signature"] = "ErUBCkYIBRgC"
    fitted, notes = fit_history(given_body, strict=True)
    assert fitted is given_body
    assert notes == ()


def test_thinking_that_another_provider_wrote_is_dropped() -> None:
    fitted, rules = fit(body(user(), says(FOREIGN, TEXT), user(TEXT), says(OWN, TEXT), user()))
    assert fitted["messages"][1]["content"] == [TEXT]
    assert fitted["messages"][3]["content"] == [OWN, TEXT]
    assert fitted["thinking"]["type"] == "enabled"
    assert rules == {"thinking.foreign"}


def test_unsigned_thinking_is_dropped_for_a_server_that_checks() -> None:
    given_body = body(user(), says(UNSIGNED, TEXT), says({"type": "thinking", "thinking": "x"}, TEXT), user())
    assert [m["content"] for m in fit(given_body)[0]["messages"][1:3]] == [[TEXT], [TEXT]]
    assert fit_history(given_body, strict=False) == (given_body, ())
    assert fit(body(user(), says(FOREIGN, TEXT), user()), strict=False)[0]["messages"][1]["content"] == [TEXT]


def test_a_message_left_with_nothing_is_dropped_and_one_that_was_empty_is_not() -> None:
    fitted, _ = fit(body(user(), says(FOREIGN), user(TEXT), says()))
    assert fitted["messages"] == [user(), user(TEXT), says()]


def test_empty_texts_of_the_assistant_are_dropped() -> None:
    fitted, rules = fit(body(user(), says({"type": "text", "text": ""}, TEXT), user({"type": "text", "text": ""})))
    assert fitted["messages"][1:] == [says(TEXT), user({"type": "text", "text": ""})]
    assert rules == {"text.empty"}


def test_ids_that_anthropic_refuses_are_replaced_alike_in_the_call_and_its_result() -> None:
    given_body = body(user(), says(OWN, call("functions.f:0"), call("toolu_2")), user(result("functions.f:0"), result("toolu_2")))
    fitted, rules = fit(given_body)
    first, second = (block["id"] for block in fitted["messages"][1]["content"][1:])
    assert [block["tool_use_id"] for block in fitted["messages"][2]["content"]] == [first, second]
    assert second == "toolu_2"
    assert first.replace("_", "").replace("-", "").isalnum()
    assert rules == {"tool.id"}
    assert fit(given_body)[0] == fitted
    assert fit_history(given_body, strict=False) == (given_body, ())
    assert fit_history(body(says({"type": "tool_use"}), thinking="adaptive"), strict=True)[1] == ()


def test_thinking_is_switched_off_where_the_turn_under_way_has_none() -> None:
    edits = {"edits": [EDIT, OTHER_EDIT], "x": 1}
    given_body = body(user(), says(FOREIGN, call()), user(result()), context_management=edits)
    fitted, rules = fit(given_body)
    assert fitted["thinking"] == {"type": "disabled"}
    assert fitted["context_management"] == {"edits": [OTHER_EDIT], "x": 1}
    assert fitted["messages"][1] == says(call())
    assert rules == {"thinking.foreign", "thinking.off"}


def test_a_setting_that_only_clears_thinking_goes_with_it() -> None:
    given_body = body(
        user(), says(call()), user(result()), {"role": "system", "content": "s"}, context_management={"edits": [EDIT]}
    )
    fitted, rules = fit(given_body)
    assert "context_management" not in fitted
    assert rules == {"thinking.off"}
    assert fitted["messages"] == given_body["messages"]
    for management in ({"edits": 1}, None):
        assert fit({**given_body, "context_management": management})[0]["context_management"] == management


def test_a_turn_that_is_partly_anthropics_own_loses_the_rest_of_its_thinking_too() -> None:
    steps = [says(OWN, call()), user(result()), says(REDACTED, FOREIGN, call("toolu_2")), user(result("toolu_2"))]
    assert fit(body(user(), *steps))[0]["thinking"]["type"] == "enabled"
    steps[2] = says(FOREIGN, call("toolu_2"))
    fitted, _ = fit(body(user(), *steps))
    assert fitted["thinking"] == {"type": "disabled"}
    assert [m["content"] for m in fitted["messages"][1::2]] == [[call()], [call("toolu_2")]]


@pytest.mark.parametrize(
    "messages",
    [
        [user(), says(FOREIGN, TEXT), user(TEXT)],
        [user(), says(FOREIGN, call()), user(result()), says(TEXT), user(TEXT)],
        [user(), says(OWN, call()), user(result()), says(call("toolu_2")), user(result("toolu_2"))],
        [user(), {"role": "assistant", "content": "plain"}],
        [7, user()],
    ],
)
def test_thinking_stays_on_where_the_api_demands_none(messages: list[Any]) -> None:
    assert fit(body(*messages))[0]["thinking"]["type"] == "enabled"


def test_adaptive_thinking_may_leave_a_turn_without() -> None:
    fitted, rules = fit(body(user(), says(FOREIGN, call()), user(result()), thinking="adaptive"))
    assert fitted["thinking"]["type"] == "adaptive"
    assert rules == {"thinking.foreign"}


def test_a_lenient_server_is_asked_to_think_unless_its_turn_lost_its_thinking() -> None:
    assert fit(body(user(), says(call()), user(result())), strict=False)[0]["thinking"]["type"] == "enabled"
    assert fit(body(user(), says(FOREIGN, call()), user(result())), strict=False)[0]["thinking"]["type"] == "disabled"


def test_a_turn_whose_only_words_were_foreign_thinking_is_no_turn() -> None:
    fitted, _ = fit(body(user(), says(FOREIGN), user(result())))
    assert fitted["thinking"]["type"] == "enabled"
    assert fitted["messages"] == [user(), user(result())]


def test_a_step_in_plain_words_is_a_step() -> None:
    fitted, _ = fit(body(user(), {"role": "assistant", "content": "plain"}, says(call()), user(result())))
    assert fitted["thinking"] == {"type": "disabled"}
    assert fitted["messages"][1]["content"] == "plain"


_BLOCK = st.sampled_from([FOREIGN, UNSIGNED, OWN, REDACTED, TEXT, call(), call("a.b"), result(), result("a.b"), 7, "x", {}])
_MESSAGE = st.builds(
    lambda role, content: {"role": role, "content": content},
    st.sampled_from(["user", "assistant", "system"]),
    st.lists(_BLOCK) | st.just("x"),
)


@given(st.lists(_MESSAGE | st.just(7)), st.sampled_from(["enabled", "adaptive", "disabled"]), st.booleans())
def test_what_is_fitted_once_stays_and_holds_no_mark(messages: list[Any], thinking: str, strict: bool) -> None:
    fitted, _ = fit(body(*messages, thinking=thinking), strict=strict)
    assert "ccr1." not in json.dumps(fitted)
    assert fit_history(fitted, strict=strict) == (fitted, ())


@pytest.mark.parametrize("given_body", [{}, {"messages": None}, {"messages": "x", "thinking": 1}])
def test_a_body_without_messages_stays(given_body: dict[str, Any]) -> None:
    assert fit_history(given_body, strict=True) == (given_body, ())
