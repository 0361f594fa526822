"""What a reader must know of how the figures came about, one line each."""

from __future__ import annotations

from collections.abc import Iterator

from addon.lab.asking import Run
from addon.lab.results import Results
from addon.recordings.recording import Recording

_WHY_STOPPED = {
    "interrupted": "stopped by Ctrl-C",
    "terminated": "stopped by a signal",
    "budget": "stopped: the next request may exceed the budget",
}


def of_recording(recording: Recording, name: str = "") -> Iterator[str]:
    where = f"{name}: " if name else ""
    if recording.broken:
        yield recording.broken
    if recording.skipped:
        total = sum(recording.skipped.values())
        why = ", ".join(f"{reason} {number:,}" for reason, number in sorted(recording.skipped.items(), key=lambda item: -item[1]))
        yield f"{where}{total:,} flow{'' if total == 1 else 's'} left out: {why}"


def of_run(run: Run) -> Iterator[str]:
    if run.known:
        errors = f", {run.known_errors:,} of them an error" if run.known_errors else ""
        yield f"{run.known:,} answer{' was' if run.known == 1 else 's were'} measured before{errors}; --fresh would ask again"
    if run.stop:
        whole = run.left + run.known + run.asked
        yield f"{_WHY_STOPPED[run.stop]}: {run.left:,} of {whole:,} answers are missing; the same command goes on"


def of_results(results: Results) -> Iterator[str]:
    if results.damaged:
        yield f"{results.path.name}: {results.damaged:,} damaged line(s) passed over, to be asked again"


def of_saved(run: Run, name: str) -> Iterator[str]:
    """Of a file of flows that was begun by this run."""
    if run.known:
        yield f"{name} holds the {run.asked:,} answers of now, without the {run.known:,} measured before; --fresh asks all again"
