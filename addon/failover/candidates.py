"""The candidates of one request: who is asked first, and who next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from addon.config.settings import Settings
from addon.failover.fleet import Fleet
from addon.failover.health import REFUSED_REST
from addon.failover.keys import KeyPool
from addon.failover.policy import OF_THE_KEY, Situation, Step, first_choice, next_step
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
        self._refused_keys: set[str] = set()

    def first(self, now: float) -> Choice:
        """The first that does not rest, and the first of all if each does."""
        for choice in self.choices:
            self._pool(choice)  # a provider that the configuration changed does not rest any more
        return first_choice(self.choices, lambda choice: self._fleet.health.rest(choice, now))

    def begin(self, choice: Choice, now: float) -> str:
        """`choice` is asked now; returns the key to show it, "" for none."""
        self.cannot_take(choice)
        self._tries[choice] += 1
        self._fleet.health.trying(choice, now)
        self._key = self._pool(choice).pick(now)
        return self._key

    def cannot_take(self, choice: Choice) -> None:
        """The candidate is no longer one to go to next: it was asked, or cannot be sent this request."""
        if choice in self._untried:
            self._untried.remove(choice)

    @property
    def untried(self) -> Choice | None:
        return self._untried[0] if self._untried else None

    def succeeded(self, choice: Choice) -> None:
        self._fleet.health.succeeded(choice)
        self._pool(choice).worked(self._key)

    def failed(self, choice: Choice, fault: Fault, now: float) -> None:
        """Draw conclusions: of several keys, the one that was refused rests alone, and its provider stays in good health."""
        if fault.kind == "context":
            # What does not fit here fits no smaller window either, whatever happens at the larger ones.
            self._untried = [other for other in self._untried if self._window(other) > self._window(choice)]
        pool = self._pool(choice)
        if fault.kind in OF_THE_KEY:
            self._refused_keys.add(self._key)
        if fault.kind in OF_THE_KEY and len(pool.keys) > 1:
            pool.rest(self._key, fault.retry_after or (RATE_REST if fault.kind == "rate" else REFUSED_REST), now)
            wait = pool.soonest(now)
            if not wait:
                return
            fault = replace(fault, retry_after=wait)
        self._fleet.health.failed(choice, fault, now)

    def next_step(self, current: Choice, fault: Fault, now: float, chance: float) -> Step | None:
        retry = self._settings.providers[current.provider].retry
        return next_step(
            Situation(
                current=current,
                fault=fault,
                tries=self._tries[current],
                untried=self._untried,
                retry=retry,
                rest=lambda choice: self._fleet.health.rest(choice, now),
                other_key=self._pool(current).has_fresh(now, besides=self._refused_keys),
            ),
            chance,
        )

    def soonest(self, now: float) -> float:
        """Seconds until the first of the resting candidates may be asked again, 0.0 if none rests."""
        rests = (self._fleet.health.rest(choice, now) for choice in self.choices)
        return min((rest for rest in rests if rest), default=0.0)

    def _pool(self, choice: Choice) -> KeyPool:
        return self._fleet.keys(self._settings.providers[choice.provider])

    def _window(self, choice: Choice) -> int:
        return window(self._settings.providers[choice.provider], choice.model).context or 0
