"""What a replay or a comparison found: the recorded answers and each model's, measured alike. All reports are made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from addon.lab.figures import Figures, TaskFigures, figures, task_figures
from addon.lab.judge import Judge
from addon.lab.labels import Labels
from addon.lab.measure import Measured, measured
from addon.lab.success import Verdict
from addon.lab.tasks import Task, tasks_of
from addon.recordings.exchange import RECORDED, Answer, Exchange

ALL = "all"
"""The section of all kinds of requests."""


@dataclass(frozen=True)
class Side:
    """One column: the answers of one model, or the recorded ones. `measures` by the exchange's id, in the recording's order.

    `led` is false for answers that were followed by what they led to: of a session of their own.
    """

    name: str
    measures: Mapping[str, Measured]
    tasks: Sequence[Task] = field(repr=False)
    led: bool = True

    @cached_property
    def all(self) -> Figures:
        return figures(list(self.measures.values()))

    @cached_property
    def task_figures(self) -> TaskFigures:
        return task_figures(self.tasks, self.measures, led=self.led)

    @cached_property
    def kinds(self) -> Mapping[str, Figures]:
        names = dict.fromkeys(each.exchange.kind for each in self.measures.values())
        return {kind: figures([each for each in self.measures.values() if each.exchange.kind == kind]) for kind in names}

    @property
    def failed(self) -> list[Measured]:
        return [each for each in self.measures.values() if not each.verdict.success]


@dataclass(frozen=True)
class Report:
    """`title` names the recording; `notes` are what a reader must know of how the figures came about."""

    title: str
    recorded: Side
    models: tuple[Side, ...]
    exchanges: tuple[Exchange, ...]
    judged_by: str
    notes: tuple[str, ...] = ()

    @property
    def sides(self) -> tuple[Side, ...]:
        return (self.recorded, *self.models)

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(kind for side in self.sides for kind in side.kinds))

    @property
    def requests(self) -> int:
        """Answers measured, of all models."""
        return sum(side.all.requests for side in self.models)

    @property
    def cost(self) -> float | None:
        """Of all models together; None where a price is not known."""
        known = [side.all.cost for side in self.models]
        return None if None in known else sum(cost for cost in known if cost is not None)


@dataclass(frozen=True, slots=True)
class Rule:
    """Who says what a success is: labels go before the judge, the judge before the default rule."""

    judge: Judge | None = None
    judge_command: str = ""
    labels: Labels | None = None
    labels_file: str = ""

    def __str__(self) -> str:
        named = [f"labels of {self.labels_file}"] if self.labels else []
        named += [f"judge `{self.judge_command}`"] if self.judge else []
        default = "a well-formed answer that did not stop early, each tool call of an offered tool with valid arguments"
        return ", else ".join([*named, *([] if self.judge else [default])])

    def measured(self, model: str, pairs: Iterable[tuple[Exchange, Answer]]) -> dict[str, Measured]:
        """By the exchange's id. Raises `JudgeFailed`. The recorded answers are not the judge's business."""
        known = list(pairs)
        verdicts = [self.labels.verdict(exchange.id, model) if self.labels else None for exchange, _ in known]
        if self.judge and model != RECORDED:
            verdicts = self._judged(self.judge, model, known, verdicts)
        return {
            exchange.id: measured(exchange, answer, verdict) for (exchange, answer), verdict in zip(known, verdicts, strict=True)
        }

    def _judged(
        self, judge: Judge, model: str, known: Sequence[tuple[Exchange, Answer]], labelled: Sequence[Verdict | None]
    ) -> list[Verdict | None]:
        said = iter(judge.verdicts(model, [pair for pair, label in zip(known, labelled, strict=True) if label is None]))
        return [label or next(said) for label in labelled]


def made(  # noqa: PLR0913, PLR0917  each is a part of the report
    title: str,
    exchanges: Sequence[Exchange],
    answers: Mapping[str, Mapping[str, Answer]],
    rule: Rule,
    notes: Sequence[str] = (),
    own: Sequence[Exchange] = (),
) -> Report:
    """`answers` by model and then by the exchange's id. Raises `JudgeFailed`.

    `own` are the requests that were answered, where these are others than `exchanges`: of another session.
    """
    tasks, asked = tasks_of(exchanges), own or exchanges
    tasks_asked = tasks_of(own) if own else tasks
    recorded = Side(RECORDED, rule.measured(RECORDED, [(each, each.recorded) for each in exchanges]), tasks)
    models = tuple(
        Side(name, rule.measured(name, [(each, given[each.id]) for each in asked if each.id in given]), tasks_asked, led=not own)
        for name, given in answers.items()
    )
    problem = rule.judge.problem if rule.judge else ""
    return Report(title, recorded, models, tuple(exchanges), str(rule), (*notes, *filter(None, [problem])))
