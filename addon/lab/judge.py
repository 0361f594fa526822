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

import contextlib
import json
import os
import shlex
import shutil
import signal
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Final

from rich.console import Console

from addon.lab.programs import Programs, TookTooLong, terminable
from addon.lab.progress import Shown
from addon.lab.success import Verdict
from addon.lab.verdicts import Verdicts
from addon.recordings.exchange import Answer, Exchange

SECONDS: Final = 120.0
AT_ONCE: Final = 4
MAX_REASON: Final = 200  # characters
_LOOK_SECONDS: Final = 0.3
_NOT_FOUND: Final = (126, 127)  # what shells and `env` end with where they could not start what they were told to


class JudgeFailed(Exception):
    """The judge has not judged. The message is for people."""


class Judge:
    """`command` is split as a shell would, but none runs it. Verdicts are kept in the file `kept`, if one is named.

    Progress goes to `console`, if there is one. Raises `JudgeFailed` for a program that is not there.
    """

    def __init__(
        self, command: str, kept: Path | None = None, console: Console | None = None, *, seconds: float = SECONDS
    ) -> None:
        try:
            self._words = shlex.split(command)
        except ValueError as error:
            raise JudgeFailed(f"`{command}` cannot be read: {error}; hint: quote it as a shell would") from None
        if not self._words:
            raise JudgeFailed("the command is empty; hint: --judge 'python judge.py'")
        if shutil.which(self._words[0]) is None:
            raise JudgeFailed(f"`{self._words[0]}` is not a program that can be run; hint: give its path, and make it executable")
        self._seconds, self._console = seconds, console or Console(quiet=True)
        self._kept = Verdicts(kept, self._words) if kept else None

    @property
    def problem(self) -> str:
        """Why verdicts are not kept, "" if they are."""
        return self._kept.problem if self._kept else ""

    def verdicts(self, model: str, pairs: Sequence[tuple[Exchange, Answer]]) -> list[Verdict]:
        """One for each answer of the model. Raises `JudgeFailed` with the first that was not judged."""
        given = [_document(exchange, model, answer) for exchange, answer in pairs]
        known = [self._kept.known(each) if self._kept else None for each in given]
        programs = Programs()
        with terminable(), ThreadPoolExecutor(AT_ONCE) as pool, Shown(self._console, f"judging {model}") as shown:
            try:
                shown.begin(len(pairs), sum(each is not None for each in known))
                asked = {
                    pool.submit(self._verdict, programs, pairs[number][0], model, given[number]): number
                    for number, before in enumerate(known)
                    if before is None
                }
                for each in _ended(asked):
                    known[asked[each]] = verdict = each.result()
                    if self._kept:
                        self._kept.add(given[asked[each]], verdict)
                    shown.step()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                programs.end()
                raise
        return [each for each in known if each is not None]

    def _verdict(self, programs: Programs, exchange: Exchange, model: str, document: bytes) -> Verdict:
        whose = f"on {exchange.id} of {model}"
        env = {**os.environ, "CCR_MODEL": model, "CCR_KIND": exchange.kind, "CCR_ID": exchange.id}
        try:
            done = programs.run(self._words, document, env, self._seconds)
        except TookTooLong:
            raise JudgeFailed(f"`{self._words[0]}` took longer than {self._seconds:g} s {whose}") from None
        except OSError as error:
            raise JudgeFailed(f"`{self._words[0]}` cannot be run: {error.strerror or error}") from None
        said = _first_line(done.out)
        if done.status < 0 or done.status in _NOT_FOUND:
            raise JudgeFailed(
                f"`{self._words[0]}` {_end(done.status)} {whose}: {_first_line(done.err) or said or 'it said nothing'}"
            )
        return Verdict(done.status == 0, said or ("ok" if done.status == 0 else f"exit status {done.status}"), by="judge")


def _ended(asked: Collection[Future[Verdict]]) -> Iterator[Future[Verdict]]:
    """Each as it ends. Of a signal that comes just before a wait Python learns after it, so none is without end."""
    left = set(asked)
    while left:
        with contextlib.suppress(TimeoutError):
            for each in as_completed(left, _LOOK_SECONDS):
                left.discard(each)
                yield each


def _document(exchange: Exchange, model: str, answer: Answer) -> bytes:
    """What the judge reads."""
    about = {"id": exchange.id, "kind": exchange.kind, "session": exchange.session, "turn": exchange.turn, "model": model}
    pair = {**about, "request": exchange.request, "recorded": asdict(exchange.recorded), "answer": asdict(answer)}
    return json.dumps(pair, ensure_ascii=False).encode(errors="backslashreplace")


def _end(status: int) -> str:
    if status >= 0:
        return f"ended with {status}, which says it was not run,"
    names = {each.value: each.name for each in signal.Signals}
    return f"was ended by {names.get(-status, f'signal {-status}')}"


def _first_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[0].strip()[:MAX_REASON] if lines else ""
