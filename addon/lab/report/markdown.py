"""The report as Markdown: one table for each kind of request."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from addon.lab.report.grid import closing, heads, sections
from addon.lab.report.report import Report


def markdown(report: Report) -> str:
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield from (f"# Replay of {_plain(report.title)}", "", f"{closing(report)}.", "", f"Success: {_plain(report.judged_by)}.", "")
    yield from (f"- {_plain(note)}" for note in report.notes)
    names = [_plain(name) for name in heads(report)]
    for section in sections(report):
        yield from ("", f"## {_plain(section.name)}", "", _row(["", *names]), _row([":--", *["--:"] * len(names)]))
        yield from (_row([row.label, *map(_plain, row.cells)]) for row in section.rows)
    yield from _failed(report)


def _failed(report: Report) -> Iterator[str]:
    rows = [(side.name, each) for side in report.models for each in side.failed]
    if rows:
        yield from ("", "## Not successful", "", _row(["model", "request", "kind", "why", "detail"]), _row([":--"] * 5))
    for name, each in rows:
        why = each.verdict
        yield _row([_plain(text) for text in (name, each.exchange.id, each.exchange.kind, why.reason, why.detail)])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """As a text that no Markdown reader takes for marks or HTML, on one line."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))
