"""What is known of the providers across requests: their health, and which of their keys rest. Survives a reload of the config."""

from __future__ import annotations

from addon.config.settings import Provider
from addon.failover.health import Health
from addon.failover.keys import KeyPool


class Fleet:
    """One for the whole process."""

    def __init__(self) -> None:
        self.health = Health()
        self._pools: dict[str, KeyPool] = {}

    def keys(self, provider: Provider) -> KeyPool:
        """The provider's pool; a new one when the configuration changed its keys."""
        pool = self._pools.get(provider.name)
        if pool is None or (pool.keys, pool.strategy) != (provider.keys, provider.key_strategy):
            pool = self._pools[provider.name] = KeyPool(provider.keys, provider.key_strategy)
        return pool
