"""What an answer cost, in US dollars."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from addon.ledger import catalogue
from translators.events import Usage
from translators.providers import known_for

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice

    from addon.config.settings import Price, Provider

_PER: Final = 1_000_000
# OpenRouter: "free variants" cost nothing, whether or not the data lists them. https://openrouter.ai/docs/faq
_FREE_SUFFIX: Final = ":free"
_OPENROUTER: Final = "openrouter"


def price(provider: Provider, model: str, usage: Usage, override: Price | None = None) -> float | None:
    """What `usage` cost at `provider`, from the configuration's prices (`override`, or the model's own) or else the bundled ones.

    None where the price or the number of tokens is unknown, also for local servers unless the configuration prices them.
    Never raises and never waits.
    """
    if usage.input is None or usage.output is None:
        return None
    configured = override or provider.about(model).price
    if configured is not None:
        return by_list(configured, usage)
    if _is_free(provider, model):
        return 0.0
    entry = catalogue.find(provider.name, provider.base_url, model)
    return None if entry is None else _by_entry(entry, usage)


def by_list(prices: Price, usage: Usage) -> float:
    """By configured prices per million tokens. What a cache read or wrote costs the input's price where no other is given."""
    read = prices.input if prices.cache_read is None else prices.cache_read
    write = prices.input if prices.cache_write is None else prices.cache_write
    dollars = (
        (usage.input or 0) * prices.input
        + (usage.output or 0) * prices.output
        + (usage.cache_read or 0) * read
        + (usage.cache_write or 0) * write
    )
    return dollars / _PER


def _is_free(provider: Provider, model: str) -> bool:
    known = known_for(provider.base_url)
    return model.endswith(_FREE_SUFFIX) and known is not None and known.name == _OPENROUTER


def _by_entry(entry: catalogue.Entry, usage: Usage) -> float | None:
    from genai_prices import Usage as Counted  # noqa: PLC0415  loaded already, as there is an entry

    now = datetime.now(tz=UTC)
    listed = entry.model.get_prices(now)
    if not _complete(listed):
        return None
    read, write = usage.cache_read or 0, usage.cache_write or 0
    counted = Counted(
        # The data counts what a cache read and wrote within the input; we count it beside.
        input_tokens=(usage.input or 0) + read + write,
        cache_read_tokens=read,
        cache_write_tokens=write,
        output_tokens=usage.output or 0,
    )
    return float(entry.model.calc_price(counted, entry.provider, genai_request_timestamp=now).total_price)


def _complete(listed: ModelPrice) -> bool:
    """An entry without both prices would make tokens free."""
    return listed.input_mtok is not None and listed.output_mtok is not None
