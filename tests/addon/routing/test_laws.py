from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from addon.routing.decide import Decision, decide
from tests.support.routing import EXITED, HAIKU, PLAN, ULTRATHINK, Table
from translators.contract import Request

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from([PLAN, ULTRATHINK, "<system-reminder>"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
role = st.sampled_from(["user", "assistant", "system", "tool"]) | junk
block = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["text", "tool_use", "tool_result", "image", "thinking"]) | junk,
        "text": st.sampled_from([PLAN, EXITED, "<CCR-SUBAGENT-MODEL>mockprov,x</CCR-SUBAGENT-MODEL>", "hi"]) | junk,
        "content": junk,
        "name": st.sampled_from(["ExitPlanMode", "Read"]) | junk,
        "id": junk,
        "tool_use_id": junk,
        "is_error": junk,
    },
)
content = st.lists(block | junk, max_size=3) | junk
message = st.fixed_dictionaries({}, optional={"role": role, "content": content}) | junk
body = st.fixed_dictionaries(
    {"messages": st.lists(message, max_size=5)},
    optional={
        "model": st.sampled_from(["claude-opus-4-8", HAIKU, "mockprov,x", "mockprov/x"]) | st.integers(),
        "system": content,
        "tools": st.lists(st.fixed_dictionaries({}, optional={"name": junk, "type": junk}) | junk, max_size=3) | junk,
        "tool_choice": junk | st.fixed_dictionaries({"type": junk, "name": junk}),
        "thinking": junk
        | st.fixed_dictionaries({"type": st.sampled_from(["enabled", "disabled"]) | junk, "budget_tokens": junk}),
        "output_config": junk | st.fixed_dictionaries({"effort": junk, "format": junk}),
        "metadata": junk
        | st.fixed_dictionaries({"user_id": junk | st.sampled_from(["{", '{"session_id": 1}', "[]", "a_session_b"])}),
        "max_tokens": junk,
    },
)


@given(body, st.integers(0, 200_000))
def test_any_body_is_decided_and_never_changed(value: dict[str, Any], tokens: int) -> None:
    before = copy.deepcopy(value)
    decision = decide(Request(b"", value), tokens, Table())
    assert isinstance(decision, Decision)
    assert decision.reason
    assert repr(value) == repr(before)
