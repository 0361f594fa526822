"""Configurations with a row of candidates: each model has a provider of its own, named like it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LIMITS = {"connect": 5, "first_byte": 10, "idle": 10, "total": 30}
SHORT = {"connect": 0.3, "first_byte": 0.3, "idle": 0.3}


def chain(urls: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """`urls` by name of the model, best first. `more` are keys of the top level; one named like a model is its provider's."""
    own = {name: more.pop(name) for name in list(more) if name in urls}
    providers = [
        {"name": name, "base_url": url, "api_key": f"sk-{name}-key", "models": [name], **own.get(name, {})}
        for name, url in urls.items()
    ]
    default, *others = (f"{name},{name}" for name in urls)
    base = {"providers": providers, "router": {"default": default}, "fallback": others, "timeouts": LIMITS}
    return {**base, **more}


def at(url: str, *names: str) -> dict[str, str]:
    """All of them at one server."""
    return dict.fromkeys(names, url)
