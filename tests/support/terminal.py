"""A program in a terminal that tmux plays: keys go in, the screen's text comes out."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path


class Terminal:
    """`command` in a terminal of so many `columns` and 60 rows, of its own tmux server."""

    def __init__(self, command: str, folder: Path, columns: int) -> None:
        self._socket = str(folder / "tmux")
        surroundings = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(folder), "LANG": "C.UTF-8"}
        size = ["-x", str(columns), "-y", "60"]
        self._tmux("-f", "/dev/null", "new-session", "-d", *size, command, env={**surroundings, "TERM": "xterm-256color"})

    def _tmux(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        command = ["tmux", "-S", self._socket, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=env, timeout=20).stdout

    def keys(self, *names: str) -> None:
        self._tmux("send-keys", *names)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    def command(self, text: str, *, until: str) -> list[str]:
        """What mitmproxy's box shows of a command that is typed at its prompt. The box is closed again."""
        self.keys(":")
        self.screen(until="\n:")
        self.type(text)
        self.keys("Enter")
        box = [line.partition("│")[2].partition("│")[0].rstrip() for line in self.screen(until=until) if line.count("│") == 2]
        self.keys("q")
        self.screen(until="Flow:")
        return [line for line in box if line]

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
