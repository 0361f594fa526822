"""How far an answer's tool calls and its end agree with the recorded ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

# An edit distance proper, and fast on the long texts that tools are given; the standard library's difflib has neither.
from rapidfuzz.distance import Levenshtein

from addon.recordings.exchange import Answer, ToolCall

LONG: Final = 20_000
"""Characters. Longer arguments are compared by lines, each of which is the same or not."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of one answer. `calls` is the larger number of tool calls, of the recorded and the new answer: what can agree at most.

    `same_tool` counts those that call the same tool, in the same order; `same_arguments` those of them with the same
    arguments; `likeness` adds up their arguments' likeness, 1 less the normalised edit distance. `same_stop`: the stop
    reasons are the same.
    """

    calls: int
    same_tool: int
    same_arguments: int
    likeness: float
    same_stop: bool


def agreement(recorded: Answer, answer: Answer) -> Agreement:
    pairs = paired(recorded.tool_calls, answer.tool_calls)
    both = [(before, after) for before, after in pairs if before and after]
    return Agreement(
        calls=max(len(recorded.tool_calls), len(answer.tool_calls)),
        same_tool=len(both),
        same_arguments=sum(canonical(before) == canonical(after) for before, after in both),
        likeness=sum(likeness(before, after) for before, after in both),
        same_stop=bool(answer.stop_reason) and answer.stop_reason == recorded.stop_reason,
    )


def paired(before: Sequence[ToolCall], after: Sequence[ToolCall]) -> list[tuple[ToolCall | None, ToolCall | None]]:
    """The calls side by side: as many of the same tool as order allows, and of those the ones whose arguments are most alike."""
    rows, columns = len(before), len(after)
    best = [[(0, 0.0)] * (columns + 1) for _ in range(rows + 1)]
    gains = [[_gain(left, right) for right in after] for left in before]
    for row in reversed(range(rows)):
        for column in reversed(range(columns)):
            both = _plus(best[row + 1][column + 1], gains[row][column])
            best[row][column] = max(both, best[row + 1][column], best[row][column + 1])
    pairs: list[tuple[ToolCall | None, ToolCall | None]] = []
    row = column = 0
    while row < rows and column < columns:
        if gains[row][column][0] and best[row][column] == _plus(best[row + 1][column + 1], gains[row][column]):
            pairs.append((before[row], after[column]))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            pairs.append((before[row], None))
            row += 1
        else:
            pairs.append((None, after[column]))
            column += 1
    return [*pairs, *((call, None) for call in before[row:]), *((None, call) for call in after[column:])]


def _gain(before: ToolCall, after: ToolCall) -> tuple[int, float]:
    return (1, likeness(before, after)) if before.name == after.name else (0, 0.0)


def _plus(one: tuple[int, float], other: tuple[int, float]) -> tuple[int, float]:
    return one[0] + other[0], one[1] + other[1]


def likeness(before: ToolCall, after: ToolCall) -> float:
    """From 0, nothing alike, to 1, the same arguments."""
    one, other = canonical(before), canonical(after)
    if one == other:
        return 1.0
    if max(len(one), len(other)) <= LONG:
        return Levenshtein.normalized_similarity(one, other)
    return Levenshtein.normalized_similarity(one.split("\\n"), other.split("\\n"))  # as JSON writes the ends of lines


def canonical(call: ToolCall) -> str:
    """The arguments as JSON in one spelling; as they came, where they are none."""
    return call.arguments if call.input is None else written(call.input)


def written(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
