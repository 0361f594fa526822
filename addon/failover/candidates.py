"""The candidates of one request: who is asked first, and who next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from addon.config.settings import Settings
from addon.failover.fleet import Fleet
from addon.failover.health import REFUSED_REST
from addon.failover.policy import Situation, Step, first_choice, next_step
from addon.ledger.windows import window
from addon.routing.choice import Choice
from translators.errors import Fault

RATE_REST = 30.0
"""Seconds a key rests after a 429 that does not say how long."""


class Candidates:
    """`choices` best first, none twice. Times are monotonic seconds."""

    def __init__(self, choices: Sequence[Choice], settings: Settings, fleet: Fleet) -> None:
        self.choices = tuple(choices)
        self._settings = settings
        self._fleet = fleet
        self._untried = list(choices)
        self._tries: Counter[Choice] = Counter()
        self._key = ""

    def first(self, now: float) -> Choice:
        """The first that does not rest, and the first of all if each does."""
        return first_choice(self.choices, lambda choice: self._fleet.health.rest(choice, now))

    def begin(self, choice: Choice, now: float) -> str:
        """`choice` is asked now; returns the key to show it, "" for none."""
        if choice in self._untried:
            self._untried.remove(choice)
        self._tries[choice] += 1
        self._fleet.health.trying(choice, now)
        self._key = self._fleet.keys(self._settings.providers[choice.provider]).pick(now)
        return self._key

    def cannot_take(self, choice: Choice) -> None:
        """The request cannot be put into this candidate's dialect."""
        if choice in self._untried:
            self._untried.remove(choice)

    @property
    def untried(self) -> Choice | None:
        return self._untried[0] if self._untried else None

    def succeeded(self, choice: Choice) -> None:
        self._fleet.health.succeeded(choice)
        self._fleet.keys(self._settings.providers[choice.provider]).worked(self._key)

    def failed(self, choice: Choice, fault: Fault, now: float) -> None:
        """Draw conclusions: of several keys, the one that was refused rests alone, and its provider stays in good health."""
        pool = self._fleet.keys(self._settings.providers[choice.provider])
        if len(pool.keys) > 1 and fault.kind in ("credential", "billing", "rate"):
            pool.rest(self._key, fault.retry_after or (RATE_REST if fault.kind == "rate" else REFUSED_REST), now)
            if pool.has_fresh(now):
                return
        self._fleet.health.failed(choice, fault, now)

    def next_step(self, current: Choice, fault: Fault, now: float, chance: float) -> Step | None:
        provider = self._settings.providers[current.provider]
        pool = self._fleet.keys(provider)
        return next_step(
            Situation(
                current=current,
                fault=fault,
                tries=self._tries[current],
                untried=self._untried,
                retry=provider.retry,
                rest=lambda choice: self._fleet.health.rest(choice, now),
                window=self._window,
                other_key=len(pool.keys) > 1 and self._tries[current] < len(pool.keys) and pool.has_fresh(now),
                retry_first=provider.retry.asked_for,
            ),
            chance,
        )

    def soonest(self, now: float) -> float:
        """Seconds until some candidate may be asked again."""
        return min(self._fleet.health.rest(choice, now) for choice in self.choices)

    def _window(self, choice: Choice) -> int:
        return window(self._settings.providers[choice.provider], choice.model).context or 0
