from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from addon.doctor import report
from addon.doctor.finding import Finding, Fix, note, ok, problem, warning

LONG = "/a/path/that/is/much/too/long/for/a/line/of/eighty/columns/and/must/not/be/broken/config.yaml"
FOUND = [
    Finding("problem", "it is broken " * 9, LONG, "because " * 20, f"`chmod 600 {LONG}`", Fix("close it", str), "permissions"),
    Finding("ok", "the clock agrees", check="clock"),
    Finding("warning", "beware", fix="look out", check="claude"),
    Finding("note", "nothing was asked", why="offline", fix="`ccr doctor`", check="keys"),
]


def shown(encoding: str = "utf-8", *, only_wrong: bool = False) -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, write_through=True)
    report.show(FOUND, Console(file=file, width=80), only_wrong=only_wrong)
    return raw.getvalue().decode(encoding)


def test_what_is_wrong_comes_last_problems_at_the_very_end() -> None:
    text = shown()
    order = [text.index(word) for word in ("the clock agrees", "nothing was asked", "! warning claude", "✗ problem permissions")]
    assert order == sorted(order)
    assert text.rstrip().endswith("1 problem, 1 warning, 1 note, 1 ok")


def test_lines_are_no_longer_than_80_columns_and_paths_stay_whole() -> None:
    lines = shown().splitlines()
    assert all(len(line) <= 80 for line in lines if LONG not in line)
    assert sum(LONG in line for line in lines) == 2
    assert all(line == line.rstrip() for line in lines)


def test_each_level_can_be_told_without_colour_and_without_unicode() -> None:
    text = shown("ascii")
    for mark in ("+ ok", "- note", "! warning", "x problem", "->"):
        assert mark in text
    assert "\x1b" not in shown()


def test_only_what_is_wrong_can_be_shown() -> None:
    assert "clock" not in shown(only_wrong=True)


@pytest.mark.parametrize(
    ("findings", "line"), [([ok("x")], "1 ok: nothing is wrong"), ([note("x"), ok("y")], "1 note, 1 ok: nothing is wrong")]
)
def test_the_last_line_says_that_nothing_is_wrong(findings: list[Finding], line: str) -> None:
    assert report.summary(findings) == line


def test_several_are_counted() -> None:
    assert report.summary([problem("a", fix=""), problem("b", fix=""), warning("c", fix="")]) == "2 problems, 1 warning, 0 ok"


def test_json_is_a_list_with_all_there_is_to_say() -> None:
    (first, *_) = json.loads(report.as_json(FOUND))
    assert list(first) == ["check", "level", "what", "where", "why", "fix", "safe_fix"]
    assert (first["check"], first["level"], first["safe_fix"]) == ("permissions", "problem", "close it")
