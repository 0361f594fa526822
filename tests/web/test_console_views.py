"""Views in the console that tell more than the message does. Skipped, and said to be, where there is no tmux."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from mitmproxy import http
from mitmproxy.io import FlowReader

from tests.support import inspected
from tests.support.router import ROOT
from tests.support.terminal import Terminal


@pytest.fixture
def twins(saved: Path, tmp_path: Path) -> Iterator[Terminal]:
    """A console with two flows whose requests are the same to the byte, as when a client asks once more."""
    if not shutil.which("tmux"):
        pytest.skip("no tmux on the PATH")
    with saved.open("rb") as file:
        first = next(iter(FlowReader(file).stream()))
    assert isinstance(first, http.HTTPFlow)
    second = first.copy()
    second.metadata["ccr"]["reason"] = "asked for once more"
    path = inspected.saved([first, second], tmp_path / "twins.flows")
    terminal = Terminal(f"mitmproxy -nr {path} -s {ROOT}/addon/ccr.py --set confdir={tmp_path}/confdir", tmp_path, 80)
    yield terminal
    terminal.end()


def test_of_two_requests_with_the_same_body_each_shows_its_own_decision(twins: Terminal) -> None:
    twins.screen(until="main → acme")
    twins.keys("Enter")
    twins.screen(until="why:        nothing special")
    twins.keys("Space")
    twins.screen(until="why:        asked for once more")


def test_a_tool_is_unfolded_in_the_open_flow(twins: Terminal) -> None:
    twins.screen(until="main → acme")
    twins.keys("Enter")
    twins.screen(until="tools, 7 (schemas by `set ccr_unfold=NAME` or `=tools`)")
    twins.keys(":")
    twins.screen(until="\n:")
    twins.type("set ccr_unfold=Bash")
    twins.keys("Enter")
    screen = [line.rstrip() for line in twins.screen(until="tool Bash: |")]
    assert screen[screen.index("tool Bash: |") + 1] == "  Bash does what it says."
