"""Which candidates are worth asking: a circuit for each, opened by failures, tried again after a while.

A circuit opens after a few failures in a row, or at once where the provider itself said how long to stay away or refused our key.
It stays open longer each time, up to a cap; then the next real request tries it, and one success closes it. Nothing here asks
a provider on its own, and no circuit keeps the last candidate from being asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from addon.routing.choice import Choice
from translators.errors import Fault, FaultKind

FAILURES_TO_OPEN: Final = 3
FIRST_REST: Final = 10.0
LONGEST_REST: Final = 300.0
REFUSED_REST: Final = 60.0
"""Seconds a provider rests after refusing our key or our account: nothing mends that by itself."""

MAX_CIRCUITS: Final = 1024
"""Names that clients invent must not pile up."""

_MOST_DOUBLINGS: Final = 10

# Whose failure it is decides what else it speaks for: an unreachable host serves none of its models.
_OF_PROVIDER: Final[frozenset[FaultKind]] = frozenset({"network", "credential", "billing"})
_OF_MODEL: Final[frozenset[FaultKind]] = frozenset({"rate", "overloaded", "server", "timeout", "empty"})
_REFUSED: Final[frozenset[FaultKind]] = frozenset({"credential", "billing"})


@dataclass(slots=True)
class Circuit:
    """One provider, or one model of it. Times are monotonic seconds; `opened` counts how often in a row it was opened.

    `trial`: a request is on its way that tries it, and others stay away until that one is answered.
    """

    failures: int = 0
    opened: int = 0
    until: float = 0.0
    trial: bool = False
    reason: str = ""

    def is_open(self, now: float) -> bool:
        return now < self.until

    def begin_trial(self, now: float) -> None:
        """A trial nobody hears the end of, since the client left, must not keep the circuit open for ever."""
        self.trial, self.until = True, now + FIRST_REST

    def fail(self, fault: Fault, now: float) -> None:
        self.failures += 1
        self.reason = fault.message
        if self.is_open(now) and not self.trial:
            # Many requests that were on their way when it opened are one finding, unless the provider names a longer wait.
            self.until = max(self.until, now + min(LONGEST_REST, fault.retry_after or 0.0))
            return
        rest = self._rest(fault)
        self.trial = False
        if rest:
            self.opened += 1
            self.until = now + min(LONGEST_REST, rest)

    def _rest(self, fault: Fault) -> float:
        """How long to stay away now, 0.0 if this failure is none to draw conclusions from."""
        if fault.retry_after:
            return fault.retry_after
        refused = fault.kind in _REFUSED
        if self.failures < FAILURES_TO_OPEN and not self.opened and not refused:
            return 0.0
        return max(REFUSED_REST if refused else 0.0, FIRST_REST * 2.0 ** min(self.opened, _MOST_DOUBLINGS))


@dataclass(frozen=True, slots=True)
class State:
    """A circuit as people are shown it. `rest` is in seconds, 0.0 for one that is closed or waits for its trial."""

    name: str
    failures: int
    rest: float
    reason: str

    def __str__(self) -> str:
        what = f"resting {self.rest:.0f} s" if self.rest else "to be tried by the next request"
        return f"{self.name}: {what} after {self.failures} failure{'s' if self.failures > 1 else ''}: {self.reason}"


class Health:
    """The circuits of all candidates. Only those that failed have one, so a healthy request costs two look-ups."""

    def __init__(self) -> None:
        self._circuits: dict[Choice, Circuit] = {}

    def is_healthy(self, choice: Choice, now: float) -> bool:
        return self.rest(choice, now) == 0.0

    def rest(self, choice: Choice, now: float) -> float:
        """Seconds until the candidate is tried again; 0.0 if it may be asked."""
        circuits = (self._circuits.get(key) for key in _keys(choice))
        return max((circuit.until - now for circuit in circuits if circuit and circuit.is_open(now)), default=0.0)

    def failed(self, choice: Choice, fault: Fault, now: float) -> None:
        """Draw conclusions from a failure. One that is about the request itself says nothing about the candidate."""
        if fault.kind in _OF_PROVIDER and fault.upstream_status != 403:  # a 403 may be about this model alone
            key = Choice(choice.provider, "")
        elif fault.kind in _OF_PROVIDER | _OF_MODEL:
            key = choice
        else:
            return
        if len(self._circuits) >= MAX_CIRCUITS:
            self._circuits.clear()
        self._circuits.setdefault(key, Circuit()).fail(fault, now)

    def succeeded(self, choice: Choice) -> None:
        if self._circuits:
            for key in _keys(choice):
                self._circuits.pop(key, None)

    def trying(self, choice: Choice, now: float) -> None:
        """The request that tries a rested candidate: others wait for what it finds."""
        for key in _keys(choice):
            circuit = self._circuits.get(key)
            if circuit is not None and circuit.opened and not circuit.is_open(now):
                circuit.begin_trial(now)

    def forget(self, provider: str) -> None:
        """What is known of the provider no longer holds."""
        for key in [key for key in self._circuits if key.provider == provider]:
            del self._circuits[key]

    def states(self, now: float) -> list[State]:
        return [_state(key, circuit, now) for key, circuit in self._circuits.items()]

    def circuits(self) -> Mapping[Choice, Circuit]:
        return self._circuits


def _keys(choice: Choice) -> tuple[Choice, Choice]:
    return Choice(choice.provider, ""), choice


def _state(key: Choice, circuit: Circuit, now: float) -> State:
    name = str(key) if key.model else key.provider
    return State(name, circuit.failures, max(0.0, circuit.until - now), circuit.reason)
