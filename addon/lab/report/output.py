"""A report on its way out: the table or the JSON on stdout, notes on stderr, a file where one was asked for."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from addon.lab.report import files as report_files
from addon.lab.report import table as report_table
from addon.lab.report.clean import without_secrets
from addon.lab.report.json_form import json_text
from addon.lab.report.report import Report
from translators.redact import redact

_NARROW = 120
"""Columns where stdout is no terminal."""


def show(report: Report, told: Console, *, out: Path | None, as_json: bool, secrets: Sequence[str] = ()) -> None:
    """Raises `ReportError`."""
    clean = without_secrets(report, secrets)
    if as_json:
        sys.stdout.write(json_text(clean))
    else:
        report_table.printed(clean, _console())
    for note in clean.notes:
        told.print(f"note: {note}", highlight=False, markup=False, soft_wrap=True)
    if out is not None:
        report_files.write(clean, out)
        told.print(f"report: {out}", highlight=False, markup=False, soft_wrap=True)


def show_pairs(rows: Iterable[Sequence[str]]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("", "id", "kind", "turn", "model", "success", "tool calls"):
        table.add_column(name, no_wrap=name == "id", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    _console().print(table)


def show_difference(lines: Iterable[str]) -> None:
    console = _console()
    for line in lines:
        style = "red" if line.startswith("-") else "green" if line.startswith("+") else ""
        console.print(Text(redact(line), style=style), soft_wrap=True)


def _console() -> Console:
    console = Console()
    return console if console.is_terminal else Console(width=_NARROW)
