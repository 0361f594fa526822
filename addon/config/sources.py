"""Which key of the configuration sets what of a request, for whoever is told what was changed and by what."""

from __future__ import annotations

from typing import Final

from addon.config.schema import ModelSection, ProviderSection
from addon.config.transformers import Effects

_GROUPS: Final = ("quirks", "params", "headers")


def sources_of(section: ProviderSection | ModelSection, where: str, effects: Effects, transformer: str) -> dict[str, str]:
    """The full keys by what they set, such as `params.top_k` or `max_output`.

    `where` is the section's own key, `transformer` that of the transformers which came to `effects`; the section wins.
    """
    sources: dict[str, str] = {}
    if effects.max_output is not None:
        own = getattr(section, "max_output", None)
        sources["max_output"] = f"{where}.max_output" if own == effects.max_output else transformer
    for group in _GROUPS:
        sources |= {f"{group}.{_named(group, name)}": transformer for name in getattr(effects, group)}
        sources |= {f"{group}.{_named(group, name)}": f"{where}.{group}.{name}" for name in getattr(section, group, {})}
    return sources


def _named(group: str, name: str) -> str:
    return name.lower() if group == "headers" else name
