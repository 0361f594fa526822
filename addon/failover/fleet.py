"""What is known of the providers across requests: their health, and which of their keys rest. Survives a reload of the config."""

from __future__ import annotations

from addon.config.settings import Provider
from addon.failover.health import Health
from addon.failover.keys import KeyPool


class Fleet:
    """One for the whole process."""

    def __init__(self) -> None:
        self.health = Health()
        self._known: dict[str, Provider] = {}
        self._pools: dict[str, KeyPool] = {}

    def keys(self, provider: Provider) -> KeyPool:
        """The provider's pool. One that the configuration changed, such as by another key, is judged afresh."""
        known = self._known.get(provider.name)
        if known is not provider:
            if known is not None and known != provider:
                self.health.forget(provider.name)
            if known != provider:
                self._pools[provider.name] = KeyPool(provider.keys, provider.key_strategy)
            self._known[provider.name] = provider
        return self._pools[provider.name]
