"""The models of routes and fallbacks against their providers' own lists."""

from __future__ import annotations

from collections.abc import Iterator

from addon.config.errors import closest, either
from addon.config.settings import ANY, ROUTE_NAMES, Settings
from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, note, ok, problem, warning
from addon.routing.choice import Choice

LATEST = ":latest"
"""Ollama's name for a model without a tag."""
# Ways to ask for a listed model. https://openrouter.ai/docs/guides/routing/model-variants
UNLISTED_SUFFIXES = (":nitro", ":floor", ":exacto", ":online")


def models(context: Context) -> Findings:
    """A route to a model that its provider does not list is a 404 when it is taken."""
    named = _named(context.settings)
    if not named:
        yield ok("no route names a model: Claude Code chooses")
    judged = list(_judged(context, named))
    listed = {choice.provider for choice in named if context.live_models(choice.provider)}
    if listed and not judged:
        yield ok(f"{', '.join(sorted(listed))}: all models of routes and fallbacks are listed")
    yield from (*judged, *_unlisted(context, named))


def _judged(context: Context, named: dict[Choice, list[str]]) -> Iterator[Finding]:
    for choice, places in named.items():
        listed = context.live_models(choice.provider)
        if not listed or _has(listed, choice.model):
            continue
        asked = context.answer_of(choice.provider)
        if asked is None or asked.lists_all:
            yield _missing(context, choice, places, listed)
        else:
            why = f"it says that it has more than the {len(listed):,} that it lists"
            yield note(f"{choice}: not in the list of its provider", why=why, fix=f"`ccr model test {choice}` tells")


def _missing(context: Context, choice: Choice, places: list[str], listed: tuple[str, ...]) -> Finding:
    near = closest(choice.model, listed) or closest(choice.model.rpartition("/")[2], listed)
    where = f"{', '.join(places)} in {context.around.short(context.config.source)}"
    what = f"{choice.provider} has no model `{choice.model}`"
    why = f"it lists {len(listed):,} models; this one is answered with 404"
    if near:
        fix = f"did you mean {either(near)}? {_change(context, choice.provider, near[0], places)}"
    else:
        fix = f"choose one of its list: `ccr model list --provider {choice.provider}{context.config.option}`"
    said = warning if all(place.startswith("fallback") for place in places) else problem
    return said(what, where, why, fix=fix)


def _change(context: Context, provider: str, model: str, places: list[str]) -> str:
    """The command that changes a route; lists of fallbacks are edited by hand."""
    route = next((place.removeprefix("router.") for place in places if place.startswith("router.")), "")
    option = context.config.option
    listing = f"`ccr model list --provider {provider}{option}` shows all"
    return f"`ccr model use {route} {provider},{model}{option}`" if route else listing


def _unlisted(context: Context, named: dict[Choice, list[str]]) -> Iterator[Finding]:
    """Providers whose list was not had."""
    for name in sorted({choice.provider for choice in named}):
        if not context.live_models(name) and name in context.settings.providers:
            yield note(f"{name}: its models were not compared with its own list ({_without_list(context, name)})")


def _without_list(context: Context, name: str) -> str:
    asked = context.answer_of(name)
    if asked is None:
        return "--offline"
    if asked.trouble is not None:
        return "it cannot be reached"
    if asked.provider.auth == "client":
        return "it is shown Claude Code's own login alone"
    return "it shows no list" if asked.keys else "there is no key to ask with"


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
