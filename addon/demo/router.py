"""The router as users start it: mitmdump, or mitmweb, with the addon, in a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from addon.child.router import LOOK_SECONDS, ChildRouter, RouterFailed
from addon.demo.errors import DemoFailed
from addon.demo.surroundings import bare_environment, free_port

CONFIG: Final = Path(__file__).resolve().parents[2] / "configs" / "demo.yaml"


class Router:
    """An async context manager. `url` is where clients connect, `web_url` mitmweb's page ("" without `web`)."""

    def __init__(self, folder: Path, model_port: int, events: Path, *, web: bool) -> None:
        options: dict[str, object] = {"confdir": folder / "mitmproxy", "ccr_events": events}
        if web:
            options |= {"web_host": "127.0.0.1", "web_port": free_port(), "web_open_browser": "false"}
        environment = bare_environment(folder) | {"CCR_DEMO_PORT": str(model_port)}
        self._child = ChildRouter(str(CONFIG), folder, options, web=web, environment=environment)

    @property
    def url(self) -> str:
        return self._child.url

    @property
    def web_url(self) -> str:
        return self._child.web_url

    @property
    def output(self) -> str:
        return self._child.output

    async def __aenter__(self) -> Self:
        self._child.start()
        try:
            await _until(self._child.ready)
        except RouterFailed as error:
            self._child.stop()
            raise DemoFailed(str(error)) from None
        except BaseException:
            self._child.stop()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await asyncio.to_thread(self._child.stop)

    async def ended(self) -> None:
        """Returns when the process has ended by itself."""
        await _until(lambda: not self._child.runs)


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - another process is looked at
        await asyncio.sleep(LOOK_SECONDS)
