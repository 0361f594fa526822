"""Every provider, a line each, and whatever rests after failures, with the reason."""

from __future__ import annotations

from addon.config.settings import Settings
from addon.failover.fleet import Fleet


def health_lines(settings: Settings, fleet: Fleet, now: float) -> list[str]:
    """`now` in monotonic seconds."""
    states = fleet.health.states(now)
    troubled = {state.name.partition(",")[0] for state in states}
    well = [f"{name}: ok" for name in settings.providers if name not in troubled]
    left_out = [f"{name}: left out: {why}" for name, why in settings.left_out.items()]
    return [*well, *map(str, states), *_resting_keys(settings, fleet, now), *left_out]


def _resting_keys(settings: Settings, fleet: Fleet, now: float) -> list[str]:
    pools = {name: fleet.keys(provider) for name, provider in settings.providers.items()}
    return [f"{name}: {resting} of {len(pool.keys)} keys rest" for name, pool in pools.items() if (resting := pool.resting(now))]
