"""What runs together and was not made for each other: Python, mitmproxy, this program, the service that runs, and `claude`."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from addon.client.claude import INSTALL, NoClaude, find_claude
from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, note, ok, problem, unless_wrong, warning
from addon.service.probe import Health

OLDEST_PYTHON = (3, 12)
TESTED_CLAUDE = (2, 1, 197)
OLDEST_CLAUDE = (2, 0, 0)
CLAUDE_SECONDS = 5.0


def versions(context: Context) -> Findings:
    """Against what the installed package itself demands."""
    ours, theirs = _installed("ccr") or "source", _installed("mitmproxy")
    fine = ok(f"ccr {ours}, mitmproxy {theirs}, Python {platform.python_version()}")
    found = [*_python(sys.version_info[:2]), *_mitmproxy(theirs, _pinned()), *_service(context.service_health, ours)]
    yield from unless_wrong(found, fine)
    yield from _claude(context)


def _python(have: tuple[int, ...]) -> Iterator[Finding]:
    if have < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        what = f"Python {'.'.join(map(str, have))} is too old: {oldest} or newer is needed"
        yield problem(what, sys.executable, fix="install `ccr` anew: `uv tool install --python 3.13 .` in its checkout")


def _mitmproxy(have: str, pinned: str) -> Iterator[Finding]:
    if pinned and have != pinned:
        why = "failover is built into mitmproxy's inner HTTP layer, which changes without notice"
        what = f"mitmproxy {have or '(none)'} is installed, {pinned} is needed"
        yield problem(what, sys.prefix, why, fix=f"`{sys.executable} -m pip install mitmproxy=={pinned}`, or `uv sync`")


def _service(health: Health | None, ours: str) -> Iterator[Finding]:
    if health is not None and health.version and health.version != ours:
        what = f"the service that runs is version {health.version}, this program {ours}"
        yield warning(what, f"process {health.pid}" if health.pid else "", "it knows other settings", fix="`ccr restart`")


def _claude(context: Context) -> Iterator[Finding]:
    """By what it says of itself. That there is none is told by the check of the programs."""
    settings = context.config.settings
    try:
        program = find_claude(settings.claude_path if settings else "", context.around.env)
        said = _said_by(program, context.around.env)
    except NoClaude:
        return
    except (OSError, subprocess.SubprocessError) as error:
        yield warning(f"`claude --version` fails: {error}", context.around.short(program), fix=INSTALL)
        return
    found = re.match(r"\d+\.\d+\.\d+", said)
    if found is None:
        yield note("claude does not say its version", context.around.short(program))
    elif _numbers(found[0]) < OLDEST_CLAUDE:
        what = f"claude {found[0]} is too old: {'.'.join(map(str, OLDEST_CLAUDE))} or newer is needed"
        why = "its requests do not tell what they are for, so that routes other than `default` are missed"
        yield warning(what, context.around.short(program), why, fix="`claude update`")
    else:
        yield ok(f"claude {found[0]} (ccr was tested with {'.'.join(map(str, TESTED_CLAUDE))})")


def _said_by(program: str, env: Mapping[str, str]) -> str:
    told = subprocess.run(  # noqa: S603 - the program that `ccr code` runs
        [program, "--version"], env=dict(env), stdin=subprocess.DEVNULL, capture_output=True, timeout=CLAUDE_SECONDS, check=False
    )
    return told.stdout.decode(errors="replace").strip()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _pinned() -> str:
    """The version of mitmproxy that this program demands; "" if it is not installed as a package."""
    try:
        demands = requires(metadata("ccr")["Name"]) or []
    except PackageNotFoundError:
        return ""
    found = (re.match(r"mitmproxy\s*==\s*([\w.]+)", demand) for demand in demands)
    return next((match[1] for match in found if match), "")
