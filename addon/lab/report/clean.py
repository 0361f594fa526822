"""A report without secrets, before it becomes text: what is blanked afterwards could take marks of the text with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from addon.lab.measure import Measured
from addon.lab.report.report import Report, Side
from addon.recordings.exchange import Answer, ToolCall
from translators.redact import redact


def without_secrets(report: Report, secrets: Sequence[str]) -> Report:
    """What has the shape of a credential is blanked as well. The figures stay."""
    return replace(
        report,
        title=redact(report.title, secrets),
        recorded=_side(report.recorded, secrets),
        models=tuple(_side(side, secrets) for side in report.models),
        judged_by=redact(report.judged_by, secrets),
        notes=tuple(redact(note, secrets) for note in report.notes),
    )


def _side(side: Side, secrets: Sequence[str]) -> Side:
    return replace(side, measures={key: _measured(each, secrets) for key, each in side.measures.items()})


def _measured(each: Measured, secrets: Sequence[str]) -> Measured:
    verdict = replace(each.verdict, reason=redact(each.verdict.reason, secrets), detail=redact(each.verdict.detail, secrets))
    exchange = replace(each.exchange, recorded=_answer(each.exchange.recorded, secrets))
    return replace(each, exchange=exchange, answer=_answer(each.answer, secrets), verdict=verdict)


def _answer(answer: Answer, secrets: Sequence[str]) -> Answer:
    return replace(
        answer,
        text=redact(answer.text, secrets),
        thinking=redact(answer.thinking, secrets),
        message=redact(answer.message, secrets),
        tool_calls=tuple(_call(call, secrets) for call in answer.tool_calls),
    )


def _call(call: ToolCall, secrets: Sequence[str]) -> ToolCall:
    return replace(call, arguments=redact(call.arguments, secrets), input=_value(call.input, secrets))


def _value(value: Any, secrets: Sequence[str]) -> Any:
    match value:
        case str():
            return redact(value, secrets)
        case dict():
            return {redact(str(name), secrets): _value(item, secrets) for name, item in value.items()}
        case list():
            return [_value(item, secrets) for item in value]
        case _:
            return value
