"""`ccr ci` from start to end: a private router, the command, and what it came to. Nothing is left running, whatever happens."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from time import monotonic
from typing import Final

from rich.console import Console
from rich.text import Text

from addon.child.router import ChildRouter
from addon.client.decisions import Decisions
from addon.client.launch import NOT_RUNNABLE, CannotRun, Connection, connection, program, told
from addon.client.signals import Signals
from addon.client.summary import markdown, summary, table
from addon.config.load import load_settings

LOOK_SECONDS: Final = 0.1
LATE_SECONDS: Final = 2.0
"""The last request's line is written after its answer, so it is waited for a little."""

END_SECONDS: Final = 5.0
"""How long a command that was told to end has before it is killed. GitHub gives 10 in all."""

GITHUB: Final = "GITHUB_STEP_SUMMARY"
_WAYS_TO_END: Final = (signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):
    """A signal came before the command had begun. `status` is what to end with."""

    def __init__(self, number: int) -> None:
        super().__init__(f"ended by {signal.Signals(number).name} before the command had begun")
        self.status = 128 + number


def run(command: Sequence[str], config: str, log: str, console: Console) -> int:
    """The command's exit status. Raises ConfigError, CannotRun, RouterFailed, Interrupted, OSError: nothing has run then."""
    settings = load_settings(config)
    with ExitStack() as stack:
        signals = stack.enter_context(Signals())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ccr-ci-", ignore_cleanup_errors=True)))
        events = _log_file(log) if log else folder / "decisions.jsonl"
        program(command[0], os.environ)  # said before a router is started
        show = _Show(console, Decisions(events))
        options = {"confdir": folder / "mitmproxy", "ccr_events": events}
        router = stack.enter_context(ChildRouter(settings.source, folder, options))
        _wait(router, signals)
        show.say(f"router at {router.url}, config {settings.source}")
        running = _Running(_begun(command, connection(router.url, settings), signals, show), router, signals, show)
        status = running.until_it_ends()
        running.late()
    show.conclude(status)
    return status


def _log_file(log: str) -> Path:
    """The file, which can be written to."""
    path = Path(log).expanduser().absolute()
    path.open("ab").close()
    return path


def _wait(router: ChildRouter, signals: Signals) -> None:
    while not router.ready():
        caught = signals.wait(LOOK_SECONDS / 2)
        if caught and caught.number != signal.SIGCHLD:
            raise Interrupted(caught.number)


class _Show:
    """What is told while it runs."""

    def __init__(self, console: Console, decisions: Decisions) -> None:
        self._console, self._decisions = console, decisions

    def say(self, text: str) -> None:
        self._console.print(Text(f"ccr ci: {text}"), soft_wrap=True)

    def new(self) -> bool:
        """Show the requests that have ended since; whether there were any."""
        found = self._decisions.new()
        for record in found:
            self.say(str(record.get("comment", "")))
        return bool(found)

    def conclude(self, status: int) -> None:
        found = summary(self._decisions.records)
        self.say(found.headline)
        if found.rows:
            self._console.print(table(found))
        for error in found.told_errors:
            self.say(error)
        if path := os.environ.get(GITHUB):
            try:
                with Path(path).open("a", encoding="utf-8") as file:
                    file.write(markdown(found, status))
            except OSError as error:
                self.say(f"cannot write ${GITHUB} (`{path}`): {error.strerror}")


class _Running:
    """The command while it runs."""

    def __init__(self, pid: int, router: ChildRouter, signals: Signals, show: _Show) -> None:
        self._pid, self._router, self._signals, self._show = pid, router, signals, show
        self._deadline = float("inf")
        self._lost = False

    def until_it_ends(self) -> int:
        """Its exit status, 128 + N where signal N ended it; 1 where the router ended before it."""
        while True:
            caught = self._signals.wait(LOOK_SECONDS)
            if caught and caught.number != signal.SIGCHLD and not caught.from_terminal:
                self._pass_on(caught.number)
            self._show.new()
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                code = os.waitstatus_to_exitcode(status)
                return 1 if self._lost else code if code >= 0 else 128 - code
            self._look_after()

    def late(self) -> None:
        """Show the lines that are still to come: until two looks in a row find nothing new."""
        deadline = monotonic() + LATE_SECONDS
        quiet = 0
        while quiet < 2 and monotonic() < deadline:
            quiet = 0 if self._show.new() else quiet + 1
            self._signals.wait(LOOK_SECONDS)

    def _pass_on(self, number: int) -> None:
        self._send(number)
        if number in _WAYS_TO_END:
            self._deadline = min(self._deadline, monotonic() + END_SECONDS)

    def _look_after(self) -> None:
        if not self._lost and not self._router.runs:
            self._lost = True
            self._show.say(f"the router ended, so the command is ended too: {self._router.said}")
            self._pass_on(signal.SIGTERM)
        if monotonic() > self._deadline:
            self._deadline = float("inf")
            self._show.say(f"the command did not end within {END_SECONDS:g} s and was killed")
            self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        with suppress(ProcessLookupError):  # it is not waited for yet, so nobody else can have its id
            os.kill(self._pid, number)


def _begun(command: Sequence[str], leads: Connection, signals: Signals, show: _Show) -> int:
    """The id of the command's process."""
    env = leads.environment()
    path = program(command[0], env)
    for note in told(leads, env, command[1:], claude=Path(command[0]).name == "claude"):
        show.say(note)
    try:
        # With the signals it would have without us; Python ignores the last two.
        return os.posix_spawn(path, list(command), env, setsigmask=signals.before, setsigdef=(signal.SIGPIPE, signal.SIGXFSZ))
    except OSError as error:
        raise CannotRun(f"`{path}` cannot be run: {error.strerror}", NOT_RUNNABLE) from error
