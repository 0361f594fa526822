"""The report for programs.

ccr_replay_report  the form of the document; changes when a program that reads it must change
title, success     the recording, and who says what a success is
notes              what a reader must know of how the figures came about
recorded, models   {name, all, kinds, tasks, answers}: the recorded answers, and each model's
  all, kinds       figures of all requests, and by kind. Times in ms, money in US dollars, shares from 0 to 1; null: not known
  tasks            tasks, measured, successes, cost, cost_per_success
  answers          one for each request: id, kind, success, reason, detail, by, cost, times …; no texts
totals             requests, answers, cost
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Final

from addon.lab.figures import Figures, TaskFigures, is_unpriced, share
from addon.lab.measure import Measured
from addon.lab.report.report import Report, Side

FORM: Final = 1


def document(report: Report) -> dict[str, Any]:
    return {
        "ccr_replay_report": FORM,
        "title": report.title,
        "success": report.judged_by,
        "notes": list(report.notes),
        "recorded": _side(report.recorded),
        "models": [_side(side) for side in report.models],
        "totals": {"requests": len(report.exchanges), "answers": report.requests, "cost": report.cost},
    }


def json_text(report: Report) -> str:
    return json.dumps(document(report), indent=2, ensure_ascii=False).encode(errors="backslashreplace").decode() + "\n"


def _side(side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "all": _figures(side.all),
        "kinds": {kind: _figures(found) for kind, found in side.kinds.items()},
        "tasks": _tasks(side.task_figures),
        "answers": [_answer(each) for each in side.measures.values()],
    }


def _figures(found: Figures) -> dict[str, Any]:
    return asdict(found) | {
        "success": found.success,
        "valid_share": share(found.valid_calls, found.calls),
        "same_tool_share": share(found.same_tool, found.compared),
        "same_arguments_share": share(found.same_arguments, found.compared),
        "likeness_share": share(found.likeness, found.compared),
        "same_stop_share": share(found.same_stop, found.ended),
        "cache_hits": found.cache_hits,
        "cost": found.cost,
        "cost_per_success": found.cost_per_success,
    }


def _tasks(found: TaskFigures) -> dict[str, Any]:
    return asdict(found) | {"cost_per_success": found.cost_per_success}


def _answer(each: Measured) -> dict[str, Any]:
    answer, verdict = each.answer, each.verdict
    return {
        "id": each.exchange.id,
        "kind": each.exchange.kind,
        "session": each.exchange.session,
        "turn": each.exchange.turn,
        "choice": answer.choice,
        **asdict(verdict),
        "calls": len(answer.tool_calls),
        "valid_calls": each.valid_calls,
        "agreement": asdict(each.agreement) if each.agreement else None,
        "stop_reason": answer.stop_reason,
        "error": answer.error,
        "cost": 0.0 if answer.cost is None and not is_unpriced(answer) else answer.cost,
        "first_ms": answer.first_ms,
        "total_ms": answer.total_ms,
    }
