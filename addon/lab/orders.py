"""What `ccr replay` and `ccr compare` were told, carried out. What is wrong with it is found before anything is asked."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO, FileIO
from pathlib import Path
from typing import Final

from mitmproxy import http
from mitmproxy.io import FlowWriter
from rich.console import Console

from addon.config.errors import ConfigError
from addon.config.settings import Settings
from addon.current import Current
from addon.lab import compared, verdicts
from addon.lab.asking import Lab, Run, UnusableModel, contestants
from addon.lab.budget import OverBudget
from addon.lab.judge import Judge, JudgeFailed
from addon.lab.labels import LabelsError, read_labels
from addon.lab.progress import Shown
from addon.lab.report import files as report_files
from addon.lab.report import notes
from addon.lab.report.files import ReportError
from addon.lab.report.report import Report, Rule, made
from addon.lab.results import Results, ResultsError, path_beside, write_whole
from addon.ledger import catalogue
from addon.recordings import recording
from addon.recordings.exchange import Answer
from addon.recordings.flow_file import flows_of
from addon.recordings.recording import Recording, RecordingError

WRONG: Final = (
    ConfigError,
    JudgeFailed,
    LabelsError,
    OverBudget,
    RecordingError,
    ReportError,
    ResultsError,
    UnusableModel,
)
"""What a user can have got wrong. Each message is for people."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which requests of a recording; `limit` 0 is no limit."""

    select: str = ""
    kinds: tuple[str, ...] = ()
    limit: int = 0

    def read(self, path: Path) -> Recording:
        """Raises `RecordingError`, also where nothing is left."""
        found = recording.read(path, self.select, self.kinds)
        if not found.exchanges:
            why = "; ".join(notes.of_recording(found)) or "it has no flows"
            raise RecordingError(f"`{path}` has no model call to look at: {why}; hint: record one with `ccr record`")
        if self.limit:
            return replace(found, exchanges=found.exchanges[: self.limit], flows=found.flows[: self.limit])
        return found


@dataclass(frozen=True, slots=True)
class Judging:
    """Who says what a success is; `out` is where the report goes, None for nowhere."""

    judge: str = ""
    labels: Path | None = None
    out: Path | None = None

    def rule(self, files: Sequence[Path], models: Sequence[str], console: Console) -> tuple[Rule, list[str]]:
        """The rule, and what is to be noted of it. `files` are the recordings, whose ids labels may name."""
        if self.out:
            report_files.check(self.out)
        judge = Judge(self.judge, verdicts.path_beside(files[0]), console) if self.judge else None
        if self.labels is None:
            return Rule(judge, self.judge), []
        labels = read_labels(self.labels)
        labels.check({each.id for file in files for each in recording.read(file).exchanges})
        others = labels.of_others(models)
        said = [f"{others:,} label{' is' if others == 1 else 's are'} of models that are not measured here"] if others else []
        return Rule(judge, self.judge, labels, self.labels.name), said


