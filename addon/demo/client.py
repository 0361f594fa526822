"""The real client: `claude` from the PATH, headless, in a folder and a home of its own."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from addon.demo.errors import DemoFailed
from addon.demo.surroundings import bare_environment

PROMPT: Final = "Look at this folder, leave a short note in it, and check that the note is there."
TOKEN: Final = "unused"  # noqa: S105  the router of the demo asks for none, but the client insists on having one
SECONDS: Final = 180
_VERSION_SECONDS: Final = 30
# Only what the script calls, and nothing of it can leave the folder or change what is outside.
_ALLOWED: Final = "Bash(pwd),Bash(ls:*),Read,Write"


@dataclass(frozen=True, slots=True)
class Claude:
    """The installed client: the program's path, and its version as it says it."""

    program: str
    version: str


async def find(home: Path) -> Claude | None:
    """The `claude` on PATH; None if there is none, or if it is another program of that name."""
    program = _on_path()
    if not program:
        return None
    process = await asyncio.create_subprocess_exec(
        program,
        "--version",
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        cwd=home,
        env=bare_environment(home),
        start_new_session=True,
    )
    said, _ = await _communicate(process, _VERSION_SECONDS)
    found = re.match(r"([\d.]+) \(Claude Code\)", said.decode(errors="replace").strip())
    return Claude(program, found[1]) if found else None


def _on_path() -> str:
    """Its absolute path, not resolved: a program may know itself by a link's name. "" if there is none."""
    found = shutil.which("claude")
    return str(Path(found).absolute()) if found else ""


async def run(claude: Claude, url: str, work: Path, home: Path) -> str:
    """One session against the router at `url`; what it said in the end. Raises `DemoFailed` if it did not succeed."""
    environment = bare_environment(home) | {
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_AUTH_TOKEN": TOKEN,
        # Each by itself: the client's switch for all of them also turns session titles off, which the demo shows.
        "DISABLE_AUTOUPDATER": "1",
        "DISABLE_TELEMETRY": "1",
        "DISABLE_ERROR_REPORTING": "1",
    }
    command = (claude.program, "-p", PROMPT, "--output-format", "json", "--allowedTools", _ALLOWED)
    process = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, cwd=work, env=environment, start_new_session=True
    )
    said, complaint = await _communicate(process, SECONDS)
    return _result(said, complaint, process.returncode)


async def _communicate(process: Process, seconds: float) -> tuple[bytes, bytes]:
    """What the process said. It never outlives this call."""
    try:
        async with asyncio.timeout(seconds):
            said, complaint = await process.communicate()
            return said, complaint or b""
    except TimeoutError:
        raise DemoFailed(f"`claude` did not end within {seconds} s") from None
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def _result(said: bytes, complaint: bytes, status: int | None) -> str:
    try:
        report = json.loads(said)
    except ValueError:
        last = (said + complaint).decode(errors="replace").strip()[-500:]
        raise DemoFailed(f"`claude` ended with status {status} and said: {last}") from None
    if status or report.get("is_error"):
        raise DemoFailed(f"`claude` ended with status {status}: {report.get('result')}")
    return str(report.get("result", ""))
