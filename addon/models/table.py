"""Models and probe results as tables for people and as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from addon.config.settings import ROUTE_NAMES, Price, Router
from addon.models.facts import ModelFacts
from addon.models.probe import Result, State, works

_COLOURS: dict[State, str] = {"works": "green", "partly": "yellow", "fails": "red", "not tried": "dim"}
_MARKS: dict[State, str] = {"works": "✓", "partly": "~", "fails": "✗", "not tried": "-"}


def tokens(count: int | None) -> str:
    """`128k`, `1M`; "" where unknown."""
    if count is None:
        return ""
    if count >= 1_000_000:
        return f"{count / 1_000_000:.3g}M"
    return f"{count / 1000:.0f}k" if count >= 1000 else str(count)


def dollars(price: Price | None) -> str:
    """Input and output for a million tokens: `0.3 / 1.2`."""
    if price is None:
        return ""
    return "free" if not (price.input or price.output) else f"{price.input:.4g} / {price.output:.4g}"


def brief(facts: ModelFacts | None) -> str:
    """Window and price in brackets; "" where neither is known."""
    context = f"{tokens(facts.context)} context" if facts and facts.context else ""
    price = dollars(facts.price) if facts else ""
    known = ", ".join(part for part in (context, price if price in ("", "free") else f"${price} per million") if part)
    return f"   ({known})" if known else ""


def models_table(models: Iterable[ModelFacts]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("model", overflow="fold", ratio=None)
    table.add_column("context", justify="right", no_wrap=True)
    table.add_column("$ / M in, out", justify="right", no_wrap=True)
    table.add_column("routes", overflow="fold")
    for facts in models:
        style = "" if facts.chats else "dim"
        routes = Text(", ".join(facts.routes), style="cyan")
        table.add_row(Text(facts.choice, style=style), tokens(facts.context), dollars(facts.price), routes)
    return table


def routes_table(router: Router, facts: dict[str, ModelFacts], *, numbered: bool = False) -> Table:
    """Each route with its model; those that are not set say what answers instead."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    if numbered:
        table.add_column("", justify="right")
    table.add_column("route")
    table.add_column("model", overflow="fold")
    table.add_column("context", justify="right", no_wrap=True)
    table.add_column("$ / M in, out", justify="right", no_wrap=True)
    for number, name in enumerate(ROUTE_NAMES, start=1):
        choice = router.route(name)
        about = facts.get(str(choice)) if choice else None
        model = Text(str(choice)) if choice else Text("- (default answers)" if name != "default" else "-", style="dim")
        row = (name, model, tokens(about.context if about else None), dollars(about.price if about else None))
        table.add_row(*((str(number), *row) if numbered else row))
    return table


def results_table(results: Sequence[Result]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("probe", no_wrap=True)
    table.add_column("result", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    before = ""
    for result in results:
        state = Text(f"{_MARKS[result.state]} {result.state}", style=_COLOURS[result.state])
        seconds = f"{result.seconds:.1f} s" if result.seconds else ""
        table.add_row(result.name, state, seconds, Text(result.note if result.note != before else "as above"))
        before = result.note
    return table


def results_json(choice: str, results: Sequence[Result]) -> dict[str, Any]:
    probes = [
        {
            "name": result.name,
            "state": result.state,
            "note": result.note,
            "ms": round(result.seconds * 1000),
            "input_tokens": result.usage.input,
            "output_tokens": result.usage.output,
            "cost": result.cost,
        }
        for result in results
    ]
    return {"model": choice, "works": works(list(results)), "probes": probes, "cost": total_cost(results)}


def total_cost(results: Iterable[Result]) -> float | None:
    """US dollars; None where a price is not known."""
    costs = [result.cost for result in results if result.usage.input is not None]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if known and len(known) == len(costs) else None


def summary(results: Sequence[Result]) -> str:
    """What the probes took, in one line."""
    read = sum((r.usage.input or 0) + (r.usage.cache_read or 0) + (r.usage.cache_write or 0) for r in results)
    written = sum(result.usage.output or 0 for result in results)
    cost = total_cost(results)
    price = f", ${cost:.4f}" if cost is not None else ""
    return f"{tokens(read) or 0} tokens in, {tokens(written) or 0} out{price}"
