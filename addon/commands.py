"""Commands for the prompt of mitmproxy and mitmweb, and for programs that talk to mitmweb."""

from __future__ import annotations

import time
from collections.abc import Sequence

from mitmproxy import command

from addon.current import Current
from addon.failover.fleet import Fleet


class Commands:
    """`ccr.health`"""

    def __init__(self, current: Current, fleet: Fleet) -> None:
        self._current = current
        self._fleet = fleet

    @command.command("ccr.health")
    def health(self) -> Sequence[str]:
        """Every provider, a line each, and whatever rests after failures, with the reason."""
        now = time.monotonic()
        settings = self._current.settings
        states = [str(state) for state in self._fleet.health.states(now)]
        troubled = {state.name.partition(",")[0] for state in self._fleet.health.states(now)}
        well = [f"{name}: ok" for name in settings.providers if name not in troubled]
        left_out = [f"{name}: left out: {why}" for name, why in settings.left_out.items()]
        return [*well, *states, *self._resting_keys(now), *left_out]

    def _resting_keys(self, now: float) -> list[str]:
        pools = {name: self._fleet.keys(provider) for name, provider in self._current.settings.providers.items()}
        return [
            f"{name}: {resting} of {len(pool.keys)} keys rest" for name, pool in pools.items() if (resting := pool.resting(now))
        ]
