"""The report as a grid of texts: what the table, the Markdown and the page show in the same words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from addon.lab.figures import Figures, share
from addon.lab.report import shown
from addon.lab.report.report import ALL, Report, Side


@dataclass(frozen=True, slots=True)
class Row:
    """`cells` in the order of the report's sides; `hint` says what the figure is."""

    label: str
    hint: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """`name` is a kind of request, or `all`."""

    name: str
    rows: tuple[Row, ...]


type _Cell = Callable[[Figures], str]

_ROWS: Final[tuple[tuple[str, str, _Cell], ...]] = (
    ("requests", "answers that were measured", lambda f: f"{f.requests:,}"),
    ("success", "successful answers", lambda f: shown.part(f.successes, f.requests)),
    ("failed by", "why answers are no success", lambda f: shown.words(f.reasons)),
    ("valid tool calls", "of an offered tool, with arguments that fit its schema", lambda f: shown.part(f.valid_calls, f.calls)),
    ("same tool", "tool calls that call the recorded one's tool, in order", lambda f: shown.part(f.same_tool, f.compared)),
    ("same arguments", "of these, with the recorded arguments", lambda f: shown.part(f.same_arguments, f.compared)),
    (
        "likeness",
        "1 less the edit distance of the arguments; 100 % is the same",
        lambda f: shown.percent(share(f.likeness, f.compared)),
    ),
    ("same stop reason", "answers that ended for the recorded reason", lambda f: shown.part(f.same_stop, f.ended)),
    ("tokens in", "input that no cache had", lambda f: shown.tokens(f.input)),
    ("tokens out", "output", lambda f: shown.tokens(f.output)),
    ("cache hits", "the share of the input that a cache had", lambda f: shown.percent(f.cache_hits)),
    ("cost", "US dollars", shown.cost),
    ("per success", "cost of all, by the successful requests", shown.per_success),
    ("first token", "median · p95", lambda f: shown.times(f.first)),
    ("total time", "median · p95", lambda f: shown.times(f.total)),
    ("errors", "by type", lambda f: shown.words(f.errors)),
)
_OF_MODELS: Final = frozenset({"same tool", "same arguments", "likeness", "same stop reason"})


def sections(report: Report) -> Iterator[Section]:
    """All requests first, then each kind, where there is more than one."""
    yield Section(ALL, (*_rows(report, ALL), *_task_rows(report)))
    if len(report.kinds) > 1:
        for kind in report.kinds:
            yield Section(kind, tuple(_rows(report, kind)))


def heads(report: Report) -> list[str]:
    return [side.name for side in report.sides]


def closing(report: Report) -> str:
    """The totals of all models."""
    asked = f"{_counted(report.requests, 'answer')} of {_counted(len(report.models), 'model')}"
    return f"{asked} to {_counted(len(report.exchanges), 'recorded request')}; cost in all: {shown.dollars(report.cost)}"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _rows(report: Report, kind: str) -> Iterator[Row]:
    found = [_figures(side, kind) for side in report.sides]
    for label, hint, cell in _ROWS:
        cells = tuple(
            shown.NOTHING if side is report.recorded and label in _OF_MODELS else cell(figures)
            for side, figures in zip(report.sides, found, strict=True)
        )
        if set(cells) != {shown.NOTHING}:
            yield Row(label, hint, cells)


def _task_rows(report: Report) -> Iterator[Row]:
    found = [side.task_figures for side in report.sides]
    done = tuple(shown.part(each.successes, each.measured) for each in found)
    yield Row("tasks", "from one prompt to its final answer: all requests that count succeeded", done)
    yield Row("per task", "cost of all requests of the tasks, by the successful tasks", tuple(map(shown.per_success, found)))


def _figures(side: Side, kind: str) -> Figures:
    return side.all if kind == ALL else side.kinds.get(kind, Figures())
