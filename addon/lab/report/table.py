"""The report for a terminal: one column for each model, in as many tables as the width needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console, ConsoleRenderable
from rich.table import Table
from rich.text import Text

from addon.lab.report.grid import Section, closing, heads, sections
from addon.lab.report.report import Report
from addon.lab.report.shown import NOTHING

_LABEL: Final = 18  # columns of the terminal
_CELL: Final = 17


def printed(report: Report, console: Console) -> None:
    for table in tables(report, console.width):
        console.print(table)
    console.print(Text(closing(report), style="bold"))
    console.print(Text(f"success: {report.judged_by}", style="dim"))


def tables(report: Report, width: int) -> Iterator[ConsoleRenderable]:
    """The recorded answers stand first in each, to compare with."""
    found, names = list(sections(report)), heads(report)
    fit = max(1, (width - _LABEL - 2) // (_CELL + 2) - 1)
    models = list(range(1, len(names)))
    for begin in range(0, len(models), fit):
        yield _table(report, found, names, [0, *models[begin : begin + fit]])


def _table(report: Report, found: Sequence[Section], names: Sequence[str], columns: Sequence[int]) -> Table:
    table = Table(title=report.title, title_justify="left", box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("", no_wrap=True, max_width=_LABEL)
    for column in columns:
        table.add_column(Text(names[column].replace(",", ",\n", 1)), justify="right", overflow="fold", max_width=2 * _CELL)
    for section in found:
        table.add_row(Text(section.name, style="bold cyan"), *([""] * len(columns)))
        for row in section.rows:
            table.add_row(f"  {row.label}", *(_cell(row.label, row.cells[column]) for column in columns))
        table.add_row()
    return table


def _cell(label: str, text: str) -> Text:
    bad = label in ("errors", "failed by") and text != NOTHING
    return Text(text, style="red" if bad else "bold" if label in ("success", "per task", "per success") else "")
