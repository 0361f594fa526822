"""The report as one page that needs nothing else: no script, nothing from the network, light and dark, for any screen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files
from typing import Final

from addon.lab.figures import Figures
from addon.lab.report import shown
from addon.lab.report.failed import failed
from addon.lab.report.grid import Row, Section, closing, heads, sections
from addon.lab.report.plots import COLOURS, Curve, Point, distribution, scatter
from addon.lab.report.report import Report, Side

_STYLE: Final = "page.css"
_NOTHING_LOADED: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(report: Report) -> str:
    body = "\n".join(_body(report))
    title = escape(f"Replay of {report.title}")
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{_NOTHING_LOADED}">
<title>{title}</title>
<style>{_style()}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


def _style() -> str:
    text = files("addon.lab.report").joinpath(_STYLE).read_text(encoding="utf-8")
    colours = "".join(f".c{number}{{--c:var(--c{number})}}" for number in range(COLOURS + 1))
    return re.sub(r"\s*\n\s*", "\n", text) + colours


def _body(report: Report) -> Iterator[str]:
    yield f"<header><h1>Replay of {escape(report.title)}</h1>"
    yield f'<p class="soft">{escape(closing(report))}. Success: {escape(report.judged_by)}.</p>'
    if report.notes:
        yield f'<ul class="notes">{"".join(f"<li>{escape(note)}</li>" for note in report.notes)}</ul>'
    yield "</header>"
    yield f'<div class="models">{"".join(_headline(side, number) for number, side in enumerate(report.sides))}</div>'
    yield f'<div class="plots">{_costs(report)}{_latencies(report)}{_heat(report)}{_agreement(report)}</div>'
    yield from failed(report)
    yield _figures(report)


def colour(number: int) -> int:
    """The recorded answers are grey, models follow."""
    return 0 if number == 0 else (number - 1) % COLOURS + 1


def _headline(side: Side, number: int) -> str:
    whole, tasks = side.all, side.task_figures
    rows = {
        "cost per successful task": shown.per_success(tasks),
        "per successful request": shown.per_success(whole),
        "tasks": shown.part(tasks.successes, tasks.measured),
        "first token": shown.duration(whole.first.median),
        "total time": shown.duration(whole.total.median),
    }
    listed = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows.items())
    of = f'<p class="soft">{whole.successes:,} of {whole.requests:,} answers successful</p>'
    success = f'<p class="big">{shown.percent(whole.success)}</p>{of}'
    return f'<article class="card model c{colour(number)}"><h2>{escape(side.name)}</h2>{success}<dl>{listed}</dl></article>'


def _costs(report: Report) -> str:
    points, unknown = [], []
    for number, side in enumerate(report.sides):
        found = side.all
        if found.cost is None or found.success is None:
            unknown += [side.name] if found.requests else []
        else:
            points.append(Point(side.name, colour(number), found.cost / found.requests, found.success))
    note = "Top left is best: success for little money."
    if unknown:
        note += f" Not shown, since the price is not known: {', '.join(unknown)}."
    plot = scatter(points, "Cost against success, by model") if points else ""
    return _card("Cost against success", note, plot, _legend(report))


def _latencies(report: Report) -> str:
    curves = [Curve(side.name, colour(number), _totals(side), dashed=number == 0) for number, side in enumerate(report.sides)]
    note = "The share of answers that were complete by then. Further left is faster; the recorded answers are dashed."
    return _card(
        "Time to the complete answer", note, distribution(curves, "Time to the complete answer, by model"), _legend(report)
    )


def _totals(side: Side) -> list[float]:
    answers = (each.answer for each in side.measures.values())
    return [answer.total_ms for answer in answers if answer.total_ms is not None and not answer.error]


def _legend(report: Report) -> str:
    items = "".join(f'<li class="c{colour(number)}"><i></i>{escape(side.name)}</li>' for number, side in enumerate(report.sides))
    return f'<ul class="legend">{items}</ul>'


def _heat(report: Report) -> str:
    kinds = report.kinds
    head = "".join(f'<th scope="col">{escape(kind)}</th>' for kind in kinds)
    rows = "".join(_heat_row(side, kinds) for side in report.sides)
    table = f'<div class="scroll"><table class="heat"><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    return _card("Success by kind of request", "Successful of measured answers.", table)


def _heat_row(side: Side, kinds: Iterable[str]) -> str:
    cells = "".join(_heat_cell(side.kinds.get(kind, Figures())) for kind in kinds)
    return f'<tr><th scope="row">{escape(side.name)}</th>{cells}</tr>'


def _heat_cell(found: Figures) -> str:
    if found.success is None:
        return f"<td>{shown.NOTHING}</td>"
    told = f'<b>{shown.percent(found.success)}</b><span class="soft">{found.successes:,}/{found.requests:,}</span>'
    return f'<td style="--share:{found.success * 100:.0f}%">{told}</td>'


def _agreement(report: Report) -> str:
    bars = "".join(_bar(side) for side in report.models)
    names = (
        ("same", "same tool and arguments"),
        ("tool", "same tool, other arguments"),
        ("none", "other tool, one too few or too many"),
    )
    legend = "".join(
        f'<li><i class="box" style="background:var(--c{code})"></i>{name}</li>'
        for code, (_, name) in zip((3, 5, 6), names, strict=True)
    )
    note = "Of the recorded or the new tool calls, whichever are more."
    return _card(
        "Agreement with the recorded tool calls", note, f'<div class="bars">{bars}</div><ul class="legend">{legend}</ul>'
    )


def _bar(side: Side) -> str:
    found = side.all
    parts = {
        "same": found.same_arguments,
        "tool": found.same_tool - found.same_arguments,
        "none": found.compared - found.same_tool,
    }
    told = (
        f"{found.same_arguments:,} same · {parts['tool']:,} other arguments · {parts['none']:,} other"
        if found.compared
        else "no tool calls"
    )
    pieces = "".join(f'<i class="{name}" style="flex:{number}"></i>' for name, number in parts.items() if number)
    what = f'<p class="what"><span>{escape(side.name)}</span><span>{told}</span></p>'
    return f'<div>{what}<div class="bar" role="img" aria-label="{escape(told)}">{pieces}</div></div>'


def _figures(report: Report) -> str:
    names = heads(report)
    tables = "".join(_section(section, names, number == 0) for number, section in enumerate(sections(report)))
    return f'<section class="card"><h2>All figures</h2><p class="soft">Of all requests, and by kind.</p>{tables}</section>'


def _section(section: Section, names: Iterable[str], first: bool) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in names)
    rows = "".join(_row(row) for row in section.rows)
    table = f'<div class="scroll"><table><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    return f"<details{' open' if first else ''}><summary>{escape(section.name)}</summary>{table}</details>"


def _row(row: Row) -> str:
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in row.cells)
    return f'<tr><th scope="row" title="{escape(row.hint)}">{escape(row.label)}</th>{cells}</tr>'


def _card(title: str, note: str, *parts: str) -> str:
    return f'<section class="card"><h2>{escape(title)}</h2><p class="soft">{escape(note)}</p>{"".join(parts)}</section>'
