"""The first process of a container: it passes signals on and buries the dead, which the system asks of process 1 alone.

The router then runs as its child. Signals that a program has not asked for do not reach process 1, and processes whose parent
is gone become its children.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from types import FrameType
from typing import Final

PASSED_ON: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)


def be_first_process() -> None:
    """Returns in a new process, which is to do the work. The one that called ends with that one's status."""
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    worker = os.fork()
    if worker == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
        return

    def pass_on(number: int, _: FrameType | None) -> None:
        with suppress(ProcessLookupError):
            os.kill(worker, number)

    for each in PASSED_ON:
        signal.signal(each, pass_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    os._exit(_status_of(worker))


def _status_of(worker: int) -> int:
    """Its exit status, 128 + N where signal N ended it. Waits for it, and for whoever else ends meanwhile."""
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == worker:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
