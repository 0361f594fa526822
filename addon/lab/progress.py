"""How far a replay or a judge is: a bar on a terminal, a line now and then elsewhere. On stderr."""

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
    """A context manager; the `Watcher` of a replay and of a judge. `doing`: what takes its time."""

    def __init__(self, console: Console, doing: str = "replaying") -> None:
        self._console, self._doing = console, doing
        self._done = self._pairs = self._failed = 0
        self._unpriced = False
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
            self._task = self._bar.add_task(self._doing, total=pairs, completed=known, note="")

    def heard(self, model: str, answer: Answer, spent: float) -> None:
        self._failed += bool(answer.error)
        failed = f", {self._failed} failed" if self._failed else ""
        self._unpriced = self._unpriced or (answer.cost is None and not answer.error)
        cost = "cost unknown" if self._unpriced and not spent else dollars(spent)
        self.step(f"{cost}{failed}", f"; the last: {model}")

    def step(self, note: str = "", more: str = "") -> None:
        """One more is done. `more` is for lines, which have the room."""
        self._done += 1
        if self._bar is not None:
            self._bar.update(self._task, completed=self._done, note=note)
        elif self._done == self._pairs or self._done * _LINES // self._pairs > (self._done - 1) * _LINES // self._pairs:
            self._console.print(
                f"{self._doing}: {self._done:,} of {self._pairs:,}{', ' if note else ''}{note}{more}",
                highlight=False,
                markup=False,
            )
