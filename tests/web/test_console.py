"""mitmproxy's console, in a terminal that tmux plays. Skipped, and said to be, where there is no tmux."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.router import ROOT
from tests.support.terminal import Terminal

GOLDEN = ROOT / "tests" / "addon" / "inspect" / "golden"


@pytest.fixture(params=[80, 140], ids="{} columns".format)
def console(saved: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    if not shutil.which("tmux"):
        pytest.skip("no tmux on the PATH")
    terminal = Terminal(f"mitmproxy -nr {saved} -s {ROOT}/addon/ccr.py --set confdir={tmp_path}/confdir", tmp_path, request.param)
    yield terminal
    terminal.end()


def test_the_console_shows_each_flows_line_below_it(console: Terminal) -> None:
    screen = console.screen(until="subagent → acme 429")
    row = next(number for number, line in enumerate(screen) if "main → acme,kimi-k2 · nothing special" in line)
    above = screen[row - 1] + screen[row - 2]  # a narrow terminal gives a flow two rows
    assert "POST" in above
    assert "200" in above


def test_a_flow_opens_on_the_view_and_no_line_of_it_is_wrapped(console: Terminal) -> None:
    console.screen(until="subagent → acme 429")
    console.keys("Enter")
    request = [line.rstrip() for line in console.screen(until="settings changed, client → provider:")]
    console.keys("Tab")
    answer = [line.rstrip() for line in console.screen(until="tool call Write")]
    for side, screen in (("request", request), ("answer", answer)):
        wanted = (GOLDEN / f"parallel_calls.{side}.txt").read_text(encoding="utf-8").splitlines()[:30]
        start = screen.index(wanted[0])
        assert screen[start : start + len(wanted)] == wanted
