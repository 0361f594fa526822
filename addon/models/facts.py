"""A configured or listed model with all that is known of it: context window, prices, and which routes use it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from addon.config.settings import Price, Provider, Router
from addon.ledger import catalogue
from addon.ledger.windows import window
from addon.models.listing import Listed


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """`context` in tokens, `price` in US dollars per million tokens, None where unknown. `routes` are those that
    name it, or whose fallbacks do. `news` is what only the provider's list tells, in the form of `model_info`: the router knows
    it if it is written into the configuration.
    """

    provider: str
    model: str
    context: int | None = None
    price: Price | None = None
    tools: bool | None = None
    created: int = 0
    chats: bool = True
    routes: tuple[str, ...] = ()
    news: Mapping[str, Any] = field(default_factory=dict)

    @property
    def choice(self) -> str:
        return f"{self.provider},{self.model}"

    def as_json(self) -> dict[str, Any]:
        price = {"input": self.price.input, "output": self.price.output} if self.price else None
        return {
            "provider": self.provider,
            "model": self.model,
            "context_window": self.context,
            "price": price,
            "tools": self.tools,
            "routes": list(self.routes),
        }


def facts_of(provider: Provider, listed: Listed, router: Router | None = None) -> ModelFacts:
    """From the configuration, else from the provider's list, else from the bundled data, which must be loaded."""
    model = listed.id
    known_context, known_price = window(provider, model).context, provider.about(model).price or _bundled(provider, model)
    return ModelFacts(
        provider=provider.name,
        model=model,
        context=provider.about(model).context_window or listed.context or known_context,
        price=provider.about(model).price or listed.price or known_price,
        tools=listed.tools,
        created=listed.created,
        chats=listed.chats,
        routes=tuple(routes_of(router, provider.name, model)) if router else (),
        news=_news(None if known_context else listed.context, None if known_price else listed.price),
    )


def _news(context: int | None, price: Price | None) -> dict[str, Any]:
    news: dict[str, Any] = {"context_window": context} if context else {}
    return news | ({"price": {"input": price.input, "output": price.output}} if price else {})


def routes_of(router: Router, provider: str, model: str) -> Iterable[str]:
    for name, choice in router.routes.items():
        if (choice.provider, choice.model) == (provider, model):
            yield name
    lists = {**router.own_fallbacks, **({"all": router.everywhere} if router.everywhere else {})}
    for name, choices in lists.items():
        if any((choice.provider, choice.model) == (provider, model) for choice in choices):
            yield f"fallback of {name}"


def _bundled(provider: Provider, model: str) -> Price | None:
    entry = catalogue.find(provider.name, provider.base_url, model)
    if entry is None:
        return None
    listed = entry.model.get_prices(datetime.now(tz=UTC))
    read, write = _base(listed.input_mtok), _base(listed.output_mtok)
    return None if read is None or write is None else Price(read, write)


def _base(price: Any) -> float | None:
    """Prices that rise with the prompt's length are shown as they begin."""
    if price is None:
        return None
    return float(getattr(price, "base", price))