@dataclass(frozen=True, slots=True)
class Replay:
    """What `ccr replay` was told. `budget` in US dollars, None for no limit; `save` is a file for the flows."""

    file: Path
    models: tuple[str, ...]
    chosen: Chosen
    judging: Judging
    config: str = ""
    concurrency: int = 4
    budget: float | None = None
    fresh: bool = False
    save: Path | None = None

    def run(self, console: Console) -> tuple[Report, Run, Settings]:
        """Asks what was not asked before, and measures all. Raises what `WRONG` lists. Progress goes to `console`."""
        current = Current()
        settings = current.load(self.config)
        for warning in settings.warnings:
            console.print(f"warning: {warning}", highlight=False, markup=False)
        asked = contestants(self.models, settings)
        found = self.chosen.read(self.file)
        rule, said = self.judging.rule([self.file], [one.name for one in asked], console)
        catalogue.load()
        new = self.save is not None and _is_new(self.save, self.file)
        with Results(path_beside(self.file), fresh=self.fresh) as results, _saved(self.save) as save:
            lab = Lab(found, asked, results, budget=self.budget, each=save)
            lab.check_budget()
            with Shown(console) as shown:
                run = asyncio.run(lab.run(current, shown, self.concurrency))
        answers: dict[str, dict[str, Answer]] = {one.name: {} for one in asked}
        for (exchange_id, model), answer in run.answers.items():
            answers[model][exchange_id] = answer
        told = [*notes.of_recording(found), *notes.of_run(run), *notes.of_results(results), *said]
        if new and self.save:
            told += notes.of_saved(run, self.save.name)
        return made(self.file.name, found.exchanges, answers, rule, told), run, settings


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `ccr compare` was told; `after` None: the flows of `before` hold both answers."""

    before: Path
    after: Path | None
    chosen: Chosen
    judging: Judging

    def run(self, console: Console) -> Report:
        """Raises what `WRONG` lists."""
        catalogue.load()
        first = self.chosen.read(self.before)
        told = list(notes.of_recording(first, self.before.name))
        if self.after is None:
            title, pairs = self.before.name, compared.of_one(first)
        else:
            second = recording.read(self.after, self.chosen.select, self.chosen.kinds)
            told += notes.of_recording(second, self.after.name)
            title, pairs = f"{self.before.name} and {self.after.name}", compared.of_two(first, second, self.after.stem)
        if not pairs.exchanges:
            raise RecordingError(self._nothing())
        told += self._unmatched(pairs)
        if pairs.own:
            told.append("two sessions, each measured whole; agreement is of the requests at the same place of both")
        rule, said = self.judging.rule(list(filter(None, [self.before, self.after])), list(pairs.answers), console)
        return made(title, pairs.exchanges, pairs.answers, rule, [*told, *said], pairs.own)

    def _nothing(self) -> str:
        if self.after is None:
            hint = "give a second recording, or a file that `ccr replay --save` or `mitmdump -C … -w` wrote"
            return f"no flow of `{self.before}` holds two answers to compare; hint: {hint}"
        hint = "recordings are compared by what the client asked: replay one with `ccr replay --save`"
        return f"`{self.before}` and `{self.after}` have no request in common; hint: {hint}"

    def _unmatched(self, pairs: compared.Pairs) -> Iterator[str]:
        for number, file in zip(pairs.unmatched, (self.before, self.after), strict=True):
            if number and file:
                without = "a second answer" if self.after is None else "a counterpart in the other file"
                yield f"{file.name}: {number:,} request{'' if number == 1 else 's'} without {without}"


@contextlib.contextmanager
def _saved(path: Path | None) -> Iterator[Callable[[http.HTTPFlow], None] | None]:
    """A function that appends flows to the file; None where there is no file."""
    if path is None:
        yield None
        return
    try:
        file = FileIO(path, "a")
    except OSError as error:
        raise ResultsError(f"`{path}` cannot be written: {error.strerror or error}; hint: name a file to save flows in") from None
    with file:

        def save(flow: http.HTTPFlow) -> None:
            state = BytesIO()
            FlowWriter(state).add(flow)
            whole = file.seek(0, os.SEEK_END)
            try:
                write_whole(file, state.getvalue())
            except OSError as error:
                file.truncate(whole)  # what is appended to half a flow could not be read
                raise ResultsError(f"`{path}` cannot be written: {error.strerror or error}; hint: make room, and go on") from None

        yield save


def _is_new(path: Path, recorded: Path) -> bool:
    """Whether flows are not appended to others. Raises `ResultsError` for the recording itself, and for no whole flows."""
    hint = "name another file to save flows in"
    if not (path.is_file() and path.stat().st_size):
        return True
    if path.samefile(recorded):
        raise ResultsError(f"`{path}` is the recording itself; hint: {hint}")
    try:
        broken = flows_of(path)[1]
    except RecordingError as error:
        broken = str(error)
    if broken:
        raise ResultsError(f"nothing can be appended: {broken.partition(';')[0]}; hint: {hint}")
    return False
