"""Whether the client's own login must reach a provider."""

from __future__ import annotations

from collections.abc import Iterator

from addon.config.settings import ROUTE_NAMES, Settings
from addon.routing.choice import Choice


def passes_login(settings: Settings) -> bool:
    """Whether some route or fallback leads to a provider that is shown the client's own login (`auth: client`).

    Then the client must have one, and a token made up for the router would be refused there.
    """
    providers = (settings.providers.get(choice.provider) for choice in _reachable(settings))
    return any(provider is not None and provider.auth == "client" for provider in providers)


def _reachable(settings: Settings) -> Iterator[Choice]:
    router = settings.router
    for name in ROUTE_NAMES:
        if choice := router.route(name):
            yield choice
            yield from router.fallbacks(name)
    yield from router.everywhere
