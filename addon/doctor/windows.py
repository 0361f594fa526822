"""Long prompts: what each route's models hold against what the rules send them, and against recent requests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from addon.config.settings import ANY, ROUTE_NAMES, Router, Settings
from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, note, ok, problem, unless_wrong, warning
from addon.ledger import catalogue
from addon.ledger.windows import window
from addon.routing.choice import Choice

LONG: Final = "longContext"
ROOM: Final = 8_000
"""Tokens that must be left for the answer, beside a prompt as long as the threshold lets through."""
FIRST_PROMPT: Final = 20_000
"""About what Claude Code's first request of a session holds: instructions and the schemas of its tools."""


@dataclass(frozen=True, slots=True)
class Place:
    """A model on a route: the route's own (`position` 0) or one of its fallbacks, with its context window if that is known."""

    route: str
    position: int
    choice: Choice
    context: int | None

    @property
    def where(self) -> str:
        return f"router.{self.route}" if not self.position else f"fallback of {self.route}, number {self.position}"

    def is_too_small(self, prompt: int, room: int = 0) -> bool:
        return self.context is not None and self.context < prompt + room


def windows(context: Context) -> Findings:
    """Each route with its fallbacks against the threshold, beyond which prompts go to the longContext route."""
    settings = context.settings
    catalogue.load()
    places = list(_places(context))
    threshold = _ordinary_length(settings)
    return unless_wrong(
        _judged(places, settings), ok(f"every model with a known window holds what it is sent ({_tokens(threshold)})")
    )


def _judged(places: list[Place], settings: Settings) -> Iterator[Finding]:
    threshold = settings.router.long_context_threshold
    for place in places:
        yield from _long(place, threshold) if place.route == LONG else _ordinary(place, settings)
    unknown = sorted({str(place.choice) for place in places if place.context is None and place.choice.model != ANY})
    if unknown:
        fix = "give `model_info.MODEL.context_window` of the provider, and this check can judge it"
        yield note(f"the context window of {', '.join(unknown)} is not known", fix=fix)
    if LONG not in settings.router.routes:
        yield from _no_long_route(places, threshold)


def _ordinary_length(settings: Settings) -> int:
    """Up to how many tokens routes other than longContext are sent. Where that is not set, a low threshold keeps nothing off."""
    threshold = settings.router.long_context_threshold
    return threshold if LONG in settings.router.routes else max(threshold, Router().long_context_threshold)


def _ordinary(place: Place, settings: Settings) -> Iterator[Finding]:
    """A model that is sent everything up to the threshold."""
    threshold = _ordinary_length(settings)
    if place.is_too_small(FIRST_PROMPT):
        why = "Claude Code's first request alone is about that long"
        yield _small(place, FIRST_PROMPT, why, "choose a model with a larger window")
    elif place.is_too_small(threshold):
        fix = f"{_lower(place, settings)}, or choose another model"
        yield _small(place, threshold, "the provider refuses what is longer", fix)
    elif place.is_too_small(threshold, ROOM):
        what = (
            f"{place.choice} holds {_tokens(place.context)}: a prompt of {_tokens(threshold)} leaves little room for the answer"
        )
        yield warning(what, place.where, fix=_lower(place, settings))


def _lower(place: Place, settings: Settings) -> str:
    low = f"set `longContextThreshold: {_below(place.context or 0)}` below `router:`"
    return low if LONG in settings.router.routes else f"{low}, and `{LONG}:` to a model with a larger window"


def _long(place: Place, threshold: int) -> Iterator[Finding]:
    """A model that is sent what is longer than the threshold."""
    if place.is_too_small(threshold, ROOM):
        why = "only prompts that are longer than the threshold come here"
        yield _small(place, threshold, why, "choose a model with a larger window, or remove it from this route")


