"""The service's log file: it grows to a bound, then the file before it is replaced."""

from __future__ import annotations

import io
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

MOST: Final = 5 * 1024 * 1024
"""Bytes of one log file; there are at most two."""


def older(path: Path) -> Path:
    """The log before this one."""
    return path.with_name(path.name + ".1")


class Output(io.TextIOBase):
    """A text stream at the end of a file. What writes to the process's standard output by itself goes there too."""

    encoding = "utf-8"

    def __init__(self, path: Path, most: int = MOST) -> None:
        self._path, self._most = path, most
        self._lock = threading.Lock()
        self._begins_line = True
        self._open()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 1

    def write(self, text: str) -> int:
        data = text.encode("utf-8", "backslashreplace")
        with self._lock:
            size = os.fstat(1).st_size
            if size and self._begins_line and size + len(data) > self._most:
                with suppress(FileNotFoundError):  # somebody has removed it, or its folder: go on where we are
                    self._path.replace(older(self._path))
                    self._open()
            self._begins_line = text.endswith("\n")
            while data:
                data = data[os.write(1, data) :]
        return len(text)

    def _open(self) -> None:
        """For this user alone: the log names hosts, models and costs."""
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, 1)
        os.dup2(file, 2)
        if file > 2:
            os.close(file)


def redirect(path: Path) -> None:
    """From now on this process writes to the log."""
    sys.stdout.flush()
    sys.stdout = sys.stderr = Output(path)
