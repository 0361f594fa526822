"""Putting a file in the place of another one: whole or not at all, with a backup of what was there."""

from __future__ import annotations

import os
import tempfile
from datetime import datetime
from pathlib import Path

PRIVATE = 0o600
"""Only the owner reads and writes: a configuration says which keys there are, and people write keys into it."""


def replace(path: Path, text: str, *, now: datetime | None = None) -> Path | None:
    """Writes `text` in UTF-8 with mode 0600, and returns the backup of the file that was there, None if there was none.

    A link is followed: the file that it leads to is replaced. Raises OSError, and has changed nothing then.
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
        backup = _back_up(real, now or datetime.now().astimezone()) if real.exists() else None
        new.replace(real)
    finally:
        new.unlink(missing_ok=True)
    return backup


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
