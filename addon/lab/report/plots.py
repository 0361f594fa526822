"""The plots of the page, as inline SVG. Colours are classes of the page's style, so that both schemes fit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from addon.lab.report import shown

WIDTH: Final = 420
HEIGHT: Final = 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 14, 16, 44
_LINE: Final = 15  # a label's height
_WIDE: Final = 7.6  # about one bold letter's width at 13 px
_SHORT: Final = 24  # letters of a label

_SPREAD: Final = 8

COLOURS: Final = 8


@dataclass(frozen=True, slots=True)
class Point:
    """`x` in US dollars, `y` from 0 to 1."""

    name: str
    colour: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Curve:
    """`values` in milliseconds, in any order."""

    name: str
    colour: int
    values: Sequence[float]
    dashed: bool = False


def scatter(points: Sequence[Point], title: str) -> str:
    """Cost to the right, success upwards: the best are at the top left."""
    scale = _money_scale([point.x for point in points])
    least = _lowest([point.y for point in points])
    inner = [*_share_axis(least), _text(_LEFT, 9, "successful", "start"), *_money_axis(scale)]
    inner += [_text(WIDTH - _RIGHT, HEIGHT - 6, f"US dollars per request{', logarithmic' if scale.least else ''}", "end")]
    places = [(_x(scale.along(point.x)), _y((point.y - least) / (1 - least))) for point in points]
    for point, (x, y), (left, baseline) in zip(points, places, _labels(points, places), strict=True):
        if abs(baseline - 4 - y) > 8:
            end = left - 2 if left > x else left + len(short(point.name)) * _WIDE + 2
            inner.append(f'<line class="leader" x1="{x:.1f}" y1="{y:.1f}" x2="{end:.1f}" y2="{baseline - 4:.1f}"/>')
        told = f"{point.name}: {shown.percent(point.y)} successful, {shown.dollars(point.x)} per request"
        inner.append(
            f'<circle class="dot c{point.colour}" cx="{x:.1f}" cy="{y:.1f}" r="6.5"><title>{escape(told)}</title></circle>'
        )
        inner.append(_text(left, baseline, short(point.name), "start", "name"))
    told = "; ".join(f"{point.name} {shown.percent(point.y)} at {shown.dollars(point.x)}" for point in points)
    return _svg(title, told, inner)


@dataclass(frozen=True, slots=True)
class _Scale:
    """`least` 0 is a linear scale from 0 to `most`, any other a logarithmic one."""

    least: float
    most: float

    def along(self, value: float) -> float:
        return _along(value, self.least, self.most) if self.least else value / self.most


def _money_scale(values: Sequence[float]) -> _Scale:
    """Logarithmic where the dearest is many times the cheapest: else the cheap ones would lie on one heap."""
    if values and min(values) > 0 and max(values) / min(values) > _SPREAD:
        return _Scale(10.0 ** math.floor(math.log10(min(values) * 0.8)), 10.0 ** math.ceil(math.log10(max(values) * 1.2)))
    return _Scale(0.0, _rounded_up(max(values, default=0.0) * 1.08))


def distribution(curves: Sequence[Curve], title: str) -> str:
    """For each time, the share of answers that were there by then. Times on a logarithmic scale."""
    drawn = [curve for curve in curves if curve.values]
    every = [max(1.0, value) for curve in drawn for value in curve.values]
    least, most = _decade(every)
    inner = [*_share_axis(), *_time_axis(least, most), _text(WIDTH - _RIGHT, HEIGHT - 6, "time, logarithmic", "end")]
    inner += [
        f'<path class="curve c{curve.colour}{" dashed" if curve.dashed else ""}" d="{_steps(curve, least, most)}"/>'
        for curve in drawn
    ]
    told = "; ".join(
        f"{curve.name}: half within {shown.duration(sorted(curve.values)[(len(curve.values) - 1) // 2])}" for curve in drawn
    )
    return _svg(title, told, inner)


def short(name: str) -> str:
    """The model without its provider and vendor, cut where it is still long."""
    model = name.partition(",")[2] or name
    model = model.rpartition("/")[2] or model
    return model if len(model) <= _SHORT else f"{model[: _SHORT - 1]}…"


def _labels(points: Sequence[Point], places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Where each label begins: beside its dot, moved up or down until none covers another or a dot."""
    taken = [(x - 8, y - 8, x + 8, y + 8) for x, y in places]
    found = []
    for point, (x, y) in zip(points, places, strict=True):
        boxes = _places(x, y, len(short(point.name)) * _WIDE)
        box = next((box for box in boxes if not any(_meet(box, other) for other in taken)), boxes[0])
        taken.append(box)
        found.append((box[0], box[1] + _LINE / 2 + 4))
    return found


