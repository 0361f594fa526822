"""Verdicts by the user's own program, asked about each pair of answers.

It is started without a shell and reads one JSON document:

{"id", "kind", "session", "turn", "model",
 "request":  the client's, as Anthropic's Messages API has it,
 "recorded": {"choice", "text", "thinking", "tool_calls": [{"name", "input", "arguments", "repaired"}], "stop_reason", …},
 "answer":   the same of the model that is judged}

Exit status 0 is a success, any other is none; the first line of its output is kept as the reason. A program that cannot be
started, that is ended by a signal or takes too long has not judged: nothing is reported then.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Final

from addon.lab.success import Verdict
from addon.recordings.exchange import Answer, Exchange

SECONDS: Final = 120.0
MAX_REASON: Final = 200  # characters
_NOT_FOUND: Final = (126, 127)  # what shells and `env` end with where they could not start what they were told to


class JudgeFailed(Exception):
    """The judge has not judged. The message is for people."""


class Judge:
    """`command` is split as a shell would, but none runs it. Raises `JudgeFailed` for one that is not there."""

    def __init__(self, command: str, *, seconds: float = SECONDS, at_once: int = 2) -> None:
        try:
            self._words = shlex.split(command)
        except ValueError as error:
            raise JudgeFailed(f"`{command}` cannot be read: {error}; hint: quote it as a shell would") from None
        if not self._words:
            raise JudgeFailed("the command is empty; hint: --judge 'python judge.py'")
        if shutil.which(self._words[0]) is None:
            raise JudgeFailed(f"`{self._words[0]}` is not a program that can be run; hint: give its path, and make it executable")
        self._seconds, self._at_once = seconds, at_once

    def verdicts(self, pairs: Sequence[tuple[Exchange, str, Answer]]) -> list[Verdict]:
        """One for each exchange, model and answer. Raises `JudgeFailed` with the first that was not judged."""
        with ThreadPoolExecutor(self._at_once) as pool:
            asked = [pool.submit(self.verdict, *pair) for pair in pairs]
            try:
                return [each.result() for each in asked]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def verdict(self, exchange: Exchange, model: str, answer: Answer) -> Verdict:
        whose = f"on {exchange.id} of {model}"
        try:
            done = subprocess.run(  # noqa: S603  the user's own command, without a shell
                self._words,
                input=json.dumps(pair(exchange, model, answer), ensure_ascii=False).encode(errors="backslashreplace"),
                capture_output=True,
                timeout=self._seconds,
                check=False,
                env={**os.environ, "CCR_MODEL": model, "CCR_KIND": exchange.kind, "CCR_ID": exchange.id},
            )
        except subprocess.TimeoutExpired:
            raise JudgeFailed(f"`{self._words[0]}` took longer than {self._seconds:g} s {whose}") from None
        except OSError as error:
            raise JudgeFailed(f"`{self._words[0]}` cannot be run: {error.strerror or error}") from None
        said = _first_line(done.stdout)
        if done.returncode < 0 or done.returncode in _NOT_FOUND:
            raise JudgeFailed(
                f"`{self._words[0]}` {_end(done.returncode)} {whose}: {_first_line(done.stderr) or said or 'it said nothing'}"
            )
        return Verdict(
            done.returncode == 0, said or ("ok" if done.returncode == 0 else f"exit status {done.returncode}"), by="judge"
        )


def pair(exchange: Exchange, model: str, answer: Answer) -> dict[str, object]:
    about = {"id": exchange.id, "kind": exchange.kind, "session": exchange.session, "turn": exchange.turn, "model": model}
    return {**about, "request": exchange.request, "recorded": asdict(exchange.recorded), "answer": asdict(answer)}


def _end(status: int) -> str:
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with {status}, which says it was not run,"


def _first_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[0].strip()[:MAX_REASON] if lines else ""
