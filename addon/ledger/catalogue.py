"""The bundled price data of `genai-prices` (https://github.com/pydantic/genai-prices), loaded once and never over the network.

Importing it takes 0.4 s and building its tables another 0.2 s, so the host calls `warm` when it starts and the data is there
before the first answer ends. Until then nothing is known; nothing on a request's way ever waits for it.
"""

from __future__ import annotations

import ipaddress
import logging
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from translators.providers import known_for, known_named

if TYPE_CHECKING:
    from genai_prices.data_snapshot import DataSnapshot
    from genai_prices.types import ModelInfo, Provider

log = logging.getLogger(__name__)

# OpenRouter's ways of choosing a host for the same model; the listed price is the model's.
# https://openrouter.ai/docs/features/provider-routing
_SORTING_SUFFIXES: Final = (":nitro", ":floor", ":exacto")

_loaded: DataSnapshot | None = None
_loading = threading.Lock()
_warmed = threading.Event()


@dataclass(frozen=True, slots=True)
class Entry:
    """A model as the data has it, and whose price list it is on."""

    provider: Provider
    model: ModelInfo


def warm() -> None:
    """Start loading, in a thread of its own. Calling it again does nothing."""
    if not _warmed.is_set():
        _warmed.set()
        threading.Thread(target=load, name="ccr-prices", daemon=True).start()


def load() -> None:
    """Load now, and wait for it."""
    global _loaded  # noqa: PLW0603  one table for the whole process, written once
    with _loading:
        if _loaded is None:
            from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415  0.4 s, which most commands need not pay

            _loaded = get_snapshot()


def find(provider: str, base_url: str, model: str) -> Entry | None:
    """The data's entry for a model at a provider, by the base URL's host or else, where that is unknown, by the provider's name.

    None while nothing is loaded, for servers on this machine or network, and where the data does not know the model.
    """
    return None if _loaded is None or not model else _find(provider, base_url, model)


def names(base_url: str, *, least_window: int = 0) -> tuple[str, ...]:
    """The models that the data lists for the provider at a base URL, those only that are known to hold so many tokens."""
    if _loaded is None or is_local(base_url):
        return ()
    try:
        owner = _loaded.find_provider(None, None, base_url)
    except LookupError:
        return ()
    return tuple(model.id for model in owner.models if (model.context_window or 0) >= least_window)


@lru_cache(maxsize=1024)
def _find(provider: str, base_url: str, model: str) -> Entry | None:
    if _loaded is None or is_local(base_url):
        return None
    if entry := _look_up(_loaded, base_url, model):
        return entry
    named = known_named(provider)
    if named is None or known_for(base_url):  # the host says who it is: a name cannot make it another
        return None
    return _look_up(_loaded, named.base_url, model)


def _look_up(data: DataSnapshot, url: str, model: str) -> Entry | None:
    try:
        owner = data.find_provider(None, None, url)
    except LookupError:
        return None
    for name in _names(model):
        if found := owner.find_model(name, all_providers=data.providers):
            return Entry(owner, found)
    return None


def _names(model: str) -> tuple[str, ...]:
    for suffix in _SORTING_SUFFIXES:
        if model.endswith(suffix):
            return model, model.removesuffix(suffix)
    return (model,)


def is_local(base_url: str) -> bool:
    """Whether a URL points to this machine or its private network, where the vendors' prices mean nothing."""
    try:
        host = urlsplit(base_url).hostname or ""
    except ValueError:
        return False
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a name, not an address
        return bool(host) and ("." not in host or host.endswith((".local", ".internal", ".localhost")))
    return address.is_private or address.is_loopback or address.is_link_local
