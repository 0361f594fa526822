"""One start at a time on a port. The system lets go of the lock when its process ends, however it ends."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep

from addon.service import place


@contextmanager
def only_start(port: int, seconds: float, over: Callable[[], object]) -> Iterator[bool]:
    """True: this is the only start on the port. False: another one was, and `over` has come true, or the time is up.

    Raises NoPlace, OSError.
    """
    deadline = monotonic() + seconds
    with place.lock_file(port).open("a") as file:
        place.lock_file(port).chmod(0o600)
        while not (mine := _take(file.fileno())) and not over() and monotonic() < deadline:
            sleep(0.05)
        yield mine


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
