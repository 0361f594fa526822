"""The answers that were measured, kept beside the recording as they come in, so that no request is paid for twice.

`RECORDING.ccr-replay.jsonl`: a line of JSON that says what it is, then one line per answer: the exchange's id, the model, a mark
of how the model was set up, and the answer. An answer of a model that is set up otherwise now is not used.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from typing import Any, Final, Self

from addon.config.settings import Provider
from addon.recordings.exchange import Answer, ToolCall

FORM: Final = 1
"""Of the file. One of another form cannot be gone on with."""

_SUFFIX: Final = ".ccr-replay.jsonl"


class ResultsError(Exception):
    """The file cannot be used. The message is for people."""


@dataclass(frozen=True, slots=True)
class Result:
    id: str
    model: str
    setup: str
    answer: Answer


def path_beside(recording: Path) -> Path:
    return recording.with_name(recording.name + _SUFFIX)


def setup_of(provider: Provider, model: str) -> str:
    """Changes when the same request would be sent elsewhere or otherwise."""
    target = provider.target(model)
    sent = (provider.base_url, provider.dialect, target.model, target.quirks, target.max_output, sorted(target.overrides.items()))
    return hashlib.sha256(repr(sent).encode()).hexdigest()[:16]


class Results:
    """A context manager: the file is open, and locked against a second program, meanwhile. Raises `ResultsError`.

    `known` are the answers in the file, `damaged` counts lines that could not be read.
    """

    def __init__(self, path: Path, *, fresh: bool = False) -> None:
        self.path, self._fresh = path, fresh
        self.known: list[Result] = []
        self.damaged = 0
        self._file: FileIO | None = None

    def __enter__(self) -> Self:
        try:
            file = self._opened()
            if self._fresh and file.seek(0, os.SEEK_END):
                self.path.rename(_put_aside(self.path))
                file.close()
                file = self._opened()
            self._load(file)
        except OSError as error:
            hint = "the answers are kept beside the recording; copy it to a folder that can be written to"
            raise ResultsError(f"`{self.path}` cannot be written: {error.strerror or error}; hint: {hint}") from None
        except BaseException:
            self.__exit__()
            raise
        return self

    def _opened(self) -> FileIO:
        # Unbuffered: what did not fit on the disk is not tried again when the file is closed.
        self._file = file = FileIO(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+")
        _lock(file, self.path)
        return file

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def add(self, result: Result) -> None:
        """At once on the disk, as far as the system's own buffers go."""
        assert self._file is not None
        try:
            write_whole(self._file, _line(asdict(result)))
        except OSError as error:
            raise ResultsError(
                f"`{self.path}` cannot be written: {error.strerror or error}; hint: make room, and go on"
            ) from error

    def _load(self, file: FileIO) -> None:
        file.seek(0)
        data = file.read()
        if not data:
            write_whole(file, _line({"ccr_replay": FORM}))
            return
        head, *lines = data.split(b"\n")
        _check(head, self.path)
        self.known = list(self._results(lines))
        if not data.endswith(b"\n"):
            file.write(b"\n")  # the last line was cut short: the next must not go on with it

    def _results(self, lines: list[bytes]) -> Iterator[Result]:
        for line in filter(None, lines):
            try:
                yield _result(line)
            except ValueError:
                self.damaged += 1


def read_results(path: Path) -> list[Result]:
    """What is known, the file untouched. Raises `ResultsError`; a file that is not there has none."""
    try:
        head, *lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ResultsError(f"`{path}` cannot be read: {error.strerror or error}") from None
    _check(head, path)
    found = []
    for line in filter(None, lines):
        with contextlib.suppress(ValueError):  # `ccr replay` says so; a line that was cut short is no answer
            found.append(_result(line))
    return found


def _result(line: bytes) -> Result:
    """Raises ValueError. Not by pydantic: it refuses the surrogates that a model's JSON may hold."""
    value = json.loads(line)
    try:
        given = value["answer"]
        calls = tuple(ToolCall(**call) for call in given["tool_calls"])
        return Result(value["id"], value["model"], value["setup"], Answer(**{**given, "tool_calls": calls}))
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no result: {error}") from None


def _check(head: bytes, path: Path) -> None:
    try:
        form = json.loads(head).get("ccr_replay")
    except (ValueError, AttributeError):
        form = None
    if form != FORM:
        hint = "move it away, or use --fresh, which keeps it under another name"
        raise ResultsError(f"`{path}` is no file of answers that this version wrote; hint: {hint}")


def write_whole(file: FileIO, data: bytes) -> None:
    """Raises OSError, also where only a part of it found room."""
    if file.write(data) != len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _line(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def _put_aside(path: Path) -> Path:
    """A name that is free, for answers that somebody paid for."""
    names = (path.with_name(f"{path.name}.old{number}") for number in itertools.chain([""], itertools.count(2)))
    return next(name for name in names if not name.exists())


def _lock(file: FileIO, path: Path) -> None:
    if sys.platform == "win32":
        return
    import fcntl  # noqa: PLC0415  not on Windows

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ResultsError(f"another `ccr replay` of this recording is at work (`{path}`); hint: wait for its end") from None
