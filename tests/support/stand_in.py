"""A program that stands in for `claude`: it writes down how it was started, and does what $DO says."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PROGRAM = """#!{python} -IS
import json, os, signal, sys, time
got = []
def note(number, frame):
    got.append(number)
def report():
    kept = {{"argv": [os.fsencode(a).hex() for a in sys.argv], "env": dict(os.environ), "pid": os.getpid(), "got": got}}
    kept["tty"] = [os.isatty(fd) for fd in (0, 1, 2)]
    kept["size"] = list(os.get_terminal_size(0)) if os.isatty(0) else None
    with open({report!r} + ".new", "w") as file:
        json.dump(kept, file)
    os.replace({report!r} + ".new", {report!r})
what, _, number = os.environ.get("DO", "").partition(" ")
if what in ("wait", "stay"):
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGWINCH):
        signal.signal(each, note)
report()
if what == "exit":
    sys.exit(int(number))
if what == "kill":
    os.kill(os.getpid(), int(number))
if what == "say":
    print("said on stdout")
    print("said on stderr", file=sys.stderr)
if what in ("wait", "stay"):
    print("ready", flush=True)
    while what == "stay" or signal.SIGTERM not in got and len(got) < int(number or 1):
        before = len(got)
        time.sleep(0.02)
        if len(got) != before:
            report()
    time.sleep(0.3)
    report()
    sys.exit(40 + got[-1])
"""


@dataclass(frozen=True, slots=True)
class StandIn:
    """`path` is the program, `report` where it writes."""

    path: Path
    report_file: Path

    @property
    def report(self) -> dict[str, Any]:
        """How it was started last, and which signals it got since. `argv` are bytes."""
        kept: dict[str, Any] = json.loads(self.report_file.read_text())
        return kept | {"argv": [bytes.fromhex(each) for each in kept["argv"]]}


def stand_in(folder: Path, name: str = "claude") -> StandIn:
    folder.mkdir(parents=True, exist_ok=True)
    path, report = folder / name, folder / f"{name}.report"
    path.write_text(_PROGRAM.format(python=sys.executable, report=str(report)), encoding="utf-8")
    path.chmod(0o755)
    return StandIn(path, report)
