"""Configurations for tests with a fake provider."""

from __future__ import annotations

from typing import Any

KEY_ONE, KEY_TWO = "sk-first-providers-key", "sk-second-providers-key"


def two_providers(url: str, *, fallback: bool = False, **more: Any) -> dict[str, Any]:
    """Two providers at one server, each with one model; the first is the default, the second steps in if `fallback`."""
    providers = [
        {"name": "one", "base_url": url, "api_key": KEY_ONE, "models": ["first"]},
        {"name": "two", "base_url": url, "api_key": KEY_TWO, "models": ["second"]},
    ]
    limits = {"timeouts": {"connect": 2, "first_byte": 5, "idle": 5, "total": 20}, "retry": {"attempts": 1}}
    steps_in = {"fallback": ["two,second"]} if fallback else {}
    return {"providers": providers, "router": {"default": "one,first"}, **limits, **steps_in, **more}


def compatible(url: str, **more: Any) -> dict[str, Any]:
    """One provider that speaks Anthropic's protocol, with a key of its own."""
    provider = {"name": "one", "base_url": url, "dialect": "anthropic", "api_key": KEY_ONE, "models": ["first"], **more}
    return {"providers": [provider], "router": {"default": "one,first"}, "retry": {"attempts": 1}}


def official(url: str) -> dict[str, Any]:
    """A provider that is given the client's own login, as Anthropic is without any configuration."""
    provider = {"name": "anthropic", "base_url": url, "dialect": "anthropic", "auth": "client"}
    return {"providers": [provider], "router": {"default": "anthropic,*"}, "retry": {"attempts": 1}}
