"""The log of a router's requests (`ccr_events`), read as it grows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

type Record = dict[str, Any]


class Decisions:
    """`path` may hold the lines of earlier runs, which are passed over. `records` are all that came since."""

    def __init__(self, path: Path) -> None:
        self.records: list[Record] = []
        self._path = path
        self._read = path.stat().st_size if path.exists() else 0

    def new(self) -> list[Record]:
        """Those that came since the last look. A line that is still being written comes with the next."""
        found = list(self._complete())
        self.records += found
        return found

    def _complete(self) -> list[Record]:
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._read)
            whole = file.read().rpartition(b"\n")[0]
        if not whole:
            return []
        self._read += len(whole) + 1
        return [json.loads(line) for line in whole.split(b"\n")]
