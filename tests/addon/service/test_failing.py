"""Why a service did not start."""

from __future__ import annotations

from pathlib import Path

from addon.service.failing import reason


def test_of_a_traceback_only_what_was_raised_is_told(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("[00:00:00.000] before\nTraceback (most recent call last):\n  File x\nOSError: it is taken\nTry another.\n")
    assert reason(log, 0) == f"mitmproxy ended; the end of {log}:\nOSError: it is taken\nTry another."
    log.write_text("[2026-11-22 00:00:00.000] ccr: no\nhint: yes\n[00:00:00.001] Error logged during startup, exiting...\n")
    assert reason(log, 0) == "no\nhint: yes"
    assert "said nothing" in reason(log, log.stat().st_size)
