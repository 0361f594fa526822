"""Processes by their id. An id alone is nobody: it is given to another process as soon as the first one is gone."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep


def identity(pid: int) -> str:
    """What tells this process from a later one of the same id: when it began. "" if it is gone, or only waits to be buried."""
    if Path("/proc/self/stat").exists():
        return _identity_by_proc(pid)
    told = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607 - fixed words and a number
    state, _, began = told.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else began.strip()


def _identity_by_proc(pid: int) -> str:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]  # proc(5): the state, and `starttime`


def gone_within(pid: int, who: str, seconds: float) -> bool:
    """Whether the process with that identity has ended, or does so in time."""
    deadline = monotonic() + seconds
    while identity(pid) == who:
        if monotonic() > deadline:
            return False
        sleep(0.02)
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # it may be our own child
    return True
