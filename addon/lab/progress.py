"""How far a replay is: a bar on a terminal, a line now and then elsewhere. On stderr."""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from addon.lab.budget import dollars
from addon.recordings.exchange import Answer

_LINES: Final = 10
"""Where there is no terminal: one line each tenth of the way."""


class Shown:
    """A context manager; a `lab.Watcher`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._done = self._pairs = self._failed = 0
        self._bar: Progress | None = None
        self._task = TaskID(0)
        if console.is_terminal:
            text = TextColumn("[progress.description]{task.description}", markup=True)
            left = TextColumn("{task.fields[note]}", markup=False)
            columns = (text, BarColumn(bar_width=None), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(), left)
            self._bar = Progress(*columns, console=console, transient=True, expand=True)

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.stop()

    def begin(self, pairs: int, known: int) -> None:
        self._pairs, self._done = pairs, known
        if self._bar is not None:
            self._task = self._bar.add_task("replaying", total=pairs, completed=known, note="")

    def heard(self, model: str, answer: Answer, spent: float) -> None:
        self._done += 1
        self._failed += bool(answer.error)
        note = ", ".join([dollars(spent), *([f"{self._failed} failed"] if self._failed else [])])
        if self._bar is not None:
            self._bar.update(self._task, completed=self._done, note=note)
        elif self._done == self._pairs or self._done * _LINES // self._pairs > (self._done - 1) * _LINES // self._pairs:
            self._console.print(
                f"replaying: {self._done:,} of {self._pairs:,}, {note}; the last: {model}", highlight=False, markup=False
            )
