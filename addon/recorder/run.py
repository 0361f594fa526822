"""`ccr record` in order: the file, the router, the client, and what to do with the recording."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from rich.console import Console

from addon.child.router import ChildRouter, RouterFailed
from addon.client.claude import NoClaude, find_claude
from addon.client.environment import client_environment
from addon.client.login import passes_login
from addon.client.overriding import overrides
from addon.config.load import load_settings
from addon.config.settings import Settings
from addon.recorder.session import end_in_order, new_file, run_client
from addon.recordings.flow_file import RecordingError
from addon.recordings.recording import read
from addon.service.place import mitmproxy_folder

_NOT_WRITTEN: Final = re.compile(r"Error while writing to (.+?: \[Errno \d+\] [^\[\n]+)")
"""mitmproxy's words. It ends then: nothing is to go unrecorded."""


def record_session(console: Console, args: Sequence[str], out: Path | None, config: str) -> int:
    """Returns the client's status. Raises `RecordingError`, ConfigError; what was recorded until then stays."""
    end_in_order()
    settings = load_settings(config)
    command = _command(args, settings)
    file = new_file(out, datetime.now().astimezone())
    lost = ""
    try:
        with (
            TemporaryDirectory(prefix="ccr-record-", ignore_cleanup_errors=True) as folder,
            _router(settings, Path(folder), file) as router,
        ):
            router.wait()
            environment = _environment(router.url, settings)
            for found in overrides(environment, command[1:]):
                console.print(f"ccr record: {found}")
            console.print(f"ccr record: recording to {file} (config: {settings.source})")
            status = run_client(command, environment, lambda: router.runs)
            lost = "" if router.runs else _why_it_ended(router)
    except OSError as error:
        raise RecordingError(
            f"`{error.filename or command[0]}` cannot be used: {error.strerror}; hint: does `claude --version` work?"
        ) from error
    except RouterFailed as error:
        raise RecordingError(str(error)) from error
    finally:
        left = _keep_or_remove(file)
    console.print(f"ccr record: {left}")
    if lost:
        raise RecordingError(f"the router ended, so the client was ended too: {lost}")
    return status


def _router(settings: Settings, folder: Path, file: Path) -> ChildRouter:
    # mitmproxy reads the file's name as a form for dates.
    options: dict[str, object] = {"save_stream_file": str(file).replace("%", "%%"), "flow_detail": 0}
    if confdir := mitmproxy_folder():
        options["confdir"] = confdir
    return ChildRouter(settings.source, folder, options)


def _why_it_ended(router: ChildRouter) -> str:
    found = _NOT_WRITTEN.search(router.output)
    return f"{found[1].strip()}; hint: make room" if found else router.said


def _command(args: Sequence[str], settings: Settings) -> list[str]:
    """The client and its arguments, byte for byte. A `claude` before them is the program itself, as one may well write it."""
    if args and args[0] == "claude":
        args = args[1:]
    try:
        return [find_claude(settings.claude_path), *args]
    except NoClaude as error:
        raise RecordingError(str(error)) from error


def _environment(url: str, settings: Settings) -> dict[str, str]:
    key = next(iter(settings.client_keys), "")
    return client_environment(url, key, os.environ, own_login=passes_login(settings))


def _keep_or_remove(file: Path) -> str:
    """What became of the recording; an empty file is none."""
    if not file.stat().st_size:
        file.unlink()
        return "nothing was recorded, and no file is left: the client asked nothing"
    try:
        recording = read(file)
    except RecordingError as error:  # not even the first flow is whole
        return str(error)
    name, number = shlex.quote(str(file)), len(recording.exchanges)
    lines = [f"{number:,} request{'' if number == 1 else 's'} to a model in {file}"]
    if recording.broken:
        lines.append(recording.broken)
    lines.append(f"  look at it        mitmweb -n -r {name} -s {Path(__file__).resolve().parents[1] / 'ccr.py'}")
    lines.append(f"  try other models  ccr replay {name} --model provider,model")
    lines.append(f"  before sharing    ccr scrub {name} --prose")
    return "\n".join(lines)
