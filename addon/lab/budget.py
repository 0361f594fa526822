"""What a replay will cost, before it is begun; and a purse that is never overdrawn while it runs.

The estimate of one request: its input as estimated when it was recorded, at the price of input that no cache had, and as many
tokens of output as the recorded answer had.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from addon.config.settings import Provider
from addon.lab.figures import is_unpriced
from addon.ledger.prices import price
from addon.recordings.exchange import Answer, Exchange
from translators.events import Usage

USUAL_OUTPUT: Final = 500
"""Tokens, where no recorded answer tells."""


class OverBudget(Exception):
    """The replay must not begin. The message is for people."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of one model: `requests` still to be asked; US dollars, None where the price is not known."""

    model: str
    requests: int
    dollars: float | None


def estimated(exchange: Exchange, provider: Provider, model: str, usual_output: int) -> float | None:
    output = exchange.recorded.output or usual_output
    return price(provider, model, Usage(input=exchange.tokens, output=output))


def priced(answer: Answer, provider: Provider, model: str) -> Answer:
    """A kept answer by the prices of now: the configuration may have got them, or others, since."""
    counted = answer.input + answer.cache_read + answer.cache_write
    if answer.cost is None and not (counted and is_unpriced(answer)):
        return answer
    usage = Usage(answer.input, answer.output, answer.cache_read, answer.cache_write)
    return replace(answer, cost=price(provider, model, usage))


def usual_output(exchanges: Iterable[Exchange]) -> int:
    """The recorded answers' median, for requests whose own answer has none."""
    known = [each.recorded.output for each in exchanges if each.recorded.output]
    return round(statistics.median(known)) if known else USUAL_OUTPUT


def check(estimates: Sequence[Estimate], spent: float, budget: float) -> None:
    """Raises `OverBudget`, with the estimate of each model."""
    if unknown := [each for each in estimates if each.dollars is None and each.requests]:
        names = ", ".join(f"`{each.model}`" for each in unknown)
        raise OverBudget(
            f"the price of {names} is not known, so --budget cannot be kept\n"
            "hint: give it in the config, as `model_info: {MODEL: {price: {input: 0.5, output: 1.5}}}` of its provider"
        )
    total = sum(each.dollars or 0.0 for each in estimates)
    if spent + total <= budget:
        return
    lines = [f"  {each.model}: {each.requests:,} requests, about {dollars(each.dollars)}" for each in estimates]
    before = f" beside {dollars(spent)} spent before" if spent else ""
    raise OverBudget(
        "\n".join(
            [
                f"about {dollars(total)} would be spent{before}, more than the budget of {dollars(budget)}",
                *lines,
                "hint: raise --budget, or ask less with --limit, --select or --only-kind",
            ]
        )
    )


class Purse:
    """`budget` None: no limit. `spent` counts what was asked before, too. An answer of unknown cost counts as estimated."""

    def __init__(self, budget: float | None, spent: float = 0.0) -> None:
        self.budget, self.spent, self.reserved = budget, spent, 0.0

    def allows(self, estimate: float) -> bool:
        """Whether one more can be paid, should all that are under way cost what was estimated."""
        return self.budget is None or self.spent + self.reserved + estimate <= self.budget

    def reserve(self, estimate: float) -> None:
        self.reserved += estimate

    def pay(self, estimate: float, cost: float | None, *, free: bool) -> None:
        self.reserved -= estimate
        self.spent += cost if cost is not None else 0.0 if free else estimate


def dollars(value: float | None) -> str:
    """With as many places as small sums need."""
    if value is None:
        return "unknown"
    if value == 0 or value >= 100:
        return f"${value:,.0f}" if value else "$0"
    if value >= 1:
        return f"${value:.2f}"
    return f"${value:.4f}" if value >= 0.001 else f"${value:.2g}" if value >= 0.0001 else f"${value:.6f}"
