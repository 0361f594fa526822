"""A program at a terminal of its own: what it shows is read, what a user would type is typed."""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

SECONDS = 30
ECHO_SECONDS = 5
# A terminal that the first process of a session opens becomes the one whose Ctrl-C it gets.
_TAKE_TERMINAL = "import os, sys; os.open(os.ttyname(0), os.O_RDWR); os.execvp(sys.argv[1], sys.argv[1:])"
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\r|\x07")


class Conversation:
    """Starts `command` at once, in 80 columns. A context manager, which ends the program if it still runs.

    It knows how far it has come: what was waited for once is not found again.
    """

    def __init__(self, command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
        self._raw = b""
        self._heard = 0  # characters of `shown`
        self._terminal, inner = os.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 80, 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, "-c", _TAKE_TERMINAL, *command], cwd=cwd, env={"TERM": "xterm-256color", **env},
            stdin=inner, stdout=inner, stderr=inner, start_new_session=True,
        )  # fmt: skip
        os.close(inner)

    @property
    def shown(self) -> str:
        """All that was shown, without colours and cursor movements."""
        return _CONTROL.sub("", self._raw.decode("utf-8", "replace"))

    def sees(self, text: str) -> None:
        """Waits for `text`; any white space counts as one blank, and long words may be wrapped."""
        pattern = re.compile(r"\s+".join(r"\n?".join(map(re.escape, word)) for word in text.split()))
        deadline = time.monotonic() + SECONDS
        goes_on = True
        while not (found := pattern.search(self.shown, self._heard)) and goes_on:
            assert time.monotonic() < deadline, f"it did not show `{text}`; it showed:\n{self.shown}"
            goes_on = self._read()
        assert found, f"it ended without `{text}`; it showed:\n{self.shown}"
        self._heard = found.end()

    def answers(self, question: str, text: str = "") -> None:
        self.sees(question)
        os.write(self._terminal, f"{text}\r".encode())

    def interrupts(self) -> None:
        """Ctrl-C, as the terminal sends it, and again as a user does where it had no effect.

        Python does not notice a signal that comes just before it begins to wait for input.
        """
        goes_on, told = True, self.shown
        while goes_on and self.shown.removesuffix("^C") == told:
            os.write(self._terminal, b"\x03")
            deadline = time.monotonic() + ECHO_SECONDS
            while goes_on and time.monotonic() < deadline and self.shown.removesuffix("^C") == told:
                goes_on = self._read()
            told = self.shown if self.shown.endswith("^C") else told

    def status(self) -> int:
        """Waits for the end: the exit status, or minus the signal's number."""
        deadline = time.monotonic() + SECONDS
        while self._read():
            assert time.monotonic() < deadline, f"it does not end; it shows:\n{self.shown}"
        return self._process.wait(SECONDS)

    def _read(self) -> bool:
        """More of what is shown, if there is any by now; False at the end."""
        if not select.select([self._terminal], [], [], 0.05)[0]:
            return True
        try:
            piece = os.read(self._terminal, 1 << 16)
        except OSError:  # Linux says so when the last process has closed its side
            return False
        self._raw += piece
        return bool(piece)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._terminal)
