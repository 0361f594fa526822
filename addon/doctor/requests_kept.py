"""Recent requests: from a recording of flows, from the file that `ccr_events` names, or from the service's log."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LATEST: Final = 2_000
"""How many are looked at, the newest."""

# A line of `addon.inspect.line` in the log: `main → openrouter,kimi-k2 · plan mode · 21.4k→312 tok · …`
_LINE = re.compile(r"\bccr: [a-z ]+ → (?P<path>.+?) · (?P<rest>.*)")
_TOKENS = re.compile(r"(?P<count>[\d.]+)(?P<thousands>k?)→[\d.]+k? tok")
_TOO_LONG = re.compile(r"prompt is too long: (?P<count>\d+) tokens.*")


@dataclass(frozen=True, slots=True)
class Requests:
    """`records` are what flows keep (`addon.record`), oldest first. `told` says why there are none. `wanted`: somebody named the
    file.
    """

    source: str = ""
    records: tuple[dict[str, Any], ...] = ()
    told: str = ""
    wanted: bool = False


def read_requests(path: Path) -> Requests:
    """Never raises: what cannot be read is told."""
    try:
        with path.open("rb") as file:
            is_json = file.read(1) == b"{"
    except OSError as error:
        return Requests(str(path), told=f"{path} cannot be read: {error.strerror or error}")
    if path.suffix == ".log":
        return _of_log(path)
    return _of_events(path) if is_json else _of_flows(path)


def _of_events(path: Path) -> Requests:
    """A line that is no JSON is passed over: the last one may be half written."""
    kept: deque[dict[str, Any]] = deque(maxlen=LATEST)
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if _is_record(record):
                kept.append(record)
    return Requests(str(path), tuple(kept), "" if kept else f"{path} tells of no request")


def _is_record(value: Any) -> bool:
    """Whether it has the parts that are read of one, in their forms."""
    if not isinstance(value, dict) or not isinstance(attempts := value.get("attempts"), list):
        return False
    parts = (value.get("usage") or {}, value.get("error") or {}, *attempts)
    return all(isinstance(part, dict) for part in parts)


def _of_log(path: Path) -> Requests:
    """What a line tells of a request, in the form of a record."""
    with path.open(encoding="utf-8", errors="replace") as lines:
        kept = tuple(deque(_logged(lines), maxlen=LATEST))
    return Requests(str(path), kept, "" if kept else "the service has not been asked anything yet")


def _logged(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if (found := _LINE.search(line)) is None:
            continue
        provider, _, model = found["path"].rpartition(" → ")[2].removesuffix(" ok").partition(",")
        tokens, refusal = _TOKENS.search(found["rest"]), _TOO_LONG.search(found["rest"])
        counted = round(float(tokens["count"]) * (1000 if tokens["thousands"] else 1)) if tokens else 0
        error = {"message": refusal[0]} if refusal else None
        estimate = int(refusal["count"]) if refusal else 0
        yield {"provider": provider, "model": model, "usage": {"input": counted}, "tokens_estimate": estimate, "error": error}


def _of_flows(path: Path) -> Requests:
    from addon.recordings.flow_file import RecordingError, flows_of  # noqa: PLC0415  mitmproxy's reader, for recordings only

    try:
        flows, _ = flows_of(path)
    except RecordingError as error:
        return Requests(str(path), told=str(error))
    kept = tuple(flow.metadata["ccr"] for flow in flows[-LATEST:] if _is_record(flow.metadata.get("ccr")))
    return Requests(str(path), kept, "" if kept else f"{path} holds no flow of the router's")
