"""What a service writes down of itself, so that it can be restarted as it was and its user can log in to mitmweb.

Nothing here is believed to be running: the file outlives a crash, and its pid may be anybody's by now.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from addon.service import place
from addon.service.plan import Plan, plan_from


@dataclass(frozen=True, slots=True)
class State:
    """`log` is the path of its log, "" for a service that writes to its terminal. `began` tells the process from another one of
    the same id, later or in a container.
    """

    pid: int
    began: str
    plan: Plan
    log: str = ""


def write_state(state: State) -> None:
    """For this user alone, and at once: whoever reads it finds the old one or the new one. Raises NoPlace, OSError."""
    target = place.state_file(state.plan.port)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".state-")  # 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(state), file)
        Path(name).replace(target)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def read_state(port: int) -> State | None:
    """None where there is none that can be read, or it was written for another port."""
    try:
        state = _read(place.home() / "service" / f"{port}.json")
    except place.NoPlace:
        return None
    return state if state and state.plan.port == port else None


def states() -> Iterator[State]:
    """Of all services that wrote one, running or not."""
    with suppress(place.NoPlace):
        for file in sorted((place.home() / "service").glob("*.json")):
            if (state := _read(file)) and file.stem == str(state.plan.port):
                yield state


def remove_state(port: int, pid: int) -> None:
    """If it is that process's."""
    with suppress(OSError):
        if (state := read_state(port)) and state.pid == pid:
            place.state_file(port).unlink()


def _read(file: Path) -> State | None:
    try:
        value: Any = json.loads(file.read_text(encoding="utf-8"))
        pid, began, log = value["pid"], value["began"], value["log"]
        if not (isinstance(pid, int) and isinstance(began, str) and isinstance(log, str)):
            return None
        return State(pid, began, plan_from(value["plan"]), log)
    except (OSError, ValueError, TypeError, KeyError):
        return None
