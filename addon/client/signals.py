"""The signals that reach a program while its command runs, one after the other, none of them lost and none of them fatal."""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Final, Self

PASSED_ON: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
_WATCHED: Final = (*PASSED_ON, signal.SIGCHLD)
_SI_KERNEL: Final = 0x80
"""`si_code` of what the kernel sends, as it does for a terminal's keys (asm-generic/siginfo.h)."""

_SLICE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Caught:
    """`from_terminal`: the whole group of processes got it, our command too."""

    number: int
    from_terminal: bool = False


class Signals:
    """A context manager. Within it `wait` returns the signals that came; `before` is the mask that a command is to have.

    Linux tells who sent a signal. Elsewhere one is taken to be the terminal's where this group of processes is in its foreground.
    """

    def __init__(self) -> None:
        self.before: set[signal.Signals | int] = set()
        self._came: deque[Caught] = deque()
        self._handlers: dict[int, object] = {}

    def __enter__(self) -> Self:
        if hasattr(signal, "sigtimedwait"):
            self.before = set(signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED))
        else:
            self._handlers = {number: signal.signal(number, self._note) for number in PASSED_ON}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if hasattr(signal, "sigtimedwait"):
            while self.wait(0):
                pass  # what comes after the end is too late for anybody
            signal.pthread_sigmask(signal.SIG_SETMASK, self.before)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # as `signal.signal` returned it

    def wait(self, seconds: float) -> Caught | None:
        """The next signal; None if none comes in time. It returns at once when a child process changes its state."""
        if not hasattr(signal, "sigtimedwait"):
            return self._wait_here(seconds)
        came = signal.sigtimedwait(_WATCHED, seconds)
        return Caught(came.si_signo, came.si_code == _SI_KERNEL) if came else None

    def _wait_here(self, seconds: float) -> Caught | None:
        if not self._came and seconds:
            time.sleep(min(seconds, _SLICE))
        return self._came.popleft() if self._came else None

    def _note(self, number: int, _: FrameType | None) -> None:
        keys = (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP)
        self._came.append(Caught(number, number in keys and _in_foreground()))


def _in_foreground() -> bool:
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    finally:
        os.close(terminal)
