"""Which pair of a file `ccr diff` shows: its flows hold both answers, or `ccr replay` measured some beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from addon.lab import compared
from addon.lab.compared import Pairs
from addon.lab.report import shown
from addon.lab.results import path_beside, read_results
from addon.lab.success import by_default
from addon.ledger import catalogue
from addon.recordings import recording
from addon.recordings.exchange import Answer, Exchange
from addon.recordings.recording import RecordingError


@dataclass(frozen=True, slots=True)
class Pair:
    exchange: Exchange
    model: str
    answer: Answer


def pairs_of(path: Path) -> list[Pair]:
    """In the recording's order. Raises `RecordingError`, `ResultsError`."""
    catalogue.load()
    found = recording.read(path)
    both = compared.of_one(found)
    if not both.exchanges:
        given: dict[str, dict[str, Answer]] = {}
        for result in read_results(path_beside(path)):
            given.setdefault(result.model, {})[result.id] = result.answer
        both = Pairs(found.exchanges, given)
    pairs = [
        Pair(exchange, model, answers[exchange.id])
        for exchange in both.exchanges
        for model, answers in both.answers.items()
        if exchange.id in answers
    ]
    if not pairs:
        hint = "`ccr replay FILE --model PROVIDER,MODEL` makes a second one"
        raise RecordingError(f"the requests of `{path}` have one answer only; hint: {hint}")
    return pairs


def chosen(pairs: list[Pair], which: str, model: str) -> Pair:
    """By its number in the list of this model's pairs, or of all, or by the beginning of its id. Raises `RecordingError`."""
    own = [each for each in pairs if model in ("", each.model)]
    if not own:
        known = ", ".join(f"`{name}`" for name in dict.fromkeys(each.model for each in pairs))
        raise RecordingError(f"nothing of `{model}` is here; hint: there are answers of {known}")
    if which.isdecimal() and 0 < int(which) <= len(own):
        return own[int(which) - 1]
    meant = [each for each in own if each.exchange.id.startswith(which)]
    if len(meant) == 1:
        return meant[0]
    if not meant:
        raise RecordingError(f"no pair is called `{which}`; hint: without it, all {len(pairs):,} are listed")
    names = ", ".join(f"`{name}`" for name in dict.fromkeys(each.model for each in meant))
    raise RecordingError(f"`{which}` means {len(meant)} pairs; hint: give more of the id, or --model, one of {names}")


def listed(pairs: list[Pair]) -> Iterator[tuple[str, ...]]:
    """A row for each: number, id, kind, turn, model, what it is."""
    for number, each in enumerate(pairs, 1):
        verdict = by_default(each.exchange, each.answer)
        calls = ", ".join(call.name for call in each.answer.tool_calls)
        what = "ok" if verdict.success else verdict.reason
        yield str(number), each.exchange.id, each.exchange.kind, each.exchange.turn, each.model, what, calls or shown.NOTHING
