"""What a flow keeps for later eyes: `flow.metadata["ccr"]`, plain JSON data that survives saving and loading.

version          of this record's form
request_id       as in the client's answer and our log
client_request   method, path, headers without credentials, body: what the client sent
session, agent   the client's own ids, "" where it sends none
turn             of the session: `2.3` is the third request of the second prompt
kind, route, provider, model, asked_model, reason, candidates     the decision
tokens_estimate  of the input, before it was sent
attempts         provider, model, status, error, ms of each try
provider_answer  status, headers, body: the last answer as it came, None if there was none
usage            input, output, cache_read, cache_write, reasoning tokens; `estimated`
cost             US dollars, None where the price is not known
timings          first_byte_ms, total_ms
stop_reason, upstream_reason      the client's word and the provider's
tool_calls       id, name, arguments as sent by the provider, input as given to the client, repaired
params           names of the body fields that the configuration set or removed
notes            rule, text: what the translation changed or dropped
edited           whether somebody changed the answer before the client was given it
error            type, status, message as the client was told; None for a success

`flow.metadata["ccr_tools"]` names the tools that the answer calls, for filters: the record itself names every tool offered.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from mitmproxy import http

from addon.answers import request_id
from addon.attempts import Attempts
from addon.inspect.turn import turn_of
from addon.ledger.prices import price
from translators.contract import Request
from translators.events import Usage
from translators.redact import hide

KEY = "ccr"
VERSION = 1


def begin(flow: http.HTTPFlow, request: Request, path: str) -> dict[str, Any]:
    """Start a routed flow's record, with what the client sent to `path`."""
    record: dict[str, Any] = {
        "version": VERSION,
        "request_id": request_id(flow),
        "client_request": {
            "method": "POST",
            "path": path,
            "headers": dict(request.headers),
            "body": request.raw.decode(errors="replace"),
        },
        "asked_model": request.model,
        **dict.fromkeys(("session", "agent", "turn", "kind", "route", "provider", "model", "reason"), ""),
        **dict.fromkeys(("stop_reason", "upstream_reason"), ""),
        "candidates": [],
        "tokens_estimate": 0,
        "attempts": [],
        "provider_answer": None,
        "usage": asdict(Usage()) | {"estimated": False},
        "cost": None,
        "timings": {"first_byte_ms": None, "total_ms": None},
        "tool_calls": [],
        "params": [],
        "notes": [],
        "edited": False,
        "error": None,
    }
    flow.metadata[KEY] = record
    return record


def decided(record: dict[str, Any], attempts: Attempts) -> None:
    decision = attempts.decision
    record |= {
        "session": decision.facts.session,
        "agent": decision.facts.agent,
        "turn": turn_of(decision.request.body),
        "kind": str(decision.kind),
        "route": decision.route,
        "provider": attempts.candidates.choices[0].provider,
        "model": attempts.candidates.choices[0].model,
        "asked_model": decision.request.model,
        "reason": decision.reason,
        "candidates": [str(choice) for choice in attempts.candidates.choices],
        "tokens_estimate": attempts.tokens,
    }


def addressed(record: dict[str, Any], attempts: Attempts) -> None:
    """Who is asked first: another than was decided where that one rests after failures."""
    record |= {"provider": attempts.choice.provider, "model": attempts.choice.model}
    record["params"] = sorted(attempts.target.overrides)
    record["notes"] = [asdict(note) for note in attempts.wire.notes]
    if attempts.choice != attempts.candidates.choices[0]:
        record["reason"] += f"; {attempts.candidates.choices[0]} rests after failures"


def refused(record: dict[str, Any], error_type: str, status: int, message: str) -> None:
    """Nothing was sent upstream."""
    record["error"] = {"type": error_type, "status": status, "message": message}


def finish(record: dict[str, Any], attempts: Attempts) -> None:
    """The flow is over, one way or the other."""
    outcome = attempts.answer.outcome
    fault = attempts.fault or outcome.fault
    record |= {
        "provider": attempts.target.provider,
        "model": attempts.target.model,
        "params": sorted(attempts.target.overrides),
        "attempts": [attempt.shown() for attempt in attempts.attempts],
        "provider_answer": _provider_answer(attempts),
        "usage": asdict(outcome.usage) | {"estimated": outcome.usage_estimated},
        "cost": _cost(attempts, outcome.usage),
        "timings": _timings(attempts),
        "stop_reason": outcome.stop_reason,
        "upstream_reason": outcome.upstream_reason,
        "tool_calls": [asdict(call) for call in outcome.calls],
        "notes": [asdict(note) for note in (*attempts.wire.notes, *outcome.notes)],
        "error": {"type": fault.type, "status": fault.status, "message": fault.message} if fault else None,
    }
    secrets = attempts.secrets()
    record |= {name: _blanked(value, secrets) for name, value in record.items()}


def _blanked(value: Any, secrets: Sequence[str]) -> Any:
    """The value without secrets: a provider may have repeated one, a tool may have read one."""
    match value:
        case str():
            return hide(value, secrets)
        case dict():
            return {name: _blanked(item, secrets) for name, item in value.items()}
        case list():
            return [_blanked(item, secrets) for item in value]
        case _:
            return value


def _provider_answer(attempts: Attempts) -> dict[str, Any] | None:
    head, failure = attempts.provider_head, attempts.failure
    headers: Mapping[str, str]
    if head is not None:
        status, headers, body = head.status_code, head.headers, bytes(attempts.received)
    elif failure is not None and failure.status is not None:
        status, headers, body = failure.status, failure.headers, failure.body
    else:
        return None
    shown = {name.lower(): value for name, value in headers.items() if name.lower() != "set-cookie"}
    return {"status": status, "headers": shown, "body": body.decode(errors="replace")}


def _cost(attempts: Attempts, usage: Usage) -> float | None:
    if not attempts.answer.outcome.began:
        return None
    return price(attempts.provider, attempts.target.model, usage)


def _timings(attempts: Attempts) -> dict[str, int | None]:
    first = attempts.first_byte
    return {
        "first_byte_ms": None if first is None else round((first - attempts.began) * 1000),
        "total_ms": round((time.monotonic() - attempts.began) * 1000),
    }


def clean(flow: http.HTTPFlow, secrets: Sequence[str]) -> bytes | None:
    """Take the secrets out of the kept messages. Returns the answer's own bytes if it held one: they are yet to be sent."""
    _clean(flow.request, secrets)
    return _clean(flow.response, secrets) if flow.response else None


def _clean(message: http.Message, secrets: Sequence[str]) -> bytes | None:
    content = message.raw_content or b""
    if not any(secret.encode() in content for secret in secrets):
        return None
    message.raw_content = hide(content.decode(errors="surrogateescape"), secrets).encode(errors="surrogateescape")
    return content
