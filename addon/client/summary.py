"""What the requests of one command came to, for people and for GitHub's page of a job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from rich.table import Table

from addon.client.decisions import Record

COLUMNS: Final = ("model", "requests", "failed", "tokens in", "tokens out", "cost")
MOST_ERRORS: Final = 10


@dataclass(slots=True)
class Row:
    """One model that answered, or was the last to be asked. `cost` in US dollars; `unpriced` counts requests without a price."""

    model: str
    requests: int = 0
    failed: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    unpriced: int = 0

    @property
    def money(self) -> str:
        if self.requests and self.unpriced == self.requests:
            return "unknown" if self.tokens_out else "-"
        return f"${self.cost:.4f}" + (f" + {self.unpriced} unpriced" if self.unpriced else "")

    def cells(self) -> tuple[str, ...]:
        return (
            self.model,
            *(f"{number:,}" for number in (self.requests, self.failed, self.tokens_in, self.tokens_out)),
            self.money,
        )


@dataclass(slots=True)
class Summary:
    """`retries` asked the same model again, `fallbacks` another one. `errors` are what the client was told, as sentences."""

    rows: list[Row] = field(default_factory=list)
    total: Row = field(default_factory=lambda: Row("all"))
    retries: int = 0
    fallbacks: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def headline(self) -> str:
        if not self.total.requests:
            return "no request came through the router"
        words = [_counted(self.total.requests, "request"), f"{self.total.failed} failed"]
        words += [f"{self.total.tokens_in:,} tokens in, {self.total.tokens_out:,} out", f"cost {self.total.money}"]
        return ", ".join([*words, _counted(self.retries, "retry", "retries"), _counted(self.fallbacks, "fallback")])

    @property
    def told_errors(self) -> Iterator[str]:
        """Each of the errors once, the most frequent first: a client that tries again meets the same one many times."""
        counts = Counter(self.errors).most_common()
        for error, times in counts[:MOST_ERRORS]:
            yield error if times == 1 else f"{error} ({times} times)"
        if len(counts) > MOST_ERRORS:
            yield f"and {_counted(len(counts) - MOST_ERRORS, 'other error')}"


def summary(records: Iterable[Record]) -> Summary:
    """Of the lines of `ccr_events`."""
    result, rows = Summary(), dict[str, Row]()
    for record in records:
        name = f"{record['provider']},{record['model']}" if record.get("provider") else "(refused)"
        for row in (rows.setdefault(name, Row(name)), result.total):
            _add(row, record)
        tried = [(attempt["provider"], attempt["model"]) for attempt in record.get("attempts") or []]
        same = [before == after for before, after in pairwise(tried)]
        result.retries += sum(same)
        result.fallbacks += len(same) - sum(same)
        if error := record.get("error"):
            result.errors.append(f"{name}: {error['status']} {error['type']}: {' '.join(error['message'].split())}")
    result.rows = sorted(rows.values(), key=lambda row: (-row.requests, row.model))
    return result


def _add(row: Row, record: Record) -> None:
    usage = record.get("usage") or {}
    row.requests += 1
    row.failed += bool(record.get("error"))
    row.tokens_in += sum(usage.get(kind) or 0 for kind in ("input", "cache_read", "cache_write"))
    row.tokens_out += usage.get("output") or 0
    row.cost += record.get("cost") or 0.0
    row.unpriced += record.get("cost") is None and not record.get("error")


def _counted(number: int, one: str, more: str = "") -> str:
    return f"{number} {one if number == 1 else more or one + 's'}"


def table(found: Summary) -> Table:
    """For a terminal."""
    shown = Table(box=None, pad_edge=False, header_style="dim")
    for number, name in enumerate(COLUMNS):
        shown.add_column(name, justify="right" if number else "left", overflow="fold" if not number else "ellipsis")
    for row in found.rows:
        shown.add_row(*row.cells())
    return shown


def markdown(found: Summary, status: int) -> str:
    """For $GITHUB_STEP_SUMMARY."""
    return "\n".join([*_markdown(found, status), ""])


def _markdown(found: Summary, status: int) -> Iterator[str]:
    yield f"### ccr: {found.headline}, exit status {status}"
    yield ""
    if found.rows:
        yield _line(COLUMNS)
        yield _line(["---", *["---:"] * (len(COLUMNS) - 1)])
        yield from (_line(row.cells()) for row in found.rows)
        yield ""
    yield from (f"- {_plain(error)}" for error in found.told_errors)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_plain, cells))} |"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return "".join(f"\\{each}" if each in "\\`*_[]<>|#$" else each for each in text)
