"""A router for one command: on a free port of the loopback address, in a folder of its own, gone with whoever started it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Final, Self

from addon.config.load import BUILT_IN
from addon.service import failing
from addon.service.child import SCRIPT

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
_LISTENING: Final = re.compile(r"ccr: listening at (http://[^\s·]+)")


class PrivateFailed(Exception):
    """There is no router. The message says why."""


class PrivateRouter:
    """A context manager. `url` is there once `ready` has returned true.

    `source` is the configuration's (`Settings.source`), `events` the file that gets a line of JSON for each request.
    """

    def __init__(self, source: str, folder: Path, events: Path) -> None:
        self.url = ""
        self._source, self._folder, self._events = source, folder, events
        self._log = folder / "router.log"

    def __enter__(self) -> Self:
        reader, self._owner = os.pipe()
        self._deadline = monotonic() + START_SECONDS
        try:
            with self._log.open("wb") as log:
                # A session of its own: the terminal's Ctrl-C is for the command, which may want to go on.
                self._process = subprocess.Popen(  # noqa: S603 - our own module, by this Python
                    self._command(reader), stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(reader,),
                    start_new_session=True,
                )  # fmt: skip
        finally:
            os.close(reader)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        finally:
            os.close(self._owner)

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    @property
    def said(self) -> str:
        """Its reason for having ended."""
        return failing.reason(self._log, 0)

    def ready(self) -> bool:
        """Whether it listens by now. Raises PrivateFailed once it cannot be expected to."""
        ended = not self.runs
        if found := _LISTENING.search(self._log.read_text(encoding="utf-8", errors="replace")):
            self.url = found[1]
        elif ended:
            raise PrivateFailed(f"the router did not start: {self.said}")
        elif monotonic() > self._deadline:
            raise PrivateFailed(f"the router did not listen within {START_SECONDS:g} s: {self.said}")
        return bool(self.url)

    def _command(self, owner: int) -> list[str]:
        options = {
            "confdir": self._folder / "mitmproxy",
            "server": "false",  # no default listener: the addon opens its own
            "ccr_config": "" if self._source == BUILT_IN else self._source,
            "ccr_listen": "127.0.0.1:0",
            "ccr_events": self._events,
        }
        command = [sys.executable, "-u", "-P", "-m", "addon.client.private_child", str(owner), "-s", str(SCRIPT)]
        for name, value in options.items():
            command += ["--set", f"{name}={value}"]
        return command
