"""Figures as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from addon.lab.budget import dollars
from addon.lab.figures import Figures, TaskFigures, Times

__all__ = ["NOTHING", "cost", "dollars", "duration", "part", "per_success", "percent", "times", "tokens", "words"]

NOTHING = "—"


def percent(value: float | None) -> str:
    """Whole percents; never 100 % nor 0 % where it is not all or none."""
    if value is None:
        return NOTHING
    rounded = round(value * 100)
    if rounded in (0, 100) and value not in (0, 1):
        return f"{value * 100:.1f} %" if 0.0005 <= value < 0.9995 else "< 0.1 %" if value < 0.5 else "> 99.9 %"
    return f"{rounded} %"


def part(some: int, of: int) -> str:
    return f"{percent(some / of)} ({some:,}/{of:,})" if of else NOTHING


def tokens(number: int) -> str:
    if number < 1000:
        return str(number)
    return f"{number / 1000:.1f}k" if number < 1_000_000 else f"{number / 1_000_000:.2f}M"


def duration(milliseconds: float | None) -> str:
    if milliseconds is None:
        return NOTHING
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1000:.2f} s" if milliseconds < 10_000 else f"{milliseconds / 1000:.1f} s"


def times(value: Times) -> str:
    return NOTHING if value.median is None else f"{duration(value.median)} · {duration(value.p95)}"


def cost(figures: Figures) -> str:
    if not figures.unpriced:
        return dollars(figures.known_cost)
    if figures.unpriced == figures.requests or not figures.known_cost:
        return "unknown"
    return f"unknown (≥ {dollars(figures.known_cost)})"


def per_success(value: Figures | TaskFigures) -> str:
    """What one success cost; in words where there is no such number."""
    measured = value.measured if isinstance(value, TaskFigures) else value.requests
    if not measured:
        return NOTHING
    if not value.successes:
        return "none successful"
    return dollars(value.cost_per_success)


def words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{word} {number:,}" if number > 1 else word for word, number in counts.items()) or NOTHING
