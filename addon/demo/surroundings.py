"""What the demo's processes are given: nothing of the user's but the path."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Final

# Needed to run anything at all; no key, proxy, setting or home folder is among them.
_KEPT: Final = ("PATH", "LANG", "LC_ALL", "TERM", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "COMSPEC", "PATHEXT")


def bare_environment(home: Path) -> dict[str, str]:
    """An environment in which `home` is all there is of the user."""
    kept = {name: value for name in _KEPT if (value := os.environ.get(name))}
    return kept | {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


def free_port() -> int:
    """A port of the loopback address that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
