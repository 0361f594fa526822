"""The judge's verdicts, kept beside the recording as they come in: a judge may take long, or cost something itself.

`RECORDING.ccr-judge.jsonl`: one line of JSON per verdict, found again by a digest of all that it depends on: the command, the
files that the command names, and what the judge was given to read.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from addon.lab.success import Verdict

_SUFFIX: Final = ".ccr-judge.jsonl"


def path_beside(recording: Path) -> Path:
    return recording.with_name(recording.name + _SUFFIX)


class Verdicts:
    """`problem` says why verdicts cannot be kept, "" as long as they can. Judging goes on without."""

    def __init__(self, path: Path, words: Iterable[str]) -> None:
        self.path, self.problem = path, ""
        self._judge = hashlib.sha256()
        for word in words:
            self._judge.update(word.encode(errors="surrogateescape") + b"\0" + _content(word))
        self._known, self._cut = _read(path)

    def known(self, given: bytes) -> Verdict | None:
        """`given`: what the judge reads."""
        return self._known.get(self._key(given))

    def add(self, given: bytes, verdict: Verdict) -> None:
        key = self._key(given)
        self._known[key] = verdict
        line = self._cut + json.dumps({"key": key, "success": verdict.success, "reason": verdict.reason}) + "\n"
        try:
            with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as file:
                file.write(line.encode())
            self._cut = ""
        except OSError as error:
            self.problem = f"verdicts are not kept: `{self.path}` cannot be written: {error.strerror or error}"

    def _key(self, given: bytes) -> str:
        judged = self._judge.copy()
        judged.update(given)
        return judged.hexdigest()


def _content(word: str) -> bytes:
    """Of the file that a word of the command names: a judge that was changed is another."""
    try:
        return hashlib.sha256(Path(word).read_bytes()).digest() if Path(word).is_file() else b""
    except OSError:
        return b""


def _read(path: Path) -> tuple[dict[str, Verdict], str]:
    """What is in the file, and what it takes to go on with it: the end of a line that was cut short."""
    try:
        data = path.read_bytes()
    except OSError:
        return {}, ""  # none yet; where it cannot be read, it cannot be written either, which is told
    known = {key: verdict for line in data.splitlines() if line for key, verdict in _verdict(line)}
    return known, "" if data.endswith(b"\n") else "\n"


def _verdict(line: bytes) -> list[tuple[str, Verdict]]:
    """None of a line that was cut short: that pair is judged again."""
    try:
        value = json.loads(line)
        return [(str(value["key"]), Verdict(value["success"] is True, str(value["reason"]), by="judge"))]
    except (ValueError, KeyError, TypeError):
        return []
