"""One flow's decision, attempts and notes, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from addon.inspect.line import UNDER_WAY

NOT_ROUTED = "not routed: passed on as it came, or answered by the router itself"


def why_lines(record: Mapping[str, Any] | None) -> list[str]:
    if record is None:
        return [NOT_ROUTED]
    return [line for part in (_decision(record), _attempts(record), _outcome(record), _notes(record)) for line in part]


def _decision(record: Mapping[str, Any]) -> Iterator[str]:
    yield f"request: {record['request_id']}"
    if session := record.get("session"):
        yield f"session: {session}" + (f", agent {record['agent']}" if record.get("agent") else "")
    if not record.get("kind"):
        yield "decision: none, the request was refused"
        return
    yield f"decision: {record['kind']} → {record['provider']},{record['model']} by route {record['route']}"
    yield f"reason: {record['reason']}"
    yield f"asked for: {record['asked_model']}, about {record['tokens_estimate']:,} tokens"
    yield f"candidates: {' → '.join(record['candidates'])}"


def _attempts(record: Mapping[str, Any]) -> Iterator[str]:
    for number, attempt in enumerate(record.get("attempts") or (), 1):
        model = f"{attempt['provider']},{attempt['model']}"
        if attempt["ms"] is None:
            yield f"attempt {number}: {model}: {UNDER_WAY}"
            continue
        status = attempt["status"] or "no status"
        yield f"attempt {number}: {model}: {status} after {attempt['ms']:,} ms: {attempt['error'] or 'ok'}"


def _outcome(record: Mapping[str, Any]) -> Iterator[str]:
    if error := record.get("error"):
        yield f"told the client: {error['status']} {error['type']}: {error['message']}"
    elif record.get("stop_reason"):
        yield f"stopped: {record['stop_reason']} (the provider says {record['upstream_reason'] or 'nothing'})"
    if record.get("edited"):
        yield "edited: the answer was changed by hand before the client was given it"


def _notes(record: Mapping[str, Any]) -> Iterator[str]:
    for note in record.get("notes") or ():
        yield f"note {note['rule']}: {note['text']}"
