from __future__ import annotations

from typing import Any

import pytest

from tests.fakes.script import Said, Text, Thinking, Tool, find_turn, prompt, wants_title

TURNS: list[list[dict[str, Any]]] = [
    [{"thinking": "hm"}, {"text": "ä"}, {"tool": "Read", "input": {"file_path": "x"}}],
    [{"text": "end"}],
]


def test_the_first_turn_answers_the_message_that_carries_the_script() -> None:
    turn = find_turn([Said("user", prompt(TURNS))])
    assert turn.steps[:2] == (Thinking("hm"), Text("ä"))
    assert isinstance(turn.steps[2], Tool)
    assert turn.steps[2].input == {"file_path": "x"}


def test_each_assistant_message_after_the_script_moves_one_turn_on() -> None:
    messages = [Said("user", prompt(TURNS)), Said("assistant", ""), Said("user", "result")]
    assert find_turn(messages).steps == (Text("end"),)


def test_assistant_messages_before_the_script_do_not_count() -> None:
    messages = [Said("user", "hello"), Said("assistant", "Done."), Said("user", prompt(TURNS))]
    assert find_turn(messages).steps[0] == Thinking("hm")


def test_a_later_script_takes_over() -> None:
    messages = [Said("user", prompt(TURNS)), Said("assistant", ""), Said("user", prompt([[{"text": "new"}]]))]
    assert find_turn(messages).steps == (Text("new"),)


@pytest.mark.parametrize("messages", [[], [Said("user", "hi")], [Said("user", prompt([])), Said("assistant", "")]])
def test_without_a_turn_to_play_the_model_says_done(messages: list[Said]) -> None:
    assert find_turn(messages).steps == (Text("Done."),)


def test_a_script_inside_a_script_is_the_subagents_alone() -> None:
    inner = prompt([[{"text": "inner"}]])
    outer = prompt([[{"tool": "Agent", "input": {"prompt": inner}}], [{"text": "outer"}]])
    [call] = find_turn([Said("user", outer)]).tools
    assert call.name == "Agent"
    assert find_turn([Said("user", call.input["prompt"])]).steps == (Text("inner"),)


def test_what_follows_the_script_in_the_message_is_ignored() -> None:
    assert find_turn([Said("user", prompt(TURNS) + " and more ]]")]).steps[1] == Text("ä")


def test_raw_arguments_may_be_broken_and_the_finish_may_be_named() -> None:
    turn = find_turn([Said("user", prompt([[{"tool": "Bash", "arguments": '{"command": '}, {"finish": "length"}]]))])
    assert turn.tools[0].arguments == '{"command": '
    assert turn.finish == "length"


def test_every_call_of_a_conversation_has_its_own_key() -> None:
    turns = [[{"tool": "A"}, {"tool": "A"}], [{"tool": "A"}]]
    first = find_turn([Said("user", prompt(turns))])
    second = find_turn([Said("user", prompt(turns)), Said("assistant", "")])
    assert len({call.key for call in first.tools + second.tools}) == 3


def test_a_title_request_quotes_the_script_and_does_not_carry_it() -> None:
    assert wants_title([Said("user", f"<session>\n{prompt(TURNS)}\n</session>")])
    assert not wants_title([Said("user", prompt([[{"text": "<session>"}]]))])


@pytest.mark.parametrize("script", ["SCRIPT:[[", 'SCRIPT:[[{"sing":"la"}]]'])
def test_a_script_that_cannot_be_read_is_an_error(script: str) -> None:
    with pytest.raises(ValueError, match=r"no such step|Expecting"):
        find_turn([Said("user", script)])
