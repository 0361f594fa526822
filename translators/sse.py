"""Server-sent events: bytes to frames."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """One event. `event` is "" where the stream named none; `data` is its data lines joined by a newline."""

    event: str
    data: bytes
