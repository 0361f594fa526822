"""A home, a folder and an environment that nothing of this machine's shows through, and looking at them with the doctor."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path
from typing import Any
from unittest.mock import patch

from typer.testing import CliRunner

from addon.cli.program import app
from addon.doctor.context import Surroundings
from addon.doctor.examine import chosen, examine
from addon.doctor.finding import Finding, Fix, Level
from addon.doctor.gather import Wishes, gather

CCR = Path(sys.executable).with_name("ccr")
KEY = "sk-the-doctors-patient-0001"
RUN_SECONDS = 60


class Place:
    """`env` is the shell's; `bin` is all of its PATH, and has a `ccr` and a `claude`."""

    def __init__(self, folder: Path) -> None:
        self.home, self.work, self.bin = folder / "home", folder / "work", folder / "bin"
        for each in (self.home, self.work, self.bin):
            each.mkdir()
        self.env = {"PATH": str(self.bin), "HOME": str(self.home), "LANG": "C.UTF-8"}
        self.program("ccr")
        self.program("claude")

    def program(self, name: str, text: str = "#!/bin/sh\nexit 0\n") -> Path:
        path = self.bin / name
        path.write_text(text)
        path.chmod(0o755)
        return path

    def config(self, content: Mapping[str, Any] | str, mode: int = 0o600) -> Path:
        """The configuration that is found without being named."""
        path = self.home / ".claude-code-router" / "config.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        path.chmod(mode)
        return path

    def look(self, *checks: str, **wishes: Any) -> list[Finding]:
        chosen_checks = chosen(checks)
        live = any(check.live for check in chosen_checks)
        around = Surroundings(self.env, self.work, self.home, self.bin / "ccr")
        return examine(gather(around, Wishes(live=live, **wishes)), chosen_checks)

    def wrong(self, *checks: str, **wishes: Any) -> list[Finding]:
        return [finding for finding in self.look(*checks, **wishes) if finding.is_wrong]

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """The program without a terminal, in this process: to load it anew for each test takes longer than what it does."""
        with patch.dict(os.environ, {**self.env, **env}, clear=True), chdir(self.work):
            done = CliRunner().invoke(app, ["doctor", *arguments])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)

    def run_as_process(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """The real program. `PATH` is that of this place; the program itself is started by its path."""
        return subprocess.run(
            [str(CCR), "doctor", *arguments], cwd=self.work, env={**self.env, **env}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, encoding="utf-8", timeout=RUN_SECONDS, check=False,
        )  # fmt: skip


def only(findings: list[Finding], level: Level | None = None) -> Finding:
    """The one that there must be."""
    assert len(findings) == 1, findings
    assert level is None or findings[0].level == level, findings
    return findings[0]


def safe_fix(finding: Finding) -> Fix:
    assert finding.safe_fix is not None
    return finding.safe_fix


def said(finding: Finding) -> str:
    return f"{finding.what} {finding.where} {finding.why} {finding.fix}"


def one_provider(url: str, **more: Any) -> dict[str, Any]:
    """A configuration with a provider at that URL, whose key is in `$ACME_API_KEY`."""
    provider = {"name": "acme", "base_url": url, "api_key": "$ACME_API_KEY", "models": ["acme-large"], **more}
    return {"providers": [provider], "router": {"default": f"acme,{provider['models'][0]}"}}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777
