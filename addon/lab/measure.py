"""One model's answer to one recorded request, measured; and whether a task was brought to its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from addon.lab.agreement import Agreement, agreement
from addon.lab.success import Verdict, by_default, valid_calls
from addon.lab.tasks import Task
from addon.recordings.exchange import Answer, Exchange


@dataclass(frozen=True, slots=True)
class Measured:
    """`agreement` is None for the recorded answer itself. `valid_calls` of the answer's tool calls are valid."""

    exchange: Exchange
    answer: Answer
    verdict: Verdict
    valid_calls: int
    agreement: Agreement | None = None

    @property
    def gave_up(self) -> bool:
        """It ends in words where the recorded one goes on with tools: what followed would never have been asked."""
        return bool(self.exchange.recorded.tool_calls) and not self.answer.tool_calls


def measured(exchange: Exchange, answer: Answer, verdict: Verdict | None = None) -> Measured:
    """`verdict` is the judge's or the user's; None: by the default rule."""
    agrees = None if answer is exchange.recorded else agreement(exchange.recorded, answer)
    return Measured(exchange, answer, verdict or by_default(exchange, answer), valid_calls(exchange, answer), agrees)


def succeeded(task: Task, measures: Mapping[str, Measured], *, led: bool = True) -> bool | None:
    """Whether each request that counts is a success; by the default rule, one that gave up is none here.

    `led`: the recording led on to the next request, whatever was answered; else the answers themselves did.
    None where not all of them were measured. `measures` by the exchange's id.
    """
    found = [measures.get(each.id) for each in task.counting]
    known = [each for each in found if each is not None]
    if any(not each.verdict.success or (led and each.verdict.by == "default" and each.gave_up) for each in known):
        return False
    return True if len(known) == len(found) else None
