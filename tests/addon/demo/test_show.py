from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from addon.demo import show

RECORD: dict[str, Any] = {
    "kind": "main",
    "route": "default",
    "reason": "nothing special",
    "provider": "demo",
    "model": "scripted-large",
    "attempts": [
        {"provider": "a", "model": "b", "error": "refused"},
        {"provider": "demo", "model": "scripted-large", "error": None},
    ],
    "tool_calls": [{"name": "Bash", "input": '{"command":"[bold]ls[/bold]"}', "repaired": True}],
    "usage": {"input": 1234, "output": 56, "estimated": True},
    "cost": 0.00123,
    "timings": {"first_byte_ms": 12, "total_ms": 345},
    "error": None,
    "status": 200,
}


def shown(record: dict[str, Any]) -> str:
    console = Console(width=200, no_color=True)
    with console.capture() as capture:
        show.request(console, 1, record)
    return capture.get()


def test_a_request_is_shown_with_all_that_was_decided() -> None:
    assert shown(RECORD).splitlines() == [
        " 1  main  → demo,scripted-large  default: nothing special",
        "    failed at a,b: refused",
        '    tool call Bash {"command":"[bold]ls[/bold]"}  (arguments repaired)',
        "    200 · about 1,234 tokens in, 56 out · $0.0012 · first byte 12 ms · 345 ms in all",
    ]


def test_a_call_is_one_line_cut_at_the_terminals_width_and_whole_in_a_file() -> None:
    record = {**RECORD, "tool_calls": [{"name": "Bash", "input": '{"command": "' + "word " * 12 + 'end"}'}]}
    file, terminal = io.StringIO(), io.StringIO()
    show.request(Console(file=file, width=60), 1, record)
    show.request(Console(file=terminal, width=60, force_terminal=True, color_system=None), 1, record)
    assert '    tool call Bash {"command": "' + "word " * 12 + 'end"}' in file.getvalue().splitlines()
    calls = [line for line in terminal.getvalue().splitlines() if "word" in line]
    assert [(len(line), line[-1]) for line in calls] == [(60, "…")]


def test_an_unknown_price_and_a_missing_answer_are_said() -> None:
    text = shown(
        {
            **RECORD,
            "cost": None,
            "timings": {"first_byte_ms": None, "total_ms": 3},
            "error": {"status": 529, "message": "busy", "type": "overloaded_error"},
        }
    )
    assert "price unknown · no first byte · 3 ms in all" in text
    assert "529 overloaded_error: busy" in text


def test_a_long_call_is_cut() -> None:
    long = {**RECORD, "tool_calls": [{"name": "Write", "input": "x" * 500}]}
    assert "x…" in shown(long)
    assert "repaired" not in shown(long)


def test_the_summary_says_that_the_prices_are_invented() -> None:
    console = Console(width=200, no_color=True)
    with console.capture() as capture:
        show.summary(console, [RECORD, RECORD])
    assert capture.get().strip() == "2 requests, 2 tool calls, $0.0025 at the demo's invented prices"
