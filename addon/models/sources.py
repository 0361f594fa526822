"""The models of a configuration: each provider's list asked live, else the models that the file names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from addon.config.settings import ANY, Provider, Settings
from addon.ledger import catalogue
from addon.models.facts import ModelFacts, facts_of
from addon.models.listing import Listed, list_models
from addon.models.reach import Trouble

MOST_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Source:
    """One provider's models. `trouble` says why its list could not be had; `models` are then those that the file names."""

    provider: Provider
    models: tuple[ModelFacts, ...]
    trouble: str = ""


def sources(settings: Settings, names: Iterable[str], *, live: bool = True) -> list[Source]:
    """Of the providers named, asked at the same time."""
    catalogue.load()
    providers = [settings.providers[name] for name in names]
    one: Callable[[Provider], Source] = lambda provider: _source(settings, provider, live=live)  # noqa: E731  it holds `settings`
    if not providers:
        return []
    with ThreadPoolExecutor(min(MOST_AT_ONCE, len(providers))) as pool:
        return list(pool.map(one, providers))


def named_models(settings: Settings, provider: Provider) -> list[str]:
    """The models that the file names for a provider, in its list or in a route or fallback."""
    router = settings.router
    lists = (*router.own_fallbacks.values(), router.everywhere, tuple(router.routes.values()))
    routed = [choice.model for choices in lists for choice in choices if choice.provider == provider.name]
    return [model for model in dict.fromkeys((*provider.models, *provider.info, *routed)) if model != ANY]


def _source(settings: Settings, provider: Provider, *, live: bool) -> Source:
    listed: dict[str, Listed] = {}
    trouble = ""
    if live and provider.auth == "client":
        trouble = "it is asked with Claude Code's own login, which only Claude Code has"
    elif live:
        try:
            listed = {each.id: each for each in list_models(provider, next(iter(provider.keys), ""))}
        except Trouble as error:
            trouble = error.text
    for model in named_models(settings, provider):
        listed.setdefault(model, Listed(model))
    return Source(provider, tuple(facts_of(provider, each, settings.router) for each in listed.values()), trouble)
