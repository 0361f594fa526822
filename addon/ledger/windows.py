"""How much a model holds: its context window and its longest answer, in tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from addon.ledger import catalogue

if TYPE_CHECKING:
    from addon.config.settings import Provider


@dataclass(frozen=True, slots=True)
class Window:
    """Tokens; None where unknown."""

    context: int | None = None
    max_output: int | None = None


def window(provider: Provider, model: str) -> Window:
    """From the configuration, or else (the context only) from the bundled data. Never raises and never waits."""
    about = provider.about(model)
    caps = [cap for cap in (provider.max_output, about.max_output) if cap is not None]
    return Window(about.context_window or _listed_context(provider, model), min(caps, default=None))


def _listed_context(provider: Provider, model: str) -> int | None:
    entry = catalogue.find(provider.name, provider.base_url, model)
    return entry.model.context_window if entry else None
