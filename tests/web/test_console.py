"""mitmproxy's console, in a terminal that tmux plays. Skipped, and said to be, where there is no tmux."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.router import ROOT

GOLDEN = ROOT / "tests" / "addon" / "inspect" / "golden"


class Terminal:
    """`command` in a terminal of 140 by 60, of its own tmux server."""

    def __init__(self, command: str, folder: Path) -> None:
        self._socket = str(folder / "tmux")
        surroundings = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}
        size = ["-x", "140", "-y", "60"]
        self._tmux("-f", "/dev/null", "new-session", "-d", *size, command, env={**surroundings, "TERM": "xterm-256color"})

    def _tmux(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        command = ["tmux", "-S", self._socket, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=env, timeout=20).stdout

    def keys(self, *names: str) -> None:
        self._tmux("send-keys", *names)

    def screen(self, *, until: str) -> list[str]:
        """The lines of the screen, once one of them holds `until`."""
        for _ in range(200):
            text = self._tmux("capture-pane", "-p")
            if until in text:
                return text.splitlines()
            time.sleep(0.1)
        raise AssertionError(f"`{until}` did not come:\n{text}")

    def end(self) -> None:
        self._tmux("kill-server")


@pytest.fixture
def console(saved: Path, tmp_path: Path) -> Iterator[Terminal]:
    if not shutil.which("tmux"):
        pytest.skip("no tmux on the PATH")
    terminal = Terminal(f"mitmproxy -nr {saved} -s {ROOT}/addon/ccr.py --set confdir={tmp_path}/confdir", tmp_path)
    yield terminal
    terminal.end()


def test_the_console_shows_each_flows_line_below_it_and_opens_on_the_view(console: Terminal) -> None:
    screen = console.screen(until="subagent → acme 429")
    row = next(number for number, line in enumerate(screen) if "main → acme,kimi-k2 · nothing special" in line)
    assert "POST" in screen[row - 1]
    assert "turn 2.1" in screen[row]
    console.keys("Enter")
    request = [line.rstrip() for line in console.screen(until="settings changed, client → provider:")]
    console.keys("Tab")
    answer = [line.rstrip() for line in console.screen(until="tool call Write")]
    for side, screen in (("request", request), ("answer", answer)):
        wanted = (GOLDEN / f"parallel_calls.{side}.txt").read_text(encoding="utf-8").splitlines()[:20]
        start = screen.index(wanted[0])
        assert screen[start : start + len(wanted)] == wanted
