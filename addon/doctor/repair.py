"""Safe fixes, one by one, each only if its owner says so. Nothing of Claude Code's own is ever touched."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from addon.doctor.finding import Finding


def repair(findings: Sequence[Finding], agrees: Callable[[str], bool], told: Callable[[str], None]) -> tuple[int, int]:
    """How many were done, and how many failed. `agrees` is asked a question for each, `told` what was done, or why not."""
    done = failed = 0
    for finding in findings:
        if finding.safe_fix is None or not agrees(f"{finding.what}\nShall I {finding.safe_fix.does}?"):
            continue
        try:
            told(finding.safe_fix.apply())
            done += 1
        except (OSError, ValueError) as error:
            told(f"this could not be done: {error}")
            failed += 1
    return done, failed
