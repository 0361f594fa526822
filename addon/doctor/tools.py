"""Whether each route's model calls tools: found out by asking it, which costs money, so only with `--probe`."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from addon.config.settings import ANY, ROUTE_NAMES, Settings
from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, note, ok, problem, warning
from addon.models.probe import ProbeName, Result, probe_model
from addon.routing.choice import Choice

PROBES: tuple[ProbeName, ...] = ("tool call", "tool result")
TOOLLESS = frozenset({"background"})
"""Routes whose work is done without tools for the most part: titles and summaries."""
MOST_AT_ONCE = 4


def tools(context: Context) -> Findings:
    """Two short requests to each model that a route or one of its fallbacks names."""
    named = _named(context.settings)
    if not named:
        yield ok("no route names a model: Claude Code chooses, and its models call tools")
        return
    if not context.probe:
        why = f"it costs two short requests to each of {len(named)} models" if len(named) > 1 else "it costs two short requests"
        yield note(
            "tool calls were not tried", why=why, fix="`ccr doctor --probe`, or `ccr model test PROVIDER,MODEL` for all there is"
        )
        return
    with ThreadPoolExecutor(MOST_AT_ONCE) as pool:
        for choice, results in zip(named, pool.map(lambda each: _asked(context, each), named), strict=True):
            yield from _judged(choice, results, named[choice])


def _asked(context: Context, choice: Choice) -> list[Result]:
    provider = context.settings.providers[choice.provider]
    keys = context.config.keys_in_force(provider)
    return probe_model(provider, choice.model, keys[0] if keys else "", only=PROBES)


def _judged(choice: Choice, results: list[Result], routes: list[str]) -> Iterator[Finding]:
    where = ", ".join(f"router.{route}" for route in routes)
    failed = [result for result in results if result.state == "fails"]
    if untried := next((result for result in results if result.state == "not tried" and not failed), None):
        yield note(f"{choice}: tool calls could not be tried: {untried.note}", where, fix="try again later")
    elif not failed:
        partly = next((result.note for result in results if result.state == "partly"), "")
        yield ok(f"{choice}: calls tools" + (f" ({partly})" if partly else ""))
    for result in failed:
        said = warning if set(routes) <= TOOLLESS else problem
        why = "Claude Code works by tools: with this model it cannot read or change a file"
        yield said(f"{choice}: {result.name} fails: {result.note}", where, why, fix=_fix(choice, result))


def _fix(choice: Choice, result: Result) -> str:
    hint = f"{result.hint}; " if result.hint else ""
    return f"{hint}choose another model for this route; `ccr model test {choice}` shows all that works"


def _named(settings: Settings) -> dict[Choice, list[str]]:
    named: dict[Choice, list[str]] = {}
    for route in ROUTE_NAMES:
        choice = settings.router.route(route)
        for each in dict.fromkeys((*((choice,) if choice else ()), *(settings.router.fallbacks(route) if choice else ()))):
            if each.model != ANY and each.provider in settings.providers:
                named.setdefault(each, []).append(route)
    return named
