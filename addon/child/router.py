"""A router of one's own: on a free port of the loopback address, with its log in a folder of its owner's."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from addon.config.load import BUILT_IN
from addon.service import failing
from addon.service.child import SCRIPT

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 0.05
_LISTENING: Final = re.compile(r"ccr: listening at (http://[^\s·]+)")
_WEB: Final = re.compile(r"Web server listening at (http://\S+)")


class RouterFailed(Exception):
    """There is no router. The message says why."""


class ChildRouter:
    """A context manager, or `start` and `stop`. `url`, and of mitmweb `web_url`, are there once `ready` has returned true.

    `source` is the configuration's (`Settings.source`), `options` are mitmproxy's; `environment` None: the caller's.
    """

    def __init__(
        self,
        source: str,
        folder: Path,
        options: Mapping[str, object],
        *,
        web: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.url = self.web_url = ""
        self._log = folder / "router.log"
        self._web, self._environment = web, environment
        self._options = {
            "server": "false",  # no default listener: the addon opens its own
            "ccr_config": "" if source == BUILT_IN else source,
            "ccr_listen": "127.0.0.1:0",
            **options,
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        self._deadline = time.monotonic() + START_SECONDS
        with self._log.open("wb") as log:
            # A session of its own: what is typed at the terminal is for the client alone.
            self._process = subprocess.Popen(  # noqa: S603 - our own module, by this Python
                self._command(), stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True, env=self._environment
            )

    def stop(self) -> None:
        """End it. What it still holds is written then."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        finally:
            assert self._process.stdin is not None
            self._process.stdin.close()

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    @property
    def said(self) -> str:
        """Its reason for having ended."""
        return failing.reason(self._log, 0)

    @property
    def output(self) -> str:
        """All it has said."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def ready(self) -> bool:
        """Whether it listens by now. Raises `RouterFailed` once it cannot be expected to."""
        ended, output = not self.runs, self.output
        self.url, self.web_url = (found[1] if (found := shape.search(output)) else "" for shape in (_LISTENING, _WEB))
        if self.url and (self.web_url or not self._web):
            return True
        if ended:
            raise RouterFailed(f"the router did not start: {self.said}")
        if time.monotonic() > self._deadline:
            raise RouterFailed(f"the router did not listen within {START_SECONDS:g} s: {self.said}")
        return False

    def wait(self) -> None:
        """Until it listens. Raises `RouterFailed`."""
        while not self.ready():
            time.sleep(LOOK_SECONDS)

    def _command(self) -> list[str]:
        name = "mitmweb" if self._web else "mitmdump"
        command = [sys.executable, "-u", "-P", "-m", "addon.child.program", name, "-s", str(SCRIPT)]
        for option, value in self._options.items():
            command += ["--set", f"{option}={value}"]
        return command