def _small(place: Place, prompt: int, why: str, fix: str) -> Finding:
    what = f"{place.choice} holds {_tokens(place.context)}, but is sent prompts of {_tokens(prompt)}"
    # A fallback is asked only after the others failed, and one whose window is too small is passed over then.
    said = warning if place.position else problem
    return said(what, place.where, why, fix=fix)


def _no_long_route(places: list[Place], threshold: int) -> Iterator[Finding]:
    default = next((place for place in places if place.route == "default" and not place.position), None)
    if default is not None and default.is_too_small(200_000):
        why = "Claude Code summarizes the conversation when the model refuses its length"
        fix = f"set `router.longContext` to a model with more than {_tokens(default.context)}"
        yield note(f"no longContext route: prompts over {_tokens(threshold)} go to {default.choice} too", why=why, fix=fix)


def _places(context: Context) -> Iterator[Place]:
    settings = context.settings
    for route in ROUTE_NAMES:
        if choice := settings.router.route(route):
            others = (other for other in settings.router.fallbacks(route) if other != choice)
            for position, each in enumerate(dict.fromkeys((choice, *others))):
                yield Place(route, position, each, _window(context, each))


def _window(context: Context, choice: Choice) -> int | None:
    """By the configuration and the bundled data, else by what the provider's own list says."""
    provider = context.settings.providers.get(choice.provider)
    if provider is None or choice.model == ANY:
        return None
    return window(provider, choice.model).context or context.listed_window(choice.provider, choice.model)


def _below(context: int) -> int:
    """A round threshold that leaves room for the answer."""
    return max(1_000, (context - ROOM) // 1_000 * 1_000)


def _tokens(count: int | None) -> str:
    return f"{count or 0:,} tokens"


# --- what was asked lately


def recent(context: Context) -> Findings:
    """Requests of a recording or an events file that were refused as too long, or came close to it."""
    if context.requests.wanted and not context.requests.records:
        yield warning(f"--flows: {context.requests.told}", fix="name a recording (`ccr record`), or a file of `ccr_events`")
        return
    if not context.requests.records:
        fix = "look at a recording by `ccr doctor --flows FILE`"
        yield note(context.requests.told or "recent requests are not looked at", fix=fix)
        return
    catalogue.load()
    source = context.around.short(context.requests.source)
    told = f"recent requests fit their models ({len(context.requests.records):,} in {source})"
    yield from unless_wrong(_recent(context), ok(told))


def _recent(context: Context) -> Iterator[Finding]:
    longest: dict[Choice, int] = {}
    refused: dict[Choice, int] = {}
    for record in context.requests.records:
        choice = Choice(str(record.get("provider", "")), str(record.get("model", "")))
        longest[choice] = max(longest.get(choice, 0), _length(record))
        if _is_too_long(record):
            refused[choice] = refused.get(choice, 0) + 1
    has_long = LONG in context.settings.router.routes
    first = "lower `longContextThreshold`" if has_long else "set `router.longContext` to a model with a larger window"
    fix = f"{first}, or give that route a larger model"
    for choice, count in refused.items():
        what = f"{choice} refused {count:,} recent request{'' if count == 1 else 's'} as too long"
        why = f"the longest had {_tokens(longest[choice])}"
        yield problem(what, context.requests.source, why, fix=fix)
    for choice, length in longest.items():
        if choice not in refused and (size := _window(context, choice)) and length > size - ROOM:
            what = f"{choice}: a recent request had {_tokens(length)} of the {_tokens(size)} it holds"
            yield warning(what, context.requests.source, fix=fix)


def _length(record: dict[str, Any]) -> int:
    usage = record.get("usage") or {}
    counted = sum(usage.get(name) or 0 for name in ("input", "cache_read", "cache_write"))
    return int(counted or record.get("tokens_estimate") or 0)


def _is_too_long(record: dict[str, Any]) -> bool:
    """By the words in which every provider's refusal is told."""
    told = [str((record.get("error") or {}).get("message", "")), *(str(a.get("error", "")) for a in record.get("attempts") or ())]
    return any("prompt is too long" in text for text in told)
