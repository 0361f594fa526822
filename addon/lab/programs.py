"""A user's program, run for its exit status and the beginning of what it prints. None outlives the run that it is part of."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from types import FrameType
from typing import IO, Any, Final

KEPT: Final = 10_000
"""Bytes of an output. The rest is read, so that the program can go on, and forgotten."""

_CHUNK: Final = 65_536
_LAST_WORDS_SECONDS: Final = 1.0
"""For what an ended program has printed to be read. Others that it started may hold its output open for as long as they live."""


class TookTooLong(Exception):
    """It was ended."""


@dataclass(frozen=True, slots=True)
class Ended:
    """`status` is negative for a signal."""

    status: int
    out: bytes
    err: bytes


class Programs:
    """Those that run now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._over = False

    def run(self, words: Sequence[str], given: bytes, env: Mapping[str, str], seconds: float) -> Ended:
        """Without a shell; it reads `given`. Raises OSError, `TookTooLong`. From any thread."""
        with TemporaryFile() as document:
            document.write(given)
            document.seek(0)
            process = self._started(words, document, env)
        late = threading.Event()

        def end() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, end)
        out, err = _Output(process.stdout), _Output(process.stderr)
        for each in (timer, out, err):
            each.daemon = True
            each.start()
        status = process.wait()
        timer.cancel()
        with self._lock:
            self._running.discard(process)
        if late.is_set():
            raise TookTooLong
        until = time.monotonic() + _LAST_WORDS_SECONDS
        for each in (out, err):
            each.join(max(0.0, until - time.monotonic()))
        return Ended(status, out.kept, err.kept)

    def end(self) -> None:
        """All of them; no other begins."""
        with self._lock:
            self._over = True
            for process in self._running:
                process.kill()

    def _started(self, words: Sequence[str], document: IO[bytes], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._over:
                raise TookTooLong
            process = subprocess.Popen(  # noqa: S603  the user's own command, without a shell
                words, stdin=document, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
            )
            self._running.add(process)
            return process


class _Output(threading.Thread):
    def __init__(self, stream: IO[bytes] | None) -> None:
        super().__init__()
        self.kept = b""
        self._stream: Any = stream

    def run(self) -> None:
        with self._stream:
            while chunk := self._stream.read1(_CHUNK):
                self.kept += chunk[: KEPT - len(self.kept)]


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Lets SIGTERM unwind this program, as Ctrl-C does, so that what it started can be ended. Only the main thread can do so."""

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
