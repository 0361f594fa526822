"""What follows a failed attempt. Pure: time, health and chance are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from addon.config.settings import Retry
from addon.routing.choice import Choice
from translators.errors import Fault, FaultKind

# A second try at the same place can only help against what passes.
_PASSING: Final[frozenset[FaultKind]] = frozenset({"network", "rate", "overloaded", "server", "timeout", "empty"})
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

    `untried` are the candidates left, best first. `tries` counts the attempts at `current`, that one included. `rest` tells how
    long a candidate still rests, in seconds. `window` is a candidate's context window in tokens, 0 where unknown.
    `other_key`: the provider has another key that does not rest. `retry_first`: the configuration asks for retries in so many
    words, so they come before another candidate.
    """

    current: Choice
    fault: Fault
    tries: int
    untried: Sequence[Choice]
    retry: Retry
    rest: Callable[[Choice], float]
    window: Callable[[Choice], int]
    other_key: bool = False
    retry_first: bool = False


def next_step(at: Situation, chance: float) -> Step | None:
    """The next attempt, or None if the client must be told. `chance` in [0, 1) spreads the waits of many clients."""
    if at.fault.kind in _HOPELESS:
        return None
    if at.fault.kind == "context":
        larger = [choice for choice in at.untried if at.window(choice) > at.window(at.current)]
        return Step(larger[0]) if larger else None
    if at.other_key and at.fault.kind in ("credential", "rate", "billing"):
        return Step(at.current)
    again = _again(at, chance)
    healthy = [choice for choice in at.untried if not at.rest(choice)]
    if again and (at.retry_first or not healthy):
        return again
    if healthy:
        return Step(healthy[0])
    return Step(at.untried[0]) if at.untried else None


def _again(at: Situation, chance: float) -> Step | None:
    if at.fault.kind not in _PASSING or at.tries >= at.retry.attempts:
        return None
    asked = at.fault.retry_after
    if asked is not None and asked > at.retry.max_backoff:
        return None  # it said itself that a try so soon is in vain
    wait = min(at.retry.max_backoff, at.retry.backoff * 2.0 ** (at.tries - 1)) * (0.5 + chance / 2)
    return Step(at.current, max(wait, asked or 0.0))


def first_choice(choices: Sequence[Choice], rest: Callable[[Choice], float]) -> Choice:
    """The first candidate that does not rest; the first of all if each does."""
    return next((choice for choice in choices if not rest(choice)), choices[0])
