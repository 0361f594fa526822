"""Many measured answers as figures.

Shares are None where there is nothing to take a share of. The median is the mean of the two middle values where their number is
even; p95 is by the nearest rank: the smallest value that at least 95 % of all do not exceed. Times are those of answers without
an error. Money is None where a price is not known: never a guess, and never 0.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from addon.lab.measure import Measured, succeeded
from addon.lab.tasks import Task
from addon.recordings.exchange import Answer


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds; None where nothing was measured."""

    median: float | None = None
    p95: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one model's answers, all or those of one kind of request.

    `calls` are the answer's tool calls, `valid_calls` those that are valid. `compared` are the calls that can agree with the
    recorded ones at most, `same_tool` and the rest how many do (see `agreement.Agreement`). `input` leaves out the cached
    tokens. `unpriced` counts the answers of unknown price; `cost` is None where there are any, `known_cost` that of the others.
    """

    requests: int = 0
    successes: int = 0
    calls: int = 0
    valid_calls: int = 0
    compared: int = 0
    same_tool: int = 0
    same_arguments: int = 0
    likeness: float = 0.0
    ended: int = 0
    same_stop: int = 0
    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    estimated: int = 0
    known_cost: float = 0.0
    unpriced: int = 0
    first: Times = Times()
    total: Times = Times()
    reasons: Mapping[str, int] = field(default_factory=dict)
    errors: Mapping[str, int] = field(default_factory=dict)

    @property
    def cost(self) -> float | None:
        return None if self.unpriced else self.known_cost

    @property
    def success(self) -> float | None:
        return share(self.successes, self.requests)

    @property
    def cache_hits(self) -> float | None:
        """The share of the input that was read from a cache."""
        return share(self.cache_read, self.input + self.cache_read + self.cache_write)

    @property
    def cost_per_success(self) -> float | None:
        """All that was spent, by the requests that succeeded. None where a price is unknown, or none succeeded."""
        return self.cost / self.successes if self.cost is not None and self.successes else None


@dataclass(frozen=True, slots=True)
class TaskFigures:
    """`measured` of the recording's tasks were asked to their end or failed before it; `cost` is of all requests of theirs."""

    tasks: int = 0
    measured: int = 0
    successes: int = 0
    cost: float | None = 0.0

    @property
    def cost_per_success(self) -> float | None:
        return self.cost / self.successes if self.cost is not None and self.successes else None


def figures(measures: Sequence[Measured]) -> Figures:
    answers = [each.answer for each in measures]
    whole = [answer for answer in answers if not answer.error]
    compared = [each.agreement for each in measures if each.agreement is not None]
    priced = [answer.cost for answer in answers if answer.cost is not None]
    return Figures(
        requests=len(measures),
        successes=sum(each.verdict.success for each in measures),
        calls=sum(len(answer.tool_calls) for answer in answers),
        valid_calls=sum(each.valid_calls for each in measures),
        compared=sum(each.calls for each in compared),
        same_tool=sum(each.same_tool for each in compared),
        same_arguments=sum(each.same_arguments for each in compared),
        likeness=sum(each.likeness for each in compared),
        ended=len(compared),
        same_stop=sum(each.same_stop for each in compared),
        input=sum(answer.input for answer in answers),
        output=sum(answer.output for answer in answers),
        cache_read=sum(answer.cache_read for answer in answers),
        cache_write=sum(answer.cache_write for answer in answers),
        estimated=sum(answer.usage_estimated for answer in answers),
        known_cost=math.fsum(priced),
        unpriced=sum(is_unpriced(answer) for answer in answers),
        first=times(answer.first_ms for answer in whole),
        total=times(answer.total_ms for answer in whole),
        reasons=counted(each.verdict.reason for each in measures if not each.verdict.success),
        errors=counted(answer.error for answer in answers if answer.error),
    )


def task_figures(tasks: Sequence[Task], measures: Mapping[str, Measured], *, led: bool = True) -> TaskFigures:
    """`measures` of one model, by the exchange's id; `led` as in `measure.succeeded`."""
    ends = [(task, succeeded(task, measures, led=led)) for task in tasks]
    decided = [(task, end) for task, end in ends if end is not None]
    answers = [measures[each.id].answer for task, _ in decided for each in task.exchanges if each.id in measures]
    unknown = any(is_unpriced(answer) for answer in answers)
    cost = None if unknown else math.fsum(answer.cost for answer in answers if answer.cost is not None)
    return TaskFigures(len(tasks), len(decided), sum(bool(end) for _, end in decided), cost)


def is_unpriced(answer: Answer) -> bool:
    """Whether it cost something that is not known. What failed before a word was said cost nothing; an estimate is no word."""
    silent = answer.error and not answer.output and (answer.usage_estimated or not answer.input)
    return answer.cost is None and not silent


def counted(words: Iterable[str]) -> dict[str, int]:
    """The most frequent first."""
    return dict(sorted(Counter(words).items(), key=lambda item: (-item[1], item[0])))


def times(values: Iterable[float | None]) -> Times:
    known = sorted(value for value in values if value is not None)
    return Times(statistics.median(known), percentile(known, 95)) if known else Times()


def percentile(ordered: Sequence[float], percent: float) -> float:
    """By the nearest rank. `ordered` must not be empty."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
