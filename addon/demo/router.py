"""The router as users start it: mitmdump, or mitmweb, with the addon, in a process of its own."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from addon.demo.errors import DemoFailed
from addon.demo.surroundings import bare_environment, free_port

ROOT: Final = Path(__file__).resolve().parents[2]
START_SECONDS: Final = 60
STOP_SECONDS: Final = 10
_LISTENING: Final = re.compile(r"ccr: listening at (http://[^\s·]+)")
_WEB: Final = re.compile(r"Web server listening at (http://\S+)")
_KEPT_LINES: Final = 200


class Router:
    """An async context manager. `url` is where clients connect, `web_url` mitmweb's page ("" without `web`)."""

    def __init__(self, folder: Path, model_port: int, events: Path, *, web: bool) -> None:
        self.url = self.web_url = ""
        self._folder, self._model_port, self._events, self._web = folder, model_port, events, web
        self._lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self._heard = asyncio.Event()
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def output(self) -> str:
        """The last lines it said."""
        return "".join(self._lines)

    async def __aenter__(self) -> Self:
        environment = bare_environment(self._folder) | {"CCR_DEMO_PORT": str(self._model_port), "PYTHONUNBUFFERED": "1"}
        # A session of its own: Ctrl-C goes to the demo alone, which then ends its children in order.
        self._process = await asyncio.create_subprocess_exec(
            *self._command(), stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, cwd=self._folder, env=environment, start_new_session=True
        )
        self._reading = asyncio.create_task(self._read(self._process))
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._listening(self._process)
        except TimeoutError:
            await self._stop()
            raise DemoFailed(f"the router did not start within {START_SECONDS} s; it said:\n{self.output}") from None
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._stop()

    async def ended(self) -> None:
        """Returns when the process has ended by itself."""
        assert self._process is not None
        await self._process.wait()

    def _command(self) -> list[str]:
        options = {
            "confdir": self._folder / "mitmproxy",
            "server": "false",  # no default listener: the addon opens its own
            "ccr_config": ROOT / "configs" / "demo.yaml",
            "ccr_listen": "127.0.0.1:0",
            "ccr_events": self._events,
        }
        if self._web:
            options |= {"web_host": "127.0.0.1", "web_port": free_port(), "web_open_browser": "false"}
        command = [_program("mitmweb" if self._web else "mitmdump"), "-s", str(ROOT / "addon" / "ccr.py")]
        for name, value in options.items():
            command += ["--set", f"{name}={value}"]
        return command

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            text = line.decode(errors="replace")
            self._lines.append(text)
            if found := _LISTENING.search(text):
                self.url = found[1]
            elif found := _WEB.search(text):
                self.web_url = found[1]
            if self.url and (self.web_url or not self._web):
                self._heard.set()

    async def _listening(self, process: Process) -> None:
        heard, ended = asyncio.create_task(self._heard.wait()), asyncio.create_task(process.wait())
        try:
            await asyncio.wait((heard, ended), return_when=asyncio.FIRST_COMPLETED)
        finally:
            heard.cancel()
            ended.cancel()
        if not self._heard.is_set():
            assert self._reading is not None
            await self._reading
            raise DemoFailed(f"the router ended with status {process.returncode}; it said:\n{self.output}")

    async def _stop(self) -> None:
        assert self._process is not None
        assert self._reading is not None
        if self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        await self._reading


def _program(name: str) -> str:
    """The mitmproxy program of this Python's environment, else the one on PATH."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        raise DemoFailed(f"`{name}` is not installed; hint: run `uv sync` in ccr's folder, then `uv run ccr demo`")
    return found
