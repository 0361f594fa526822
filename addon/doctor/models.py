"""The models of routes and fallbacks against their providers' own lists."""

from __future__ import annotations

from collections.abc import Iterator

from addon.config.errors import closest, either
from addon.config.settings import ANY, ROUTE_NAMES, Settings
from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, note, ok, problem, unless_wrong, warning
from addon.routing.choice import Choice

LATEST = ":latest"
"""Ollama's name for a model without a tag."""
# Ways to ask for a listed model. https://openrouter.ai/docs/guides/routing/model-variants
UNLISTED_SUFFIXES = (":nitro", ":floor", ":exacto", ":online")


def models(context: Context) -> Findings:
    """A route to a model that its provider does not list is a 404 when it is taken."""
    named = _named(context.settings)
    listed = {choice.provider for choice in named if context.live_models(choice.provider)}
    fine = ok(f"{', '.join(sorted(listed))}: all models of routes and fallbacks are listed") if listed else None
    found = [*_judged(context, named), *_unlisted(context, named)]
    yield from unless_wrong(found, fine) if fine else found


def _judged(context: Context, named: dict[Choice, list[str]]) -> Iterator[Finding]:
    for choice, places in named.items():
        listed = context.live_models(choice.provider)
        if listed and not _has(listed, choice.model):
            yield _missing(context, choice, places, listed)


def _missing(context: Context, choice: Choice, places: list[str], listed: tuple[str, ...]) -> Finding:
    near = closest(choice.model, listed) or closest(choice.model.rpartition("/")[2], listed)
    where = f"{', '.join(places)} in {context.around.short(context.config.source)}"
    what = f"{choice.provider} has no model `{choice.model}`"
    why = f"it lists {len(listed):,} models; this one is answered with 404"
    if near:
        fix = f"did you mean {either(near)}? {_change(choice.provider, near[0], places)}"
    else:
        fix = f"choose one of its list: `ccr model list --provider {choice.provider}`"
    said = warning if all(place.startswith("fallback") for place in places) else problem
    return said(what, where, why, fix=fix)


def _change(provider: str, model: str, places: list[str]) -> str:
    """The command that changes a route; lists of fallbacks are edited by hand."""
    route = next((place.removeprefix("router.") for place in places if place.startswith("router.")), "")
    return f"`ccr model use {route} {provider},{model}`" if route else f"`ccr model list --provider {provider}` shows all"


def _unlisted(context: Context, named: dict[Choice, list[str]]) -> Iterator[Finding]:
    """Providers whose list was not had."""
    for name in sorted({choice.provider for choice in named}):
        if not context.live_models(name) and name in context.settings.providers:
            why = "--offline" if context.offline else "it shows no list"
            yield note(f"{name}: its models were not compared with its own list ({why})")


def _has(listed: tuple[str, ...], model: str) -> bool:
    plain = {name.removesuffix(LATEST) for name in listed}
    return model.removesuffix(LATEST) in plain or (model.endswith(UNLISTED_SUFFIXES) and model.rpartition(":")[0] in plain)


def _named(settings: Settings) -> dict[Choice, list[str]]:
    """Each model that is named, with where."""
    named: dict[Choice, list[str]] = {}
    for route in ROUTE_NAMES:
        if choice := settings.router.route(route):
            named.setdefault(choice, []).append(f"router.{route}")
        for other in settings.router.own_fallbacks.get(route, ()):
            named.setdefault(other, []).append(f"fallback.{route}")
    for other in settings.router.everywhere:
        named.setdefault(other, []).append("fallback.all")
    return {choice: places for choice, places in named.items() if choice.model != ANY}
