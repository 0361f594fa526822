"""Putting a file in the place of another one: whole or not at all, with a backup of what was there."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

PRIVATE = 0o600
"""Only the owner reads and writes: a configuration says which keys there are, and people write keys into it."""


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Edits of the same file wait for each other, so that none is lost. Raises OSError."""
    try:
        import fcntl  # noqa: PLC0415  not on Windows
    except ImportError:
        yield
        return
    folder = os.open(path.resolve().parent, os.O_RDONLY)  # the file itself is replaced meanwhile
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def replace(path: Path, text: str, *, now: datetime | None = None, keep_mode: bool = False) -> Path | None:
    """Writes `text` in UTF-8 with mode 0600, and returns the backup of the file that was there, None if there was none.

    A link is followed: the file that it leads to is replaced. `keep_mode`: who may read that one may read the new one.
    Raises OSError, and has changed nothing then.
    """
    real = path.resolve() if path.is_symlink() else path
    real.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(prefix=f".{real.name}.", dir=real.parent)  # with mode 0600
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        backup = None
        if real.exists():
            backup = _back_up(real, now or datetime.now().astimezone())
            _take_over(real.stat(), new, backup, keep_mode=keep_mode)
        new.replace(real)
    finally:
        new.unlink(missing_ok=True)
    return backup


def _take_over(was: os.stat_result, new: Path, backup: Path, *, keep_mode: bool) -> None:
    """What root edits stays its owner's."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        for file in (new, backup):
            os.chown(file, was.st_uid, was.st_gid)
    if keep_mode:
        new.chmod(stat.S_IMODE(was.st_mode))


def _back_up(path: Path, now: datetime) -> Path:
    """A copy beside the file, readable for its owner only, under a name that is not taken."""
    content = path.read_bytes()
    stamp = f"{path.name}.bak-{now:%Y%m%d-%H%M%S}"
    for number in range(1, 1000):
        backup = path.with_name(stamp if number == 1 else f"{stamp}-{number}")
        try:
            handle = os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
        except FileExistsError:
            continue
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        return backup
    raise FileExistsError(f"there are too many backups named {stamp}")
