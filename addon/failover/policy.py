"""What follows a failed attempt. Pure: time, health and chance are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from addon.config.settings import Retry
from addon.routing.choice import Choice
from translators.errors import Fault, FaultKind

OF_THE_KEY: Final[frozenset[FaultKind]] = frozenset({"credential", "rate", "billing"})
"""What another key of the same provider may get past."""

# A second try at the same place can only help against what passes.
_PASSING: Final[frozenset[FaultKind]] = frozenset({"network", "rate", "overloaded", "server", "timeout", "empty"})
# These cost a whole wait or a whole answer again, so they are repeated only if the configuration asks for it.
_COSTLY: Final[frozenset[FaultKind]] = frozenset({"timeout", "empty"})
# Refused for what the request is: everybody would.
_HOPELESS: Final[frozenset[FaultKind]] = frozenset({"request"})


@dataclass(frozen=True, slots=True)
class Step:
    """Try `choice` after `wait` seconds."""

    choice: Choice
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Situation:
    """Where one request stands after an attempt at `current` failed with `fault`.

    `untried` are the candidates left that may take the request, best first. `tries` counts the attempts at `current`, that one
    included. `rest` tells how long a candidate still rests, in seconds. `other_key`: the provider has another key that does
    not rest. Where `retry` was asked for in so many words, retries come before another candidate.
    """

    current: Choice
    fault: Fault
    tries: int
    untried: Sequence[Choice]
    retry: Retry
    rest: Callable[[Choice], float]
    other_key: bool = False


def next_step(at: Situation, chance: float) -> Step | None:
    """The next attempt, or None if the client must be told. `chance` in [0, 1) spreads the waits of many clients."""
    if at.fault.kind in _HOPELESS:
        return None
    if at.other_key and at.fault.kind in OF_THE_KEY:
        return Step(at.current)
    again = _again(at, chance)
    healthy = [choice for choice in at.untried if not at.rest(choice)]
    if again and (at.retry.asked_for or not healthy):
        return again
    if healthy:
        return Step(healthy[0])
    return Step(at.untried[0]) if at.untried else None


def _again(at: Situation, chance: float) -> Step | None:
    """The same candidate once more, if that can help and is allowed."""
    if at.tries >= at.retry.attempts or not _may_pass(at):
        return None
    asked = at.fault.retry_after
    if asked is not None and asked > at.retry.max_backoff:
        return None  # it said itself that a try so soon is in vain
    wait = min(at.retry.max_backoff, at.retry.backoff * 2.0 ** (at.tries - 1)) * (0.5 + chance / 2)
    return Step(at.current, max(wait, asked or 0.0))


def _may_pass(at: Situation) -> bool:
    status = at.fault.upstream_status
    if at.fault.kind not in _PASSING or status == 404:
        return False
    if at.retry.asked_for:
        return True
    return at.fault.kind not in _COSTLY if status is None else status == 429 or status >= 500


def first_choice(choices: Sequence[Choice], rest: Callable[[Choice], float]) -> Choice:
    """The first candidate that does not rest; the first of all if each does."""
    return next((choice for choice in choices if not rest(choice)), choices[0])
