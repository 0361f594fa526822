"""What runs together and was not made for each other: Python, mitmproxy, this program, and the service that runs."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires, version

from addon.doctor.context import Context
from addon.doctor.finding import Finding, Findings, ok, problem, unless_wrong, warning
from addon.service.probe import Health

OLDEST_PYTHON = (3, 12)


def versions(context: Context) -> Findings:
    """Against what the installed package itself demands."""
    ours, theirs = _installed("ccr") or "source", _installed("mitmproxy")
    fine = ok(f"ccr {ours}, mitmproxy {theirs}, Python {platform.python_version()}")
    found = [*_python(sys.version_info[:2]), *_mitmproxy(theirs, _pinned()), *_service(context.service_health, ours)]
    yield from unless_wrong(found, fine)


def _python(have: tuple[int, ...]) -> Iterator[Finding]:
    if have < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        what = f"Python {'.'.join(map(str, have))} is too old: {oldest} or newer is needed"
        yield problem(what, sys.executable, fix=f"`uv tool install --python 3.13 ccr`, or run it with Python {oldest}")


def _mitmproxy(have: str, pinned: str) -> Iterator[Finding]:
    if pinned and have != pinned:
        why = "failover is built into mitmproxy's inner HTTP layer, which changes without notice"
        what = f"mitmproxy {have or '(none)'} is installed, {pinned} is needed"
        yield problem(what, sys.prefix, why, fix=f"`{sys.executable} -m pip install mitmproxy=={pinned}`, or `uv sync`")


def _service(health: Health | None, ours: str) -> Iterator[Finding]:
    if health is not None and health.version and health.version != ours:
        what = f"the service that runs is version {health.version}, this program {ours}"
        yield warning(what, f"process {health.pid}" if health.pid else "", "it knows other settings", fix="`ccr restart`")


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
