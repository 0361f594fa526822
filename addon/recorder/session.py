"""`ccr record`: a client's session through a router of its own, whose flows go to a file."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final

from addon.recordings.flow_file import RecordingError

_PASSED_ON: Final = (signal.SIGTERM, signal.SIGHUP)
_PRIVATE: Final = 0o600
_LOOK_SECONDS: Final = 0.5
_END_SECONDS: Final = 5.0
_MOST_NUMBERS: Final = 1000


def new_file(wanted: Path | None, now: datetime) -> Path:
    """Create the file, for this user alone. One that is there is never touched. Raises `RecordingError`."""
    if wanted is not None:
        return _created(wanted) or _taken(wanted)
    stem = f"session-{now:%Y%m%d-%H%M%S}"
    names = (stem + (f"-{number}" if number > 1 else "") + ".flows" for number in range(1, _MOST_NUMBERS))
    return next(file for name in names if (file := _created(Path(name))))


def _taken(path: Path) -> Path:
    raise RecordingError(f"`{path}` is there already; hint: name another file, or leave --out away for a new one")


def _created(path: Path) -> Path | None:
    """The file, new and empty; None if it is there."""
    path = path.expanduser().absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE))
    except FileExistsError:
        return None
    except OSError as error:
        raise RecordingError(f"`{path}` cannot be written: {error.strerror}") from error
    return path


def end_in_order() -> None:
    """Let a signal to end unwind this program, so that the router does not outlive it."""

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for number in _PASSED_ON:
        signal.signal(number, leave)


def run_client(command: Sequence[str], env: Mapping[str, str], served: Callable[[], bool]) -> int:
    """Run the client on this terminal until it ends; its status as a shell tells it: 128 and the number for a signal.

    Ctrl-C is the client's own business, which gets it from the terminal too; other signals to end are passed on. A client that
    is no longer `served` would repeat its request for minutes, and is ended.
    """
    with subprocess.Popen(command, env=env) as process, _signals_for(process):  # noqa: S603 - the user's own client, no shell
        status = None
        while status is None:
            try:
                status = process.wait(_LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                if not served():
                    status = _end(process)
    return status if status >= 0 else 128 - status


def _end(process: subprocess.Popen[Any]) -> int:
    process.terminate()
    try:
        return process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


@contextmanager
def _signals_for(process: subprocess.Popen[Any]) -> Iterator[None]:
    def pass_on(number: int, _: FrameType | None) -> None:
        if number != signal.SIGINT and process.poll() is None:
            process.send_signal(number)

    # A handler that does nothing, since what is ignored here would be ignored by whatever the client starts.
    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, *_PASSED_ON)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
