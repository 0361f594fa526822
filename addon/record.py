"""What a flow keeps for later eyes: `flow.metadata["ccr"]`, plain JSON data that survives saving and loading.

version          of this record's form
request_id       as in the client's answer and our log
client_request   method, path, headers without credentials, body: what the client sent. Where the flow's own request is all but
                 the same, the body is a mapping: see `shared_bodies`; `current` makes it a text again
session, agent   the client's own ids, "" where it sends none
turn             of the session: `2.3` is the third request of the second prompt
kind, route, provider, model, asked_model, reason, candidates     the decision
tokens_estimate  of the input, before it was sent
attempts         provider, model, status, error, ms of each try; ms is None for the one that runs
provider_answer  status, headers, body: the last answer as it came, None if there was none. Its body likewise
usage            input, output, cache_read, cache_write, reasoning tokens; `estimated`
cost             US dollars, None where the price is not known
timings          first_byte_ms, total_ms
stop_reason, upstream_reason      the client's word and the provider's
tool_calls       id, name, arguments as sent by the provider, input as given to the client, repaired
params           names of the body fields that the configuration set or removed
notes            rule, text, fields, cause: what the translation changed or dropped (`translators.contract.Note`)
edited           whether somebody changed the answer before the client was given it
error            type, status, message as the client was told; None for a success

`flow.metadata["ccr_recorded"]` is what a replayed flow was before: `record` without its client_request (None for a capture that
has none), `url`, `answer` (status, headers, body; None if there was none), `timings`. Replayed in place several times, as with
mitmweb's Replay button, it stays what Revert goes back to.
`flow.metadata["ccr_replay"]` says how one flow is to be replayed, and is gone when that is over: `model` (`provider,model`),
`fallback` (false: nobody steps in), `of` (the id of the flow that this is a copy of).
`flow.metadata["ccr_tools"]` names the tools that the answer calls, for filters: the record itself names every tool offered.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from mitmproxy import http
from pydantic_core import to_json

from addon import shared_bodies
from addon.answers import request_id
from addon.attempts import Attempts
from addon.inspect.turn import turn_of
from addon.ledger.prices import price
from addon.record_versions import VERSION, migrated
from translators.contract import Request
from translators.events import Usage
from translators.redact import hide

KEY = "ccr"

_SHARED: tuple[tuple[str, shared_bodies.Side], ...] = (("client_request", "request"), ("provider_answer", "response"))
BODIES = tuple(name for name, _ in _SHARED)
"""The fields that hold a message with its body."""


def current(flow: http.HTTPFlow, bodies: Sequence[str] = BODIES) -> dict[str, Any] | None:
    """The flow's record in today's form, with these bodies as texts; None for a flow without. To be read, not written.

    Raises ValueError with a sentence if it cannot be read.
    """
    kept = flow.metadata.get(KEY)
    if not isinstance(kept, dict):
        return None
    today = migrated(kept)
    try:
        for name in bodies:
            if (message := today[name]) is not None:
                today[name] = {**message, "body": shared_bodies.restored(message["body"], flow)}
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this flow's record is damaged ({type(error).__name__})") from error
    return today


def share(flow: http.HTTPFlow) -> None:
    """The flow is over: keep each body once."""
    kept = flow.metadata.get(KEY) or {}
    for name, side in _SHARED:
        message = kept.get(name)
        if message is not None and isinstance(message["body"], str):
            message["body"] = shared_bodies.shared(message["body"], flow, side)


def begin(flow: http.HTTPFlow, request: Request, path: str) -> dict[str, Any]:
    """Start a routed flow's record, with what the client sent to `path`."""
    record: dict[str, Any] = {
        "version": VERSION,
        "request_id": request_id(flow),
        "client_request": {
            "method": "POST",
            "path": _savable(path),
            "headers": {_savable(name): _savable(value) for name, value in request.headers.items()},
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
        "session": _savable(decision.facts.session),
        "agent": _savable(decision.facts.agent),
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
    record["notes"] = [note.as_json() for note in attempts.wire.notes]
    if attempts.choice != attempts.candidates.choices[0]:
        record["reason"] += f"; {attempts.candidates.choices[0]} rests after failures"


def tried(record: dict[str, Any], attempts: Attempts) -> None:
    """Another is asked, after those that failed."""
    record |= {"provider": attempts.choice.provider, "model": attempts.choice.model}
    record["attempts"] = _blanked([attempt.shown() for attempt in attempts.attempts], attempts.secrets())


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
        "notes": [note.as_json() for note in (*attempts.wire.notes, *outcome.notes)],
        "error": {"type": fault.type, "status": fault.status, "message": fault.message} if fault else None,
    }
    secrets = attempts.secrets()
    if _may_hold(record, secrets):
        record |= _blanked(record, secrets)


def _may_hold(record: dict[str, Any], secrets: Sequence[str]) -> bool:
    """Whether one of the secrets may stand somewhere in the record. To look at each text by itself would take longer."""
    messages = [record[name] or {"body": ""} for name in BODIES]
    if any(secret in message["body"] for message in messages for secret in secrets):
        return True
    try:
        told = to_json(record | dict(zip(BODIES, [message | {"body": ""} for message in messages], strict=True)))
        return any(to_json(secret)[1:-1] in told for secret in secrets)
    except ValueError:  # half a surrogate pair has no UTF-8: it goes the same way
        return True


def _blanked(value: Any, secrets: Sequence[str]) -> Any:
    """The value without secrets, for saving: a provider may have repeated one, a tool may have read one."""
    match value:
        case str():
            return _savable(hide(value, secrets))
        case dict():
            return {name: _blanked(item, secrets) for name, item in value.items()}
        case list():
            return [_blanked(item, secrets) for item in value]
        case _:
            return value


def _savable(text: str) -> str:
    """The text without halves of surrogate pairs, as which odd bytes are read: a flow that holds one cannot be saved."""
    return text.encode(errors="replace").decode()


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
