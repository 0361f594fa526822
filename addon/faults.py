"""From a failed attempt to what the client is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from addon.failover.plan import Failure
from addon.ledger.windows import window
from translators.contract import Target
from translators.errors import Fault
from translators.faults import model_not_found, network_fault, timeout_fault
from translators.redact import redact
from translators.registry import dialect_of

if TYPE_CHECKING:
    from addon.attempts import Attempt, Attempts


def fault_of(failure: Failure, attempts: Attempts) -> Fault:
    """The failure in the client's terms; no secret is in its message."""
    fault = _plain_fault(failure, attempts)
    return _with_message(fault, redact(fault.message, attempts.secrets()))


def _plain_fault(failure: Failure, attempts: Attempts) -> Fault:
    target = _with_window(attempts)
    provider = target.provider
    match failure.cause:
        case "connect":
            return network_fault(provider, failure.why)
        case "stopped":
            return Fault("overloaded", "overloaded_error", 529, f"{failure.why} before provider `{provider}` answered")
        case "timeout":
            return timeout_fault(provider, failure.why)
        case "cut":
            return Fault("server", "api_error", 502, f"provider `{provider}` broke off its answer: {failure.why}")
        case "empty":
            return Fault("empty", "api_error", 502, f"provider `{provider}` gave an answer with nothing in it")
        case "answer":
            fault = attempts.answer.outcome.fault
            assert fault is not None
            return _named(fault, attempts)
        case "status":
            assert failure.status is not None
            dialect = dialect_of(attempts.provider.dialect)
            return _named(
                dialect.fault(failure.status, failure.headers, failure.body, target, estimate=attempts.tokens), attempts
            )


def _with_window(attempts: Attempts) -> Target:
    """The target with its context window, which an overflow is told with."""
    if attempts.target.context_window is not None:
        return attempts.target
    return replace(attempts.target, context_window=window(attempts.provider, attempts.target.model).context)


def _named(fault: Fault, attempts: Attempts) -> Fault:
    """A model that is not found is the client's mistake or the configuration's, and is told accordingly."""
    if fault.kind != "model":
        return fault
    return model_not_found(
        attempts.target,
        named_by_client=attempts.decision.named_by_client,
        route=attempts.decision.route,
        known=attempts.provider.models,
    )


def exhausted(attempts: Sequence[Attempt], last: Fault | None, soonest: float) -> Fault:
    """What the client is told when every candidate failed: each one with its reason. `soonest` in seconds, 0.0 if unknown."""
    if last is not None and last.kind in ("request", "context"):
        return last
    told = "; ".join(f"{attempt.provider},{attempt.model}: {attempt.error}" for attempt in attempts)
    message = f"all {len(attempts)} attempts failed: {told}"
    return Fault("overloaded", "overloaded_error", 529, message, soonest or (last.retry_after if last else None))


def _with_message(fault: Fault, message: str) -> Fault:
    return fault if message == fault.message else replace(fault, message=message)
