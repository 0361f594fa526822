"""Background work (titles, summaries, subagents on Haiku) on a model that costs too much for it, by the price table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from addon.config.settings import ANY, Provider, Settings
from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, note, ok, warning
from addon.ledger import catalogue
from addon.ledger.prices import price
from addon.routing.choice import Choice
from translators.events import Usage

MUCH_CHEAPER = 3.0
"""So many times cheaper must a model of the same provider be to be named: less is not worth another model's manners."""
CHEAP, CHEAP_ENOUGH = 0.3, 2.0
"""Dollars for a million tokens of background work. The first is cheap whatever else there is; the second as long as the
configuration lists nothing that is much cheaper."""
NAMED_AT_MOST = 3

# Tokens for which prices are asked: few, for some prices rise with the length of a request.
_COUNTED = 1_000
_PER = 1_000_000 / _COUNTED
# A background request reads much and says little.
_SAID_SHARE = 0.1
# Makers' own words for their small models: a cheap one of another kind (embeddings, guards, speech) does not answer.
_SMALL = re.compile(r"(?<![a-z])(?:mini|nano|flash|haiku|lite|small|air|turbo|instant|fast|8b|20b|30b)(?![a-z])")
_OF_ANOTHER_KIND = re.compile(r"audio|tts|transcribe|image|realtime|embed|search|guard|:batch|:free|vision|-vl")
_LEAST_WINDOW = 32_000


@dataclass(frozen=True, slots=True)
class Rate:
    """US dollars for a million tokens."""

    input: float
    output: float

    @property
    def of_background_work(self) -> float:
        return self.input + _SAID_SHARE * self.output

    def __str__(self) -> str:
        return f"${self.input:.2f} in, ${self.output:.2f} out for a million tokens"


def rate(provider: Provider, model: str) -> Rate | None:
    """None where the price is not known."""
    reading = price(provider, model, Usage(input=_COUNTED, output=0))
    saying = price(provider, model, Usage(input=0, output=_COUNTED))
    return None if reading is None or saying is None else Rate(reading * _PER, saying * _PER)


def background(context: Context) -> Findings:
    """The price of the background route against the default's and against cheap models of the same provider."""
    settings = context.settings
    catalogue.load()
    choice = settings.router.background or settings.router.default
    provider = settings.providers.get(choice.provider) if choice else None
    if choice is None or provider is None:
        yield note("no route takes background work: there is nothing to compare")
    elif choice.model == ANY:
        yield ok("background work goes to the model that Claude Code asks for")
    elif (mine := rate(provider, choice.model)) is None:
        yield _unpriced(provider, choice)
    else:
        yield _judged(context, provider, choice, mine)


def _unpriced(provider: Provider, choice: Choice) -> Finding:
    if catalogue.is_local(provider.base_url):
        return ok(f"background work goes to {choice}, a server of your own")
    fix = f"give `model_info.{choice.model}.price` of the provider `{provider.name}` in the configuration"
    return note(f"background: the price of {choice} is not known", fix=fix)


def _judged(context: Context, provider: Provider, choice: Choice, mine: Rate) -> Finding:
    settings = context.settings
    where = f"router.{'background' if settings.router.background else 'default'} in {context.around.short(settings.source)}"
    cheaper = _cheaper(context, provider, choice.model, mine)
    default, option = _default_rate(settings), context.config.option
    if settings.router.background and default and mine.of_background_work > default.of_background_work:
        what = f"background work costs more than the work itself: {choice} ({mine}), default {default}"
        return warning(what, where, fix=_set(cheaper, option) or "set `router.background` to a cheaper model")
    if cheaper:
        so = "" if settings.router.background else ", for there is no background route"
        why = "titles, summaries and small subagents are most of a session's requests, and need no strong model"
        return warning(
            f"background work goes to an expensive model: {choice} ({mine}){so}", where, why, fix=_set(cheaper, option)
        )
    return ok(f"background work goes to {choice} ({mine})")


def _default_rate(settings: Settings) -> Rate | None:
    choice = settings.router.default
    provider = settings.providers.get(choice.provider) if choice else None
    return rate(provider, choice.model) if provider and choice else None


def _set(cheaper: list[tuple[str, Rate]], option: str) -> str:
    if not cheaper:
        return ""
    first, cost = cheaper[0]
    others = f"; also {', '.join(f'`{name}`' for name, _ in cheaper[1:])}" if len(cheaper) > 1 else ""
    return f"`ccr model use background {first}{option}` (${cost.input:.2f} in, ${cost.output:.2f} out){others}"


def _cheaper(context: Context, provider: Provider, model: str, mine: Rate) -> list[tuple[str, Rate]]:
    """Models that are much cheaper, as `provider,model`: those in the configuration, else small ones of the same provider."""
    if mine.of_background_work <= CHEAP:
        return []
    found = _much_cheaper(provider, [name for name in provider.models if name != ANY], mine)
    if not found and mine.of_background_work > CHEAP_ENOUGH:
        found = _much_cheaper(provider, [name for name in _small(context, provider) if name != model], mine)
    return [(f"{provider.name},{name}", cost) for name, cost in found[:NAMED_AT_MOST]]


def _much_cheaper(provider: Provider, names: list[str], mine: Rate) -> list[tuple[str, Rate]]:
    rates = [(name, cost) for name in names if (cost := rate(provider, name)) and cost.output > 0]
    good = [(name, cost) for name, cost in rates if cost.of_background_work * MUCH_CHEAPER <= mine.of_background_work]
    return sorted(good, key=lambda each: each[1].of_background_work)


def _small(context: Context, provider: Provider) -> Iterator[str]:
    """Small models that the provider says it has, or else those that the price table lists for it."""
    names = context.live_models(provider.name) or catalogue.names(provider.base_url, least_window=_LEAST_WINDOW)
    yield from (name for name in names if _SMALL.search(name.lower()) and not _OF_ANOTHER_KIND.search(name.lower()))
