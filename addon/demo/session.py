"""The demo from start to end. It has succeeded only if a session with tool calls went through the router and left its note."""

from __future__ import annotations

import asyncio
import json
import signal
import tempfile
import webbrowser
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from addon.demo import client, driver, show
from addon.demo.client import Claude
from addon.demo.errors import DemoFailed
from addon.demo.model import Model
from addon.demo.router import Router
from addon.demo.script import NOTE, NOTE_TEXT

_LOOK_SECONDS: Final = 0.05
# The last request's record is written after its answer, so it is waited for a little.
_LATE_SECONDS: Final = 2.0


class Events:
    """The file of `ccr_events`, printed as it grows. `records` are all that came."""

    def __init__(self, path: Path, console: Console) -> None:
        self.records: list[show.Record] = []
        self._path, self._console = path, console
        self._read = 0

    async def watch(self) -> None:
        """Until cancelled."""
        while True:
            self.catch_up()
            await asyncio.sleep(_LOOK_SECONDS)

    def catch_up(self) -> None:
        for record in self._new():
            self.records.append(record)
            show.request(self._console, len(self.records), record)

    def _new(self) -> Iterator[show.Record]:
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):  # still being written
                    return
                self._read += len(line)
                yield json.loads(line)


async def run(console: Console, *, web: bool, builtin: bool) -> None:
    """The whole demo. Raises `DemoFailed`. `builtin` uses the built-in client even where `claude` is on the PATH."""
    _end_when_told()
    with tempfile.TemporaryDirectory(prefix="ccr-demo-", ignore_cleanup_errors=True) as place:
        folder, work, home = _folders(place)
        events = Events(folder / "events.jsonl", console)
        claude = None if builtin else await client.find(home)
        async with Model() as model, Router(folder, model.port, folder / "events.jsonl", web=web) as router:
            _introduce(console, router, model, claude)
            try:
                said = await _watched(events, router, claude, work, home)
                _judge(events.records, work)
            except DemoFailed as failure:
                raise DemoFailed(f"{failure}\nThe router said:\n{router.output}") from failure
            console.print(Text(f"\nThe session ended with: {said}"))
            show.summary(console, events.records)
            if web:
                await _leave_open(console, router, events)


def _end_when_told() -> None:
    """A termination signal ends the children too, as Ctrl-C does. Windows has no such handlers, and no such signal."""
    task = asyncio.current_task()
    assert task is not None
    with suppress(NotImplementedError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _folders(place: str) -> tuple[Path, Path, Path]:
    """The demo's folder, and in it one to work in and one for a home. The path is resolved, as `pwd` will say it."""
    folder = Path(place).resolve()
    for name in ("work", "home"):
        (folder / name).mkdir()
    return folder, folder / "work", folder / "home"


def _introduce(console: Console, router: Router, model: Model, claude: Claude | None) -> None:
    who = (
        f"Claude Code {claude.version} from your PATH" if claude else "the built-in client (a recorded Claude Code conversation)"
    )
    served = f"router    {router.url}  (mitmproxy with addon/ccr.py and configs/demo.yaml)"
    answering = f"provider  http://127.0.0.1:{model.port}/v1  (a script speaking OpenAI's protocol: no key, no network)"
    console.print(Text(f"{served}\n{answering}"), soft_wrap=True)
    console.print(Text(f"client    {who}\n"))


async def _watched(events: Events, router: Router, claude: Claude | None, work: Path, home: Path) -> str:
    """Drive the session while its requests are shown; what it said in the end."""
    watching = asyncio.create_task(events.watch())
    session = asyncio.create_task(
        client.run(claude, router.url, work, home) if claude else asyncio.to_thread(driver.run, router.url, work)
    )
    ended = asyncio.create_task(router.ended())
    try:
        await asyncio.wait((session, ended, watching), return_when=asyncio.FIRST_COMPLETED)
        if watching.done():
            await watching
        if not session.done():
            raise DemoFailed("the router ended in mid-session")
        return await session
    finally:
        for task in (watching, session, ended):
            task.cancel()
        await asyncio.gather(watching, ended, return_exceptions=True)
        if claude:
            await asyncio.gather(session, return_exceptions=True)
        await _late(events)


async def _late(events: Events) -> None:
    """Wait for the records that are still to come: until two looks in a row find nothing new."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_LATE_SECONDS):
            before = -1
            while before != len(events.records):
                before = len(events.records)
                await asyncio.sleep(5 * _LOOK_SECONDS)
                events.catch_up()


def _judge(records: list[show.Record], work: Path) -> None:
    """Raises `DemoFailed` unless everything that the demo claims to show has happened."""
    failed = [record["error"].get("message") for record in records if record.get("error")]
    if failed:
        raise DemoFailed(f"{len(failed)} of {len(records)} requests failed; the first: {failed[0]}")
    if not any(record.get("tool_calls") for record in records):
        raise DemoFailed(f"{len(records)} requests went through the router, and none came back with a tool call")
    note = work / NOTE
    if not note.exists() or note.read_text(encoding="utf-8") != NOTE_TEXT:
        raise DemoFailed(f"the session ended without leaving `{NOTE}` in its folder")


async def _leave_open(console: Console, router: Router, events: Events) -> None:
    where = f"\nmitmweb shows these requests at {router.web_url}\nIt stays open until you press Ctrl-C."
    console.print(Text(where), soft_wrap=True)
    if console.is_terminal:
        await asyncio.to_thread(webbrowser.open, router.web_url)
    watching = asyncio.create_task(events.watch())
    try:
        await router.ended()
    except asyncio.CancelledError:  # Ctrl-C, which is how it is meant to end: the session itself has succeeded
        return
    finally:
        watching.cancel()
    raise DemoFailed(f"mitmweb ended; it said:\n{router.output}")
