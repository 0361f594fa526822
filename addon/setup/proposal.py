"""Which model to propose for which route.

First what the shipped configuration of a provider says, as far as its models are there; then by price, window and name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from addon.config.document import normal
from addon.config.load import SHIPPED, shipped_configs
from addon.config.parse import parse
from addon.config.settings import Router
from addon.models.facts import ModelFacts

NEEDED_CONTEXT = 32_000
"""Tokens. Claude Code's first request alone is some 25,000."""
DEAREST = 30.0
"""US dollars per million tokens of output: what costs more is not proposed by itself."""
PART_OF_WINDOW = 0.75
"""Of the smallest window but longContext's; what is longer goes to that one."""
LONG = "longContext"

_SMALL = re.compile(r"(?<![a-z])(mini|nano|flash|haiku|lite|small|tiny|luna|air|instant|fast|\d{1,2}b)(?![a-z])", re.IGNORECASE)
_STRONG = re.compile(
    r"(?<![a-z])(sonnet|pro|coder|code|opus|max|large|sol|codex|plus)(?![a-z])|glm|kimi|qwen3|gpt-\d", re.IGNORECASE
)
_ODD = re.compile(r"preview|exp\b|beta|:free|vision|-vl\b|search|deep-research|robotics|latest", re.IGNORECASE)


def propose(models: Sequence[ModelFacts]) -> dict[str, str]:
    """`provider,model` by route, for `default`, `background`, `think` and `longContext`; {} without models."""
    able = _able(models)
    if not able:
        return {}
    shipped = _shipped(able[0].provider)
    there = {facts.model: facts for facts in able}
    default = there.get(shipped.get("default", "")) or _best(able)
    background = there.get(shipped.get("background", "")) or _cheap(able, default)
    think = there.get(shipped.get("think", "")) or default
    long = there.get(shipped.get("longcontext", "")) or _roomy(able, default)
    picks = {"default": default, "background": background, "think": think, "longContext": long}
    return {route: facts.choice for route, facts in picks.items()}


def threshold(routes: Mapping[str, str], known: Mapping[str, ModelFacts]) -> int | None:
    """From how many tokens on the longContext model is wanted: the others hold less. None where the usual threshold will do.

    `routes` are `provider,model` by route; `known` are facts by the same names.
    """
    long = routes.get(LONG, routes.get("default", ""))
    sizes = [known[choice].context for choice in routes.values() if choice != long and choice in known]
    smallest = min((size for size in sizes if size), default=None)
    if smallest is None or (routes.get("default") == long and smallest * PART_OF_WINDOW >= Router().long_context_threshold):
        return None
    return max(10_000, int(smallest * PART_OF_WINDOW) // 10_000 * 10_000)


def _able(models: Sequence[ModelFacts]) -> list[ModelFacts]:
    """Those that can do the work, as far as is known; all that chat if that leaves none."""
    chats = [facts for facts in models if facts.chats] or list(models)
    able = [facts for facts in chats if facts.tools is not False and (facts.context or NEEDED_CONTEXT) >= NEEDED_CONTEXT]
    return able or chats


def _best(models: Sequence[ModelFacts]) -> ModelFacts:
    """The dearest that is no luxury is taken for the best; strong names and newer models break ties."""

    def rank(facts: ModelFacts) -> tuple[bool, bool, bool, float, int, str]:
        output = facts.price.output if facts.price else 0.0
        affordable = output if output <= DEAREST else -output
        names = bool(_STRONG.search(facts.model)), not _SMALL.search(facts.model), not _ODD.search(facts.model)
        return names[2], names[1], names[0], affordable, facts.created, _natural(facts.model)

    return max(models, key=rank)


def _cheap(models: Sequence[ModelFacts], default: ModelFacts) -> ModelFacts:
    """The cheapest of those whose price is known, small ones first; without prices a small name, else the default itself."""
    cheaper = [facts for facts in models if _cost(facts) is not None and _under(facts, default) and not _ODD.search(facts.model)]
    small = [facts for facts in cheaper if _SMALL.search(facts.model)]
    if chosen := small or cheaper:
        return min(chosen, key=lambda facts: (_cost(facts) or 0.0, facts.model))
    named = [facts for facts in models if _SMALL.search(facts.model) and not _ODD.search(facts.model)]
    return default if _cost(default) is not None or not named else max(named, key=lambda facts: (facts.created, facts.model))


def _roomy(models: Sequence[ModelFacts], default: ModelFacts) -> ModelFacts:
    """The cheapest of those with the largest window, if that is much larger than the default's."""
    if default.context is None:
        return default
    largest = max(facts.context or 0 for facts in models)
    if largest < default.context * 1.5:
        return default
    enough = [facts for facts in models if (facts.context or 0) >= largest * 0.9]
    return min(enough, key=lambda facts: (bool(_ODD.search(facts.model)), _cost(facts) is None, _cost(facts) or 0.0, facts.model))


def _cost(facts: ModelFacts) -> float | None:
    """Of a usual request: much more input than output."""
    return facts.price.input * 10 + facts.price.output if facts.price else None


def _under(facts: ModelFacts, default: ModelFacts) -> bool:
    limit = _cost(default)
    return limit is None or (_cost(facts) or 0.0) <= limit


def _natural(name: str) -> str:
    """Numbers padded, so that `4.10` comes after `4.9`."""
    return re.sub(r"\d+", lambda found: found[0].zfill(8), name)


@cache
def _shipped(provider: str) -> dict[str, str]:
    """The models that the shipped configuration of this name routes to at it, by route."""
    if provider not in shipped_configs():
        return {}
    router = parse((SHIPPED / f"{provider}.yaml").read_text(encoding="utf-8"), f"{provider}.yaml").tree.get("router", {})
    head = f"{provider},"
    return {normal(name): value.removeprefix(head) for name, value in router.items() if str(value).startswith(head)}
