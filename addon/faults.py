"""From a failed attempt to what the client is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from translators.faults import model_not_found, network_fault, redact, timeout_fault

from addon.failover.plan import Failure
from translators.contract import Target
from translators.errors import Fault
from translators.registry import dialect_of

if TYPE_CHECKING:
    from addon.attempts import Attempt, Attempts

_SAME_EVERYWHERE = frozenset({"request"})
"""Kinds of failure that another candidate would answer with as well."""


def fault_of(failure: Failure, attempts: Attempts) -> Fault:
    """The failure in the client's terms; no secret is in its message."""
    fault = _plain_fault(failure, attempts)
    return _with_message(fault, redact(fault.message, attempts.secrets()))


def _plain_fault(failure: Failure, attempts: Attempts) -> Fault:
    provider, target = attempts.target.provider, attempts.target
    match failure.cause:
        case "connect":
            return network_fault(provider, failure.why)
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


def may_go_on(fault: Fault, target: Target, following: Target) -> bool:
    """Whether another candidate could do better. One with a larger window can, with what was too long for this one."""
    if fault.kind == "context":
        return (following.context_window or 0) > (target.context_window or 0)
    return fault.kind not in _SAME_EVERYWHERE


def exhausted(attempts: Sequence[Attempt], last: Fault | None) -> Fault:
    """What the client is told when every candidate failed: each one with its reason."""
    if last is not None and last.kind in ("request", "context"):
        return last
    told = "; ".join(f"{a.provider},{a.model}: {a.error}" for a in attempts)
    return Fault(
        "overloaded",
        "overloaded_error",
        529,
        f"all {len(attempts)} attempts failed: {told}",
        retry_after=last.retry_after if last else None,
    )


def _with_message(fault: Fault, message: str) -> Fault:
    return Fault(fault.kind, fault.type, fault.status, message, fault.retry_after, fault.upstream_status)
