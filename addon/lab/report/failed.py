"""The part of the page that lists answers that are no success, each beside the recorded one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Final

from addon.lab.measure import Measured
from addon.lab.report import shown
from addon.lab.report.report import Report
from addon.recordings.exchange import Answer

MOST: Final = 200
"""Listed in one page; the JSON report has them all."""

_TEXT: Final = 700  # characters of an answer's text, or of one call's arguments


def failed(report: Report) -> Iterator[str]:
    rows = [(side.name, each) for side in report.models for each in side.failed]
    if not rows:
        return
    yield '<section class="card"><h2>Answers that are no success</h2>'
    more = f"The first {MOST:,} of {len(rows):,}." if len(rows) > MOST else f"{len(rows):,} in all."
    yield f'<p class="soft">{more} Long texts are cut.</p>'
    for side in report.models:
        shown_here = [each for name, each in rows[:MOST] if name == side.name]
        if shown_here:
            why = shown.words(side.all.reasons)
            head = f'<summary><b>{escape(side.name)}</b> <span class="soft">{len(side.failed):,}: {escape(why)}</span></summary>'
            yield f'<details class="model-failed">{head}{"".join(_pair(side.name, each) for each in shown_here)}</details>'
    yield "</section>"


def _pair(name: str, each: Measured) -> str:
    verdict, exchange = each.verdict, each.exchange
    about = " · ".join(
        part for part in (exchange.kind, f"turn {exchange.turn}" if exchange.turn else "", exchange.id[:8]) if part
    )
    head = f'<summary><span class="reason">{escape(verdict.reason)}</span> <span class="soft">{escape(about)}</span></summary>'
    detail = f"<p>{escape(_cut(verdict.detail))}</p>" if verdict.detail else ""
    sides = "".join(
        f"<div><h3>{escape(title)}</h3><pre>{escape(_told(answer))}</pre></div>"
        for title, answer in ((f"recorded: {exchange.recorded.choice}", exchange.recorded), (name, each.answer))
    )
    return f'<details>{head}{detail}<div class="pair">{sides}</div></details>'


def _told(answer: Answer) -> str:
    parts = [_cut(answer.text)] if answer.text else []
    for call in answer.tool_calls:
        given = call.arguments if call.input is None else json.dumps(call.input, ensure_ascii=False, indent=2)
        parts.append(f"→ {call.name}\n{_cut(given)}")
    end = f"error: {answer.error}: {_cut(answer.message)}" if answer.error else f"stop: {answer.stop_reason or 'none'}"
    parts.append(f"[{end} · {shown.duration(answer.total_ms)} · {shown.dollars(answer.cost)}]")
    return "\n\n".join(parts)


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}… ({len(text) - _TEXT:,} more characters)"
