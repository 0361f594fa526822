"""Why a service did not start, and how the one that runs differs from what was asked for. In sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from addon.service.plan import Plan
    from addon.service.start import Service

LINES: Final = 15
_TIME: Final = re.compile(r"^\[(?:[\d-]+ )?\d\d:\d\d:\d\d\.\d{3}\] ?")
_STYLE: Final = re.compile(r"\x1b\[[0-9;]*m")
_OURS: Final = re.compile(r"^ccr: (?!listening at )")  # that is no reason: mitmproxy has ended in spite of it
_RAISED: Final = re.compile(r"^[\w.]+(?:Error|Exception)\b: ")
_NO_REASON: Final = ("Error logged during startup", "Errors logged during startup")


def reason(log: Path, begin: int) -> str:
    """What the process said since byte `begin` of its log: our own sentence if there is one, else its last lines."""
    with log.open("rb") as file:
        file.seek(begin)
        text = file.read().decode(errors="replace")
    lines = [_TIME.sub("", _STYLE.sub("", line)) for line in text.splitlines()]
    lines = [line for line in lines if line.strip() and not line.startswith(_NO_REASON)]
    ours = [number for number, line in enumerate(lines) if _OURS.match(line)]
    if ours:
        return "\n".join(lines[ours[-1] :]).removeprefix("ccr: ")
    raised = [number for number, line in enumerate(lines) if _RAISED.match(line)]
    said = "\n".join(lines[raised[-1] :] if raised else lines[-LINES:])
    return f"mitmproxy ended; the end of {log}:\n{said}" if said else f"mitmproxy ended and said nothing; its log: {log}"


def differences(plan: Plan, service: Service, asked: str) -> Iterator[str]:
    """How a running service differs from the plan; `asked` is the config as the user named it."""
    wanted = plan.config or "built-in default"
    if service.config and service.config != wanted:
        again = f"`ccr restart --config {asked}`" if asked else "`ccr restart --config …`"
        yield f"it runs with {service.config}, not {wanted}; hint: {again}"
    if plan.web_port and not service.web_url:
        yield "it runs without mitmweb; hint: `ccr restart --web`"
