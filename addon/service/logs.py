"""Reading the service's log, which may be replaced by a new one at any time."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from addon.service.output import older

LOOK_SECONDS: Final = 0.2
PIECE: Final = 65_536


def last_lines(log: Path, count: int) -> list[str]:
    """The last lines, those of the log before this one among them if need be. Raises OSError if there is no log."""
    with log.open("rb") as file:
        now = deque(file, maxlen=count)
    missing = count - len(now)
    before: deque[bytes] = deque()
    if missing > 0 and older(log).exists():
        with older(log).open("rb") as file:
            before = deque(file, maxlen=missing)
    return [line.decode(errors="replace") for line in chain(before, now)]


def follow(log: Path, pause: float = LOOK_SECONDS) -> Iterator[str]:
    """What is written from now on, for ever, across replacements of the file. Raises OSError if there is no log to begin with."""
    file: BinaryIO = log.open("rb")
    file.seek(0, os.SEEK_END)
    while True:
        yield from _unread(file)
        if (new := _replaced(file, log)) is not None:
            yield from _unread(file)  # what was written in between
            file.close()
            file = new
        else:
            time.sleep(pause)


def _unread(file: BinaryIO) -> Iterator[str]:
    if os.fstat(file.fileno()).st_size < file.tell():
        file.seek(0)  # it was emptied
    while piece := file.read(PIECE):
        yield piece.decode(errors="replace")


def _replaced(file: BinaryIO, log: Path) -> BinaryIO | None:
    """The new log, opened, once there is one."""
    try:
        new = log.open("rb")
    except FileNotFoundError:
        return None
    if os.path.sameopenfile(file.fileno(), new.fileno()):
        new.close()
        return None
    return new
