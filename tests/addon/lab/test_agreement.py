"""How far tool calls agree, computed by hand."""

from __future__ import annotations

import pytest

from addon.lab import agreement as measured
from addon.lab.agreement import agreement, paired
from addon.recordings.exchange import ToolCall
from tests.support.exchanges import answer, call

LS, CAT, READ = call("Bash", command="ls"), call("Bash", command="cat"), call("Read", file_path="a")


@pytest.mark.parametrize(
    ("before", "after", "same_tool", "same_arguments"),
    [
        ((), (), 0, 0),
        ((LS,), (LS,), 1, 1),
        ((LS,), (CAT,), 1, 0),
        ((LS,), (), 0, 0),
        ((), (LS,), 0, 0),
        ((LS, READ), (READ, LS), 1, 1),  # in order, one of the two only
        ((LS, CAT), (CAT,), 1, 1),  # the one that is more alike
        ((LS, READ, CAT), (LS, CAT), 2, 2),
    ],
)
def test_calls_of_the_same_tool_are_paired_in_order(
    before: tuple[ToolCall, ...], after: tuple[ToolCall, ...], same_tool: int, same_arguments: int
) -> None:
    found = agreement(answer(*before), answer(*after))
    assert (found.calls, found.same_tool, found.same_arguments) == (max(len(before), len(after)), same_tool, same_arguments)


def test_likeness_is_one_less_the_normalised_edit_distance() -> None:
    # {"command":"ls"} and {"command":"ls -a"}: 16 and 19 characters, 3 insertions: 1 - 3/19
    found = agreement(answer(LS), answer(call("Bash", command="ls -a")))
    assert found.likeness == pytest.approx(16 / 19)


def test_the_order_and_spelling_of_keys_does_not_count() -> None:
    one = ToolCall("Bash", '{"a": 1, "b": "\\u00e4"}', {"a": 1, "b": "ä"})
    other = ToolCall("Bash", '{"b":"ä","a":1}', {"b": "ä", "a": 1})
    assert agreement(answer(one), answer(other)).same_arguments == 1


def test_long_arguments_are_compared_by_lines() -> None:
    lines = [f"line {number}" for number in range(3000)]
    changed = [*lines[:1500], "another", *lines[1501:]]
    one, other = call("Write", content="\n".join(lines)), call("Write", content="\n".join(changed))
    assert len(measured.canonical(one)) > measured.LONG
    assert measured.likeness(one, other) == pytest.approx(2999 / 3000)


def test_arguments_that_are_no_json_are_compared_as_they_are() -> None:
    broken = ToolCall("Bash", '{"command": ', None)
    assert agreement(answer(broken), answer(broken)).same_arguments == 1
    assert agreement(answer(LS), answer(broken)).same_arguments == 0


def test_the_stop_reason_agrees_only_where_there_is_one() -> None:
    assert agreement(answer(), answer()).same_stop
    assert not agreement(answer(), answer(LS)).same_stop
    assert not agreement(answer(stop_reason=""), answer(stop_reason="")).same_stop


def test_every_call_is_in_one_pair() -> None:
    pairs = paired((LS, READ), (CAT, CAT))
    assert [one for one, _ in pairs if one] == [LS, READ]
    assert [other for _, other in pairs if other] == [CAT, CAT]
