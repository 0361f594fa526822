"""What may be typed, for the shell's completion. It never fails and never says a word: the user is in mid-line."""

from __future__ import annotations


def configs(incomplete: str) -> list[str]:
    """Names of shipped configs; where none fits, the shell offers files."""
    from addon.config.load import shipped_configs  # noqa: PLC0415  a key press pays only for what it uses

    return [name for name in shipped_configs() if name.startswith(incomplete)]


def routes(incomplete: str) -> list[str]:
    """Names of routes."""
    from addon.config.settings import ROUTE_NAMES  # noqa: PLC0415  as above

    return [name for name in ROUTE_NAMES if name.lower().startswith(incomplete.lower())]


def models(incomplete: str) -> list[str]:
    """`provider,model` of the config in force; none where it cannot be read."""
    from addon.config.errors import ConfigError  # noqa: PLC0415  as above
    from addon.config.load import load_settings  # noqa: PLC0415  as above
    from addon.config.settings import ANY  # noqa: PLC0415  as above

    try:
        providers = load_settings().providers.values()
    except ConfigError:
        return []
    names = [f"{provider.name},{model}" for provider in providers for model in provider.models if model != ANY]
    return [name for name in names if name.startswith(incomplete)]
