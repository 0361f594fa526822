"""One pair of answers, line by line."""

from __future__ import annotations

from addon.lab.difference import difference
from tests.support.exchanges import answer, call, exchange


def test_a_pair_is_shown_with_its_texts_calls_and_times() -> None:
    before = answer(
        call("Edit", file_path="/a", old_string="one\ntwo\n", new_string="x"),
        call("Bash", command="ls"),
        text="First line.\nSecond line.",
        first_ms=100, total_ms=2000, cost=0.5, input=10, output=5,
    )  # fmt: skip
    after = answer(
        call("Edit", file_path="/a", old_string="one\nthree\n", new_string="x"),
        text="First line.\nAnother line.",
        choice="new,one", first_ms=50, total_ms=1000,
    )  # fmt: skip
    lines = difference(exchange("e1", before), after)
    text = "\n".join(" ".join(line.split()) for line in lines)
    assert lines[:3] == ["e1 · main · turn 1.1 · s1", "- old,one (recorded)", "+ new,one"]
    assert "total time 2.00 s 1.00 s" in text
    assert "cost $0.5000 unknown" in text
    assert "tool calls Edit, Bash ≠ Edit" in text
    assert [line for line in lines if line.endswith(" line.") and line[0] in "-+"] == ["-Second line.", "+Another line."]
    assert "tool calls: 1 of 2 call the same tool, 0 with the same arguments" in lines
    assert [line for line in lines if line in ("-  two", "+  three")] == ["-  two", "+  three"]
    assert "  Bash: only recorded" in lines
    assert "-command: ls" in lines


def test_what_is_the_same_is_said_to_be() -> None:
    lines = difference(
        exchange("e1", answer(call("Bash", command="ls"), text="Hm.")), answer(call("Bash", command="ls"), text="Hm.")
    )
    assert "text: the same" in lines
    assert "  Bash: the same arguments" in lines
    assert not any("≠" in line for line in lines)


def test_an_error_is_told() -> None:
    lines = difference(exchange("e1"), answer(error="overloaded_error", message="too busy", stop_reason=""))
    assert "error: too busy" in lines
    assert any("end_turn" in line and "≠ error overloaded_error" in line for line in lines)
