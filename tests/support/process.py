"""A program that says on its output when it is ready."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 15


class Process:
    """Starts `command` at once; collects its output, both streams in one. `env` None: the caller's own."""

    def __init__(self, command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> None:
        self._lines: list[str] = []
        # Else a Python program would keep what it says back until its buffer is full.
        unbuffered = {**(os.environ if env is None else env), "PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen(
            command, cwd=cwd, env=unbuffered, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    @property
    def output(self) -> str:
        return "".join(self._lines)

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_for(self, pattern: re.Pattern[str]) -> str:
        """The pattern's first group, once the output has it. Raises AssertionError, with the output, if that does not come."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if found := pattern.search(self.output):
                return found[1]
            if self._process.poll() is not None:
                self._reading.join(STOP_SECONDS)
                raise AssertionError(f"the process ended with {self._process.returncode}:\n{self.output}")
            time.sleep(0.02)
        raise AssertionError(f"the process did not say `{pattern.pattern}` within {START_SECONDS} s:\n{self.output}")

    def stop(self) -> int:
        """Ends the process and returns its status."""
        self._process.terminate()
        try:
            status = self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        self._reading.join(STOP_SECONDS)
        return status

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as lines:
            self._lines.extend(lines)