def _places(x: float, y: float, wide: float) -> list[tuple[float, float, float, float]]:
    """Where a label may stand: the nearest first."""
    lefts = [left for left in (x + 11, x - 11 - wide) if left >= 0 and left + wide <= WIDTH] or [max(0.0, WIDTH - wide)]
    boxes = [(left, y + move - _LINE / 2, left + wide, y + move + _LINE / 2) for move in _moves() for left in lefts]
    return [box for box in boxes if box[1] >= 0 and box[3] <= HEIGHT - _BOTTOM] or boxes


def _moves() -> Iterator[float]:
    for step in range(40):
        yield from (step * 6.0, -step * 6.0)


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _share_axis(least: float = 0.0) -> list[str]:
    """From `least` to 1."""
    parts = []
    for step in range(5):
        y = _y(step / 4)
        kind = "grid" if step else "axis"
        parts.append(f'<line class="{kind}" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(_LEFT - 8, y + 4, f"{(least + (1 - least) * step / 4) * 100:.4g} %", "end"))
    return parts


def _lowest(shares: Sequence[float]) -> float:
    """Where the axis begins: not at 0 if all are far from it, lest they lie on one heap."""
    return next(least for least in (0.8, 0.6, 0.4, 0.0) if not shares or min(shares) >= least + 0.02 or not least)


def _money_axis(scale: _Scale) -> Iterator[str]:
    if scale.least:
        first, last = round(math.log10(scale.least)), round(math.log10(scale.most))
        values = [10.0**power for power in range(first, last + 1)]
    else:
        values = [scale.most * step / 4 for step in range(5)]
    for value in values:
        x = _x(scale.along(value))
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}"/>'
        yield _text(x, HEIGHT - _BOTTOM + 17, f"${value:.6f}".rstrip("0").rstrip("."), "middle")


def _time_axis(least: float, most: float) -> Iterator[str]:
    ticks = list(_ticks(least, most))
    every = 1 + (len(ticks) - 1) // 6
    for tick in ticks[::every]:
        x = _x(_along(tick, least, most))
        yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{HEIGHT - _BOTTOM}"/>'
        yield _text(x, HEIGHT - _BOTTOM + 17, f"{tick:g} ms" if tick < 1000 else f"{tick / 1000:g} s", "middle")


def _ticks(least: float, most: float) -> Iterator[float]:
    for power in range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1):
        yield from (tick for tick in (10**power, 2 * 10**power, 5 * 10**power) if least <= tick <= most * 1.0001)


def _decade(values: Sequence[float]) -> tuple[float, float]:
    """The range of 1, 2, 5, 10 … that holds the values."""
    if not values:
        return 100.0, 10_000.0
    low = max(tick for tick in _ticks(0.1, 1e9) if tick <= min(values))
    high = min(tick for tick in _ticks(0.1, 1e9) if tick >= max(values))
    return (low, high) if high > low else (low, low * 10)


def _along(value: float, least: float, most: float) -> float:
    return (math.log(max(value, least)) - math.log(least)) / (math.log(most) - math.log(least))


def _steps(curve: Curve, least: float, most: float) -> str:
    parts = [f"M{_x(0):.1f} {_y(0):.1f}"]
    for number, value in enumerate(sorted(curve.values), 1):
        parts.append(f"H{_x(_along(value, least, most)):.1f}V{_y(number / len(curve.values)):.1f}")
    return "".join([*parts, f"H{_x(1):.1f}"])


def _rounded_up(value: float) -> float:
    """To 1, 2, 4, 5 or 8 of its power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 5, 8, 10) if step * power >= value)


def _x(share: float) -> float:
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, told: str, inner: Sequence[str]) -> str:
    """`told` says in words what is to be seen."""
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>{escape(title)}</title><desc>{escape(told)}</desc>'
    return "".join([head, *inner, "</svg>"])
