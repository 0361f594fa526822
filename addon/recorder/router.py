"""A router for one recording: mitmdump with the addon, on a port of its own, writing its flows to a file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from addon.recordings.flow_file import RecordingError

SCRIPT: Final = Path(__file__).resolve().parents[1] / "ccr.py"
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 20.0
_LISTENING: Final = re.compile(r"ccr: listening at (http://[^\s·]+)")
_KEPT_LINES: Final = 200


class RecordingRouter:
    """A context manager; `url` is where clients connect. When it is left, all flows are in the file. Raises `RecordingError`."""

    def __init__(self, file: Path, config: str) -> None:
        self.url = ""
        self._command = [_program("mitmdump"), "-s", str(SCRIPT), *_options(file, config)]
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._ready = threading.Event()

    @property
    def output(self) -> str:
        """The last lines it said."""
        return "".join(self._lines)

    def __enter__(self) -> Self:
        # A session of its own: what is typed at the terminal goes to the client alone.
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            text=True, encoding="utf-8", errors="replace", env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        try:
            self._listening()
        except BaseException:
            self._stop()
            raise
        return self

    def _listening(self) -> None:
        ready = self._ready.wait(START_SECONDS)
        if not self.url:
            why = "the router ended" if ready else f"the router did not start within {START_SECONDS:.0f} s"
            raise RecordingError(f"{why}; it said:\n{self.output.strip()}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line)
            if not self.url and (found := _LISTENING.search(line)):
                self.url = found[1]
                self._ready.set()
        self._ready.set()

    def _stop(self) -> None:
        """End it. What it still holds is written then."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reading.join(STOP_SECONDS)


def _options(file: Path, config: str) -> list[str]:
    # mitmproxy reads the file's name as a form for dates.
    options = {"save_stream_file": str(file).replace("%", "%%"), "server": "false", "ccr_listen": "127.0.0.1:0", "flow_detail": 0}
    if config:
        options["ccr_config"] = config
    return [word for name, value in options.items() for word in ("--set", f"{name}={value}")]


def _program(name: str) -> str:
    """The mitmproxy program of this Python's environment, else the one on PATH."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        raise RecordingError(f"`{name}` is not installed; hint: run `uv sync` in ccr's folder, then `uv run ccr record`")
    return found
