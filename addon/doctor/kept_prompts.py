"""What of prompts and answers stays on disk: recordings, event files, logs with bodies, and who can read them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, Fix, ok, problem, unless_wrong, warning
from addon.service.probe import Found

BODIES_FROM = 3
"""mitmproxy's `flow_detail` at which whole bodies are printed."""

_RECORDINGS = ("save_stream_file", "hardump")
_SHORT = {"-w": "save_stream_file", "--save-stream-file": "save_stream_file", "--flow-detail": "flow_detail"}
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Kept:
    """A setting that keeps prompts. `file` is where, None for the log."""

    setting: str
    where: str
    what: str
    file: Path | None


def kept_prompts(context: Context) -> Findings:
    """By mitmproxy's own configuration, and by the options of the process that runs."""
    kept = list(dict.fromkeys(settings_that_keep(context)))
    found = [*(_said(context, each) for each in kept), *_readable(context, kept)]
    yield from unless_wrong(found, ok("no prompt is kept on disk"))


def _said(context: Context, kept: Kept) -> Finding:
    file = f" in {context.around.short(kept.file)}" if kept.file else " in the log"
    why = "whoever reads that reads your code and what was said about it"
    return warning(
        f"{kept.what} are kept{file} ({kept.setting})", kept.where, why, fix="remove that setting once you have what you need"
    )


def _readable(context: Context, kept: list[Kept]) -> Iterator[Finding]:
    """Files that hold prompts, or may, and that others can read. A service's logs are looked at in any case."""
    for file in dict.fromkeys([*(each.file for each in kept if each.file), *_logs(context)]):
        if os.name != "posix" or not file.is_file():
            continue
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & _OTHERS:
            shown = context.around.short(file)
            safe = Fix(f"make {shown} yours alone (chmod 600)", lambda file=file, shown=shown: _close(file, shown))  # type: ignore[misc]
            yield problem(
                f"{shown}: others may read it (mode {mode:03o})",
                shown,
                "it may hold prompts",
                fix=f"`chmod 600 {shown}`",
                safe_fix=safe,
            )


def _close(file: Path, shown: str) -> str:
    file.chmod(0o600)
    return f"{shown} has mode 600 now"


def _logs(context: Context) -> list[Path]:
    folder = context.service_folder
    return sorted(folder.glob("*.log*")) if folder else []


def settings_that_keep(context: Context) -> Iterator[Kept]:
    """Those in mitmproxy's configuration, then those of the process that runs."""
    config = context.around.short(context.mitmproxy.folder / "config.yaml")
    yield from _of(context.mitmproxy.options, config, context.around.cwd)
    health = context.running.here.health
    if context.running.here.found is Found.OURS and health and health.pid:
        arguments, folder = _started_with(health.pid)
        yield from _of(options_of(arguments), f"the command line of process {health.pid}", folder)


def _of(options: Mapping[str, Any], where: str, folder: Path) -> Iterator[Kept]:
    for name in _RECORDINGS:
        if value := str(options.get(name) or ""):
            yield Kept(name, where, "whole requests and answers", _path(value.removeprefix("+"), folder))
    if value := str(options.get("ccr_events") or ""):
        yield Kept("ccr_events", where, "tool calls with their arguments", _path(value, folder))
    detail = str(options.get("flow_detail") or "")
    if detail.isdecimal() and int(detail) >= BODIES_FROM:
        yield Kept(f"flow_detail: {detail}", where, "bodies", None)


def _path(value: str, folder: Path) -> Path:
    return folder / Path(value).expanduser()


def options_of(arguments: list[str]) -> dict[str, str]:
    """The options that keep prompts, of a command line of mitmproxy's."""
    found: dict[str, str] = {}
    for position, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        following = arguments[position + 1] if position + 1 < len(arguments) else ""
        if name in _SHORT:
            found[_SHORT[name]] = value if equals else following
        elif argument == "--set" or argument.startswith("--set="):
            key, _, given = (following if argument == "--set" else value).partition("=")
            found[key] = given
    return found


def _started_with(pid: int) -> tuple[list[str], Path]:
    """Command line and folder of a process of ours; nothing where the system does not tell."""
    try:
        told = Path(f"/proc/{pid}/cmdline").read_bytes()
        return [part.decode(errors="replace") for part in told.split(b"\0")], Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return [], Path()
