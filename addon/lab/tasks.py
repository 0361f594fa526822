"""Tasks: a recorded session from one of the user's prompts to its final answer.

A session's main requests tell where a task begins, by the number of the prompt in their turn. What subagents and side jobs were
asked meanwhile belongs to it as well. A compaction in the middle of the work starts the numbers anew, but no task. A request
without a session is a task of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from addon.recordings.exchange import Exchange

SIDE_KINDS: Final = frozenset({"title", "summary", "side job", "probe", "count"})
"""Beside the work: they cost something, but the task does not depend on them."""


@dataclass(frozen=True, slots=True)
class Task:
    """`exchanges` by time."""

    exchanges: tuple[Exchange, ...]

    @property
    def counting(self) -> tuple[Exchange, ...]:
        """Those on which its success depends: all but the side jobs, unless there is nothing else."""
        return tuple(each for each in self.exchanges if each.kind not in SIDE_KINDS) or self.exchanges


def tasks_of(exchanges: Iterable[Exchange]) -> list[Task]:
    sessions: dict[str, list[Exchange]] = {}
    alone: list[Exchange] = []
    for each in exchanges:
        (sessions.setdefault(each.session, []) if each.session else alone).append(each)
    found = [Task(part) for session in sessions.values() for part in _parts(sorted(session, key=lambda each: each.at))]
    return sorted([*found, *(Task((each,)) for each in alone)], key=lambda task: task.exchanges[0].at)


def _parts(session: Sequence[Exchange]) -> Iterator[tuple[Exchange, ...]]:
    """A session's requests, cut where a prompt's first main request begins."""
    part: list[Exchange] = []
    last: Exchange | None = None
    compacted = False
    for each in session:
        if each.kind == "compaction":
            compacted = True
        if _is_main(each):
            if last is not None and _prompt(each) != _prompt(last) and not (compacted and _goes_on(last)):
                yield tuple(part)
                part = []
            last, compacted = each, False
        part.append(each)
    yield tuple(part)


def _is_main(exchange: Exchange) -> bool:
    return exchange.kind == "main" and not exchange.agent


def _prompt(exchange: Exchange) -> str:
    return exchange.turn.partition(".")[0]


def _goes_on(exchange: Exchange) -> bool:
    """Its answer called tools, so that the work was not over."""
    return bool(exchange.recorded.tool_calls)
