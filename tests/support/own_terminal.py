"""A program in a pseudo-terminal of its own, 80 columns wide."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

SECONDS = 60


class OwnTerminal:
    """Starts `command` with the terminal as its own: Ctrl-C reaches it, the end of the terminal ends it. A context manager."""

    def __init__(self, command: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
        self.said = ""
        self._screen, inner = os.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self._process = subprocess.Popen(
            command, cwd=cwd, env={"TERM": "xterm-256color", **env}, stdin=inner, stdout=inner, stderr=inner,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads here
        )  # fmt: skip
        os.close(inner)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._screen >= 0:
            os.close(self._screen)

    def type(self, keys: str) -> None:
        os.write(self._screen, keys.encode())

    def close(self) -> int:
        """The window is closed; the status of the program, which is told so by SIGHUP."""
        os.close(self._screen)
        self._screen = -1
        return self._process.wait(SECONDS)

    def wait_for(self, text: str) -> str:
        """All it has said, once `text` is in it. Raises AssertionError if that does not come."""
        deadline = time.monotonic() + SECONDS
        while text not in self.said:
            assert time.monotonic() < deadline, f"it did not say `{text}`:\n{self.said}"
            if not self._read():
                break
        assert text in self.said, self.said
        return self.said

    def ended(self) -> int:
        """Its status, once it has ended by itself."""
        deadline = time.monotonic() + SECONDS
        while self._read():
            assert time.monotonic() < deadline, f"it goes on:\n{self.said}"
        return self._process.wait(SECONDS)

    def _read(self) -> bool:
        """Whether the terminal is still open."""
        if not select.select([self._screen], [], [], 0.05)[0]:
            return True
        data = b""
        with contextlib.suppress(OSError):  # EIO: nobody has the other end any more
            data = os.read(self._screen, 65_536)
        self.said += data.decode(errors="replace")
        return bool(data)
