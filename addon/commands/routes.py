"""The routes in force, and where they come from."""

from __future__ import annotations

from addon.config.settings import ROUTE_NAMES, Provider, Settings
from addon.current import Current


def routes_lines(current: Current) -> list[str]:
    lines = [f"config: {current.configured.source}"]
    if current.overrides.passthrough:
        official = current.settings.router.routes["default"].provider
        lines.append(f"passthrough: on, everything goes to {official} with the client's own login; `ccr.passthrough off` ends it")
        lines.append("when it is off:")
    lines += _routes(current)
    lines += [_provider(provider) for provider in current.configured.providers.values()]
    return lines


def _routes(current: Current) -> list[str]:
    configured, overrides = current.configured.router, current.overrides
    lines = []
    for name in ROUTE_NAMES:
        choice, file = overrides.routes.get(name) or configured.route(name), configured.route(name)
        if choice is None:
            lines.append(f"{name}: not set, {'nothing answers' if name == 'default' else 'default answers'}")
            continue
        fallbacks = [str(other) for other in configured.fallbacks(name) if other != choice]
        line = " → ".join([f"{name}: {choice}", *fallbacks])
        if name == "longContext":
            line += f" (more than {configured.long_context_threshold:,} tokens)"
        lines.append(f"{line} [ccr.use; the config says {file or 'nothing'}]" if name in overrides.routes else line)
    return lines


def _provider(provider: Provider) -> str:
    models = ", ".join("any model" if model == "*" else model for model in provider.models)
    return f"provider {provider.name}: {provider.dialect} at {provider.base_url}: {models}"


def use_warnings(settings: Settings, provider: str, model: str) -> str:
    """What to tell of a choice that is possible but odd; "" for nothing."""
    known = settings.providers[provider]
    return "" if known.offers(model) else f" (the config does not list this model for `{provider}`)"
