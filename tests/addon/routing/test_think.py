from __future__ import annotations

from typing import Any

import pytest

from tests.support.routing import (
    EXITED,
    HAIKU,
    PLAN,
    STILL_PLAN,
    ULTRATHINK,
    asked,
    assistant,
    call,
    changed,
    chosen,
    result,
    system,
    user,
)


def test_adaptive_thinking_is_no_reason_to_think() -> None:
    assert chosen(asked([user("hi")])) == ("default", "nothing special")


@pytest.mark.parametrize("effort", ["xhigh", "max"])
def test_effort_above_high_thinks(effort: str) -> None:
    assert chosen(asked([user("hi")], output_config={"effort": effort})) == ("think", f"effort {effort}")


@pytest.mark.parametrize("effort", ["low", "medium", "high", "", None, 3])
def test_effort_up_to_high_does_not(effort: Any) -> None:
    assert chosen(asked([user("hi")], output_config={"effort": effort}))[0] == "default"


def test_effort_does_not_count_where_thinking_is_disabled() -> None:
    assert chosen(asked([user("hi")], thinking={"type": "disabled"}, output_config={"effort": "max"}))[0] == "default"


def test_thinking_demanded_in_the_old_way_thinks_except_on_haiku() -> None:
    old = {"type": "enabled", "budget_tokens": 31999}
    assert chosen(asked([user("hi")], thinking=old)) == ("think", "thinking enabled, 31,999 tokens")
    assert chosen(asked([user("hi")], thinking=old, model=HAIKU))[0] == "default"


def test_plan_mode_thinks_and_is_said_first() -> None:
    assert chosen(changed("plan_mode_ultrathink", model="claude-opus-4-8")) == ("think", "plan mode")


@pytest.mark.parametrize(
    "text", [PLAN, STILL_PLAN, f"Available agent types …\n\n{PLAN}", f"{EXITED}\n\n## Re-entering Plan Mode\n\nYou are …"]
)
def test_plan_mode_is_read_from_the_clients_own_messages(text: str) -> None:
    assert chosen(asked([user("plan"), system(text)])) == ("think", "plan mode")


def test_plan_mode_holds_until_it_is_left() -> None:
    session = [user("plan"), system(PLAN), assistant("ok"), user("more")]
    assert chosen(asked(session))[0] == "think"
    left = [*session, system(EXITED)]
    assert chosen(asked(left))[0] == "default"
    assert chosen(asked([*left, assistant("done"), user("next")]))[0] == "default"
    assert chosen(asked([*left, assistant("done"), user("plan again"), system(STILL_PLAN)]))[0] == "think"


def test_the_last_of_two_statements_in_one_message_counts() -> None:
    assert chosen(asked([user("x"), system(f"{PLAN}\n\n{EXITED}")]))[0] == "default"


def test_an_approved_plan_ends_plan_mode_and_a_refused_one_does_not() -> None:
    before = [user("plan"), system(PLAN), assistant(call("ExitPlanMode"))]
    assert chosen(asked([*before, user(result("User has approved your plan. You can now start coding."))]))[0] == "default"
    assert chosen(asked([*before, user(result("The user doesn't want to proceed", is_error=True))]))[0] == "think"
    assert chosen(asked([*before, user(result("Your plan has been submitted to the team lead for approval."))]))[0] == "think"


def test_the_model_may_enter_plan_mode_itself() -> None:
    before = [user("do it"), assistant(call("EnterPlanMode"))]
    assert chosen(asked([*before, user(result("Entered plan mode."))])) == ("think", "plan mode")
    assert chosen(asked([*before, user(result("No such tool", is_error=True))]))[0] == "default"


@pytest.mark.parametrize("marker", [PLAN, ULTRATHINK])
def test_older_clients_say_it_in_a_reminder_of_the_user_message(marker: str) -> None:
    reminder = f"<system-reminder>\n{marker}\n</system-reminder>"
    assert chosen(asked([user(reminder, "do it")]))[0] == "think"
    assert chosen(asked([user("do it", reminder)]))[0] == "think"


@pytest.mark.parametrize("marker", [PLAN, ULTRATHINK])
def test_a_quotation_by_the_user_or_a_tool_does_not_count(marker: str) -> None:
    assert chosen(asked([user(marker)]))[0] == "default"
    assert chosen(asked([user(f"what does <system-reminder>{marker}</system-reminder> mean?")]))[0] == "default"
    assert chosen(asked([user("read"), assistant(call("Read")), user(result(f"<system-reminder>\n{marker}"))]))[0] == "default"
    assert chosen(asked([user("hi"), assistant(marker), user("and?")]))[0] == "default"


def test_plan_mode_mentioned_in_mid_sentence_is_no_statement() -> None:
    assert chosen(asked([user("hi"), system("Note: notes.md was modified: 12→Plan mode is active")]))[0] == "default"


def test_ultrathink_counts_for_its_turn_and_its_tool_calls_only() -> None:
    turn = [user("do ultrathink"), system(ULTRATHINK)]
    assert chosen(asked(turn)) == ("think", "ultrathink")
    loop = [*turn, assistant(call("Bash")), user(result())]
    assert chosen(asked(loop)) == ("think", "ultrathink")
    assert chosen(asked([*loop, system("The task tools haven't been used recently.")]))[0] == "think"
    reminded = [
        *turn,
        assistant(call("Skill")),
        user(result(), "<system-reminder>x</system-reminder>", "Base directory for this skill: /s"),
    ]
    assert chosen(asked(reminded))[0] == "think"
    assert chosen(asked([*loop, assistant("done"), user("thanks")]))[0] == "default"
    assert chosen(asked([*loop[:-1], user(result("interrupted"), "no, do this")]))[0] == "default"


def test_compaction_never_thinks() -> None:
    assert chosen(changed("compact", output_config={"effort": "max"})) == ("default", "compaction")
