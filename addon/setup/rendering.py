"""A plan as a commented YAML file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from addon.config.edit import scalar
from addon.config.settings import ROUTE_NAMES
from addon.models.facts import ModelFacts
from addon.models.table import dollars, tokens
from addon.setup.plan import Plan, ProviderPlan

MEANINGS = {
    "default": "everything that no other route takes",
    "background": "titles, summaries and other side jobs",
    "think": "plan mode, ultrathink, high effort",
    "longContext": "requests of more tokens than the threshold",
    "webSearch": "Claude Code's web searches",
    "image": "turns with an image",
}
"""What each route takes, in a few words."""


def render(plan: Plan, today: date) -> str:
    return "\n".join([*_head(today), "", *_providers(plan), "", *_router(plan), "", *_tail(), ""])


def _head(today: date) -> Iterator[str]:
    yield f"# Written by `ccr init` on {today.isoformat()}; yours to edit."
    yield "# The README, under Configuration, says what each key means."
    yield "# No key is in this file: `$NAME` is read from the environment."
    yield "# `ccr model` changes the routes and leaves your comments alone."


def _providers(plan: Plan) -> Iterator[str]:
    yield "providers:"
    for provider in plan.providers:
        yield f"  - name: {scalar(provider.name)}"
        for key, value in provider.tree.items():
            if key != "name":
                yield f"    {key}: {_text(value)}{_remark(provider, key)}"
        yield from _models(plan, provider)


def _text(value: str) -> str:
    """URLs and variables are plain where nothing in them means anything to YAML."""
    return value if re.fullmatch(r"(https?://|\$)[\w./:@%~?=&+-]+", value) and not value.endswith(":") else scalar(value)


def _remark(provider: ProviderPlan, key: str) -> str:
    if key == "auth" and provider.auth == "client":
        return "   # Claude Code's own login is passed on"
    return ""


def _models(plan: Plan, provider: ProviderPlan) -> Iterator[str]:
    listed = plan.listed(provider)
    if not listed:
        return
    facts = {each.model: each for each in provider.models}
    more = f"   # those in use; `ccr model list` shows all {len(facts)}" if len(facts) > len(listed) else ""
    yield f"    models:{more}"
    rows = [(f"      - {scalar(model)}", _known(facts.get(model))) for model in listed]
    yield from _aligned(rows)
    if news := {model: facts[model].news for model in listed if model in facts and facts[model].news}:
        yield "    model_info:   # what only its list says"
        yield from (f"      {scalar(model)}: {_flow(told)}" for model, told in news.items())


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    return str(value) if isinstance(value, int) else f"{value:.6f}".rstrip("0").rstrip(".")


def _known(facts: ModelFacts | None) -> str:
    if facts is None:
        return ""
    context = f"{tokens(facts.context)} context" if facts.context else ""
    price = f"${dollars(facts.price)} per million tokens in / out" if facts.price and dollars(facts.price) != "free" else ""
    return ", ".join(part for part in (context, price) if part)


def _router(plan: Plan) -> Iterator[str]:
    yield "router:"
    rows = [(f"  {name}: {scalar(plan.routes[name])}", MEANINGS[name]) for name in ROUTE_NAMES if name in plan.routes]
    if plan.threshold is not None:
        after = next((at for at, (line, _) in enumerate(rows) if line.startswith("  longContext:")), len(rows) - 1)
        rows.insert(after + 1, (f"  longContextThreshold: {plan.threshold}", "tokens"))
    default = plan.routes.get("default", "provider,model")
    rows += [(f"  # {name}: {scalar(default)}", MEANINGS[name]) for name in ROUTE_NAMES if name not in plan.routes]
    yield from _aligned(rows)


def _tail() -> Iterator[str]:
    yield "# Who answers when a route's model fails, best first:"
    yield "# fallback:"
    yield '#   default: ["provider,model"]'


def _aligned(rows: list[tuple[str, str]]) -> Iterator[str]:
    width = min(max(len(line) for line, _ in rows), 60)
    for line, remark in rows:
        yield f"{line:<{width}}   # {remark}" if remark else line
